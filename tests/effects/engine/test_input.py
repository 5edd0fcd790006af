"""Input and user code that cannot be used: each is a record, and none makes a dispatch raise."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pytest

from effects import (
    Context,
    LimitError,
    Limits,
    Placeholder,
    Registry,
    ShapeError,
    Sink,
    SystemValueError,
    UnknownKeyError,
    create_dispatch,
)

Kit = Callable[[], Registry]
Ear = Callable[[], Any]


async def test_an_unknown_key_names_its_neighbours_and_the_count(kit: Kit) -> None:
    """The message has the problem, the place, near keys, and a fix."""
    (record,) = (await create_dispatch([kit()])([["nte", "x", {}]])).errors
    assert isinstance(record.exception, UnknownKeyError)
    assert str(record).splitlines() == [
        "no interpreter for effect 'nte'",
        "  at   effects[0] (str, dict)",
        "  near 'note'; 5 effects and actions registered",
        "  fix  load the plugin that provides it, or register an interpreter",
    ]
    assert (record.phase, record.key, record.plugin) == ("shape", "nte", None)


def lonely() -> Registry:
    """A registry with one effect."""
    plugin = Registry("lonely")
    plugin.effect("sole")(lambda ctx: None)
    return plugin


async def test_an_unknown_key_with_no_neighbours_names_the_count() -> None:
    """If no key is alike, the message names none."""
    for plugins, count in (([], "0 effects and actions registered"), ([lonely()], "1 effect or action registered")):
        (record,) = (await create_dispatch(plugins)([["nobody"]])).errors
        assert str(record).splitlines()[2:] == [
            f"  fix  load the plugin that provides it, or register an interpreter; {count}"
        ]


@pytest.mark.parametrize(
    ("effects", "message"),
    [
        (["note", 1], 'put it in brackets: [["note", ...]]'),
        ("note", "a list of effect vectors is needed, not str"),
        (None, "a list of effect vectors is needed, not NoneType"),
        ({"note": 1}, "a list of effect vectors is needed, not dict"),
    ],
)
async def test_what_is_no_list_of_vectors_is_one_record(kit: Kit, effects: Any, message: str) -> None:
    """Its path is empty, and it has a fix."""
    result = await create_dispatch([kit()], system={"notes": []})(effects)
    (record,) = result.errors
    assert isinstance(record.exception, ShapeError)
    assert (record.path, record.key, record.phase) == ((), None, "shape")
    assert message in str(record)


@pytest.mark.parametrize(
    ("vector", "message"),
    [
        (5, "an effect vector is a list or tuple, not int"),
        ([], "an effect vector is empty"),
        ([5, 1], "an effect key is a str, not int"),
        ([["note", 1]], "is this a list of effect vectors where one vector belongs?"),
    ],
)
async def test_what_is_no_vector_says_what_it_is(kit: Kit, vector: object, message: str) -> None:
    """Its siblings still run."""
    notes: list[object] = []
    result = await create_dispatch([kit()], system={"notes": notes})([["note", 1], vector, ["note", 2]])
    assert message in str(result.errors[0])
    assert result.errors[0].path == (1,)
    assert notes == [1, 2]


class Lazy(list[object]):
    """A list that fails when it is read."""

    def __iter__(self) -> Iterator[object]:
        raise OSError("no disk")


class Odd(str):
    """A str that cannot be looked up."""

    __slots__ = ()

    def __hash__(self) -> int:
        raise OSError("no hash")


@pytest.mark.parametrize("vector", [Lazy(["note", 1]), [Odd("note"), 1]], ids=["list", "key"])
async def test_a_vector_that_cannot_be_read_is_a_record(kit: Kit, vector: object) -> None:
    """Input of any kind makes no dispatch raise, and its siblings run."""
    notes: list[object] = []
    result = await create_dispatch([kit()], system={"notes": notes})([vector, ["note", 2]])
    assert [type(record.exception) for record in result.errors] == [OSError]
    assert notes == [2]


async def test_a_vector_that_cannot_be_read_may_cross_a_limit(kit: Kit) -> None:
    """The record is that of the limit."""
    dispatch = create_dispatch([kit()], system={"notes": []}, limits=Limits(vectors=1))
    result = await dispatch([["note", 1], Lazy(["note", 1])])
    assert [(type(record.exception), record.key) for record in result.errors] == [(LimitError, None)]


async def test_a_vector_whose_arguments_cannot_be_told_is_a_record(kit: Kit) -> None:
    """It has no types, and is an error like any other."""

    class Whole(list[object]):
        def __getitem__(self, index: Any) -> Any:
            if isinstance(index, slice):
                raise OSError("no parts")
            return super().__getitem__(index)

    (record,) = (await create_dispatch([kit()])([Whole(["nobody", 1])])).errors
    assert (record.key, record.types) == ("nobody", ())


async def test_an_argument_that_cannot_be_read_hides_no_other_error() -> None:
    """The search for the place of a placeholder copes with unreadable arguments before it."""
    plugin = Registry("plugin")
    plugin.effect("two")(lambda ctx, one, two: None)
    (record,) = (await create_dispatch([plugin])([["two", Lazy([1]), Placeholder("nobody")]])).errors
    assert (record.phase, record.path) == ("interpolate", (0, 2))


async def test_a_list_of_vectors_that_cannot_be_read_is_a_record(kit: Kit) -> None:
    """The outermost list may fail as well."""
    result = await create_dispatch([kit()])(Lazy([["note", 1]]))
    assert [type(record.exception) for record in result.errors] == [OSError]


async def test_an_expansion_that_cannot_be_read_is_a_record(kit: Kit) -> None:
    """An expansion may fail when it is read, too."""
    plugin = Registry("plugin")
    plugin.action("act")(lambda state: Lazy([["note", 1]]))
    notes: list[object] = []
    result = await create_dispatch([kit(), plugin], system={"notes": notes})([["act"], ["note", 2]])
    assert [type(record.exception) for record in result.errors] == [OSError]
    assert notes == [2]


class BrokenSink:
    """A sink whose members cannot be had."""

    def send(self, frame: bytes) -> None:
        """Send nothing."""

    def close(self) -> None:
        """Close nothing."""

    def members(self) -> Sequence[Sink]:
        """Fail."""
        raise OSError("no members")


async def test_a_sink_that_fails_is_a_record(kit: Kit) -> None:
    """An exception of `members` is an error of the effect that asked."""
    plugin = Registry("plugin")
    plugin.effect("each", each=True)(lambda ctx: None)
    notes: list[object] = []
    dispatch = create_dispatch([kit(), plugin], system={"notes": notes, "sink": BrokenSink()})
    result = await dispatch([["each"], ["note", 2]])
    assert [(record.phase, record.key) for record in result.errors] == [("execute", "each")]
    assert notes == [2]


async def test_a_system_with_a_name_that_is_no_str_is_no_obstacle() -> None:
    """Looking for the nearest name of a missing value copes with any mapping."""
    plugin = Registry("plugin", late=["db"])

    @plugin.effect("needy")
    def needy(ctx: Context, *, db: object) -> None: ...

    system: Any = {1: "one"}
    (record,) = (await create_dispatch([plugin])([["needy"]], system=system)).errors
    assert isinstance(record.exception, SystemValueError)


async def test_a_missing_late_system_value_is_a_record(kit: Kit) -> None:
    """It names the value, its near ones and the way to give it."""
    (record,) = (await create_dispatch([kit()])([["note", 1]], system={"note": 1})).errors
    assert isinstance(record.exception, SystemValueError)
    assert (record.phase, record.plugin) == ("validate", "kit")
    assert "near 'note'" in str(record)
    assert "dispatch(..., system={'notes': ...})" in str(record)


async def test_an_action_that_returns_no_list_is_its_owners_fault() -> None:
    """The record has the phase `expand` and the type that the action returned."""
    plugin = Registry("plugin")
    plugin.action("act")(lambda state: None)
    (record,) = (await create_dispatch([plugin])([["act"]])).errors
    assert (record.phase, record.plugin) == ("expand", "plugin")
    assert "action 'act' did not return effects: a list of effect vectors is needed, not NoneType" in str(record)


async def test_an_action_that_returns_a_bare_vector_is_told_so() -> None:
    """The commonest slip has its own words."""
    plugin = Registry("plugin")
    plugin.action("act")(lambda state: ["note", 1])
    (record,) = (await create_dispatch([plugin])([["act"]])).errors
    assert 'put it in brackets: [["note", ...]]' in str(record)


async def test_an_action_that_returns_a_coroutine_leaves_none_behind() -> None:
    """An action is plain: a coroutine is an error, and is not left to warn later."""
    plugin = Registry("plugin")

    async def inner() -> list[object]:
        return []

    made: list[Any] = []

    def act(state: Mapping[str, object]) -> object:
        made.append(inner())
        return made[0]

    plugin.action("act")(act)
    result = await create_dispatch([plugin])([["act"]])
    assert len(result.errors) == 1
    closed = made[0].cr_frame is None
    made[0].close()
    assert closed
