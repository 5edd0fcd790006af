"""Vectors whose arguments fit by their types take the fast call, with the same result as all others."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, Any, Literal, NotRequired, Required

import pytest
from annotated_types import MaxLen
from pydantic import ConfigDict
from typing_extensions import TypedDict

from effects import ArgumentError, Context, Effect, Placeholder, Registry, SystemValueError, create_dispatch


def echo() -> Registry:
    """Effects that return their arguments."""
    registry = Registry("echo", late=["sink", "log"])

    @registry.effect("one")
    def one(ctx: Context, value: str) -> object:
        return value

    @registry.effect("any")
    async def anything(ctx: Context, *values: object) -> object:
        return values

    @registry.effect("some")
    def some(ctx: Context, first: str | None, second: int = 2) -> object:
        return first, second

    @registry.effect("needs")
    def needs(ctx: Context, value: str, *, sink: str, log: str = "none") -> object:
        return value, sink, log

    @registry.effect("needs-more")
    def needs_more(ctx: Context, value: object, *, sink: str, log: str = "none") -> object:
        return value, sink, log

    @registry.effect("then")
    async def then(ctx: Context, *effects: Effect) -> object:
        return [record.value for record in (await ctx.dispatch(effects)).results]

    @registry.placeholder("it")
    def it(data: Mapping[str, Any]) -> object:
        return data["it"]

    return registry


@pytest.mark.parametrize("validate", [True, False])
@pytest.mark.parametrize(
    ("vector", "value"),
    [
        (["one", "a"], "a"),
        (("one", "a"), "a"),
        (["one", Placeholder("it")], "here"),
        (["any"], ()),
        (["any", *range(20)], tuple(range(20))),
        (["any", {"at": [Placeholder("it")]}], ({"at": ["here"]},)),
        (["some", "a"], ("a", 2)),
        (["some", None, 3], (None, 3)),
        (["then", ["one", Placeholder("it")], ("some", "a")], ["here", ("a", 2)]),
    ],
)
async def test_every_way_comes_to_the_same(vector: Any, value: object, validate: bool) -> None:
    """This holds for any number and any type of arguments, the second time as the first."""
    dispatch = create_dispatch([echo()], validate=validate)
    result = await dispatch([vector, vector], data={"it": "here"})
    assert [record.value for record in result.raise_errors().results] == [value, value]


async def test_a_type_that_fitted_does_not_speak_for_others() -> None:
    """Only the type of an argument is remembered."""
    result = await create_dispatch([echo()])([["one", "a"], ["one", 1], ["one", True], ["one"], ["one", "b", "c"]])
    assert [record.value for record in result.results] == ["a"]
    assert [type(record.exception) for record in result.errors] == [ArgumentError] * 4


async def test_more_types_than_are_remembered() -> None:
    """A program may make types as it goes."""
    values = [type(f"T{index}", (), {})() for index in range(300)]
    result = await create_dispatch([echo()])([["any", value] for value in values])
    assert [record.value for record in result.raise_errors().results] == [(value,) for value in values]


@pytest.mark.parametrize("vector", [["needs", "a"], ["needs-more", "a"], ["needs-more", {"a": ["b"]}]])
async def test_what_is_wished_for_may_be_there_or_not(vector: list[Any]) -> None:
    """A system value with a default is passed if it is there."""
    dispatch = create_dispatch([echo()], system={"sink": "s"})
    without, with_log = await dispatch([vector]), await dispatch([vector], system={"log": "l"})
    assert without.raise_errors().results[0].value == (vector[1], "s", "none")
    assert with_log.raise_errors().results[0].value == (vector[1], "s", "l")


async def test_what_is_missing_is_missed_before_the_call() -> None:
    """The effect has not run."""
    result = await create_dispatch([echo()])([["needs", "a"]])
    assert [(record.phase, type(record.exception)) for record in result.errors] == [("validate", SystemValueError)]


@pytest.mark.parametrize("key", ["any", "one", "then"])
async def test_a_type_that_cannot_be_asked_does_not_make_a_dispatch_raise(key: str) -> None:
    """A metaclass may raise anywhere."""

    class Meta(type):
        def __hash__(cls) -> int:
            raise ValueError("no hash")

    class Odd(metaclass=Meta): ...

    result = await create_dispatch([echo()])([[key, Odd()], ["one", "a"]])
    assert [record.value for record in result.results][-1:] == ["a"]
    assert len(result.results) + len(result.errors) == 2


class Options(TypedDict, total=False):
    """Options as effects take them."""

    name: Required[str]
    mode: Literal["inner", "outer"]
    size: int | None
    inside: list[str]
    short: Annotated[str, MaxLen(3)]
    anything: NotRequired[Sequence[object]]


class Strict(TypedDict):
    """Options with a rule for all of them."""

    __pydantic_config__ = ConfigDict(str_max_length=3)  # type: ignore[misc]

    word: str


def options() -> Registry:
    """Effects that return the options they were given."""
    registry = Registry("options")

    @registry.effect("set")
    def set_options(ctx: Context, options: Options) -> object:
        return options

    @registry.effect("strict")
    def strict(ctx: Context, options: Strict) -> object:
        return options

    registry.placeholder("it")(lambda data: "here")
    return registry


@pytest.mark.parametrize(
    "given",
    [
        {"name": "a"},
        {"name": "a", "mode": "inner", "size": 3},
        {"name": "a", "size": None},
        {"name": "a", "inside": ["b"], "short": "abc"},
        {"name": Placeholder("it")},
        MappingProxyType({"name": "a"}),
    ],
)
async def test_options_that_fit(given: Any) -> None:
    """They are accepted by the fast call or by pydantic."""
    result = await create_dispatch([options()])([["set", given]])
    value: Any = result.raise_errors().results[0].value
    assert value == ({"name": "here"} if given["name"] == Placeholder("it") else given)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"mode": "inner"},
        {"name": 1},
        {"name": "a", "mode": "sideways"},
        {"name": "a", "mode": 1},
        {"name": "a", "size": True},
        {"name": "a", "nmae": "b"},
        {"name": "a", "inside": [1]},
        {"name": "a", "short": "abcd"},
        {Placeholder("it"): "a"},
        ["name"],
    ],
)
async def test_options_that_do_not_fit(given: Any) -> None:
    """All of them are refused, the second time as the first."""
    result = await create_dispatch([options()])([["set", given], ["set", given]])
    assert (len(result.results), len(result.errors)) == (0, 2)


IT = Placeholder("it")


@pytest.mark.parametrize(
    ("given", "bound"),
    [
        ([], []),
        (("a", 1, None), ("a", 1, None)),
        (["a", ["b", ("c", [])]], ["a", ["b", ("c", [])]]),
        ([["a", ["b", ["c", ["d", IT]]]]], [["a", ["b", ["c", ["d", "here"]]]]]),
        (["a", [IT, ["b"]]], ["a", ["here", ["b"]]]),
        ((1, [2, (IT,)]), (1, [2, ("here",)])),
        ([{"a": IT}], [{"a": "here"}]),
        ([*range(20), IT], [*range(20), "here"]),
        ([[*range(20), IT]], [[*range(20), "here"]]),
    ],
)
async def test_whatever_is_in_a_list_of_anything_is_bound(given: Any, bound: Any) -> None:
    """This holds for small lists, too, and for a placeholder at any depth."""
    result = await create_dispatch([options()])([["set", {"name": "a", "anything": given}]] * 2)
    assert [record.value for record in result.raise_errors().results] == [{"name": "a", "anything": bound}] * 2


@pytest.mark.parametrize("given", ["text", 1, {"a": 1}, {1}, None])
async def test_what_is_no_list_is_none(given: object) -> None:
    """A str is a sequence, too, but does not fit."""
    result = await create_dispatch([options()])([["set", {"name": "a", "anything": given}]])
    assert [type(record.exception) for record in result.errors] == [ArgumentError]


async def test_a_rule_for_all_options_is_kept() -> None:
    """Types alone cannot check such a rule."""
    result = await create_dispatch([options()])([["strict", {"word": "abc"}], ["strict", {"word": "abcd"}]])
    assert (len(result.results), len(result.errors)) == (1, 1)


class Rows(list[object]):
    """A subclass of list."""


async def test_a_vector_of_another_type_expands_as_any_other() -> None:
    """A subclass of list goes the long way, with the same result."""
    plugin = Registry("plugin")

    @plugin.action("twice")
    def twice(state: object, value: str) -> list[object]:
        return [["one", value], ["one", value]]

    result = await create_dispatch([echo(), plugin])(Rows([Rows(["twice", "a"])]))
    assert [(record.value, record.path[:1]) for record in result.raise_errors().results] == [("a", (0,))] * 2
