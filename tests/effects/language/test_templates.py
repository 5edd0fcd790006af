"""Templates are written once and dispatched often: each dispatch has containers of its own."""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple

import pytest
import trio
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markupsafe import Markup
from pydantic import BaseModel, ConfigDict
from trio.testing import MockClock

from effects import (
    Context,
    Dispatch,
    Effect,
    EffectsError,
    Interceptor,
    Placeholder,
    Registry,
    ShapeError,
    Step,
    Template,
    Via,
    copy_data,
    create_dispatch,
)
from effects._language import templates as _template
from tests.spoiling import Spoiler, spoil


class Pair(NamedTuple):
    """A tuple that has names."""

    one: object
    two: object


class Names(list[Any]):
    """A list of an app's own."""

    owner: object = None


class Pairs(dict[str, Any]):
    """A dict of an app's own."""


@dataclass
class Basket:
    """Data that changes."""

    things: list[Any] = field(default_factory=list[Any])
    late: object = field(init=False, repr=False, compare=False)


@dataclass(frozen=True)
class Order:
    """Data that does not, around some that does."""

    things: object


class Form(BaseModel):
    """A pydantic model."""

    model_config = ConfigDict(extra="allow")
    things: list[Any] = []


class Sealed(BaseModel):
    """A frozen pydantic model."""

    model_config = ConfigDict(frozen=True)
    things: list[Any] = []


class Tags(list[Any], Enum):  # type: ignore[misc]
    """An enumeration whose members are lists: each is one object, and is not copied."""

    RED = ("red",)


leaves = st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.just(Markup("<p>")) | st.just(Tags.RED)


def _around(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several = st.lists(inner, max_size=3)
    named = st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
    makers: tuple[Callable[[Any], Any], ...] = (list, tuple, deque, Names, Basket, Order)
    return st.one_of(
        *(several.map(make) for make in makers),
        *(named.map(make) for make in (dict, OrderedDict, Pairs, lambda items: defaultdict(list, items))),
        st.builds(Pair, inner, inner),
        several.map(lambda items: Form.model_validate({"things": items, "more": items})),
        several.map(lambda items: Sealed(things=items)),
        st.sets(st.integers(), max_size=1) | st.binary().map(bytearray),
        st.lists(st.lists(leaves, max_size=2), max_size=2).map(lambda items: Placeholder("it", *items)),
    )


data = st.recursive(leaves, _around, max_leaves=12)


@settings(deadline=None)
@given(data)
def test_a_copy_is_the_same_data_and_nothing_that_is_done_to_it_shows(value: Any) -> None:
    """This holds for every kind of data, at any depth, in both directions."""
    before, copied = repr(value), copy_data(value)
    assert (repr(copied), type(copied)) == (before, type(value))
    spoil(copied)
    assert repr(value) == before
    again = copy_data(value)
    spoil(value)
    assert repr(again) == before


@pytest.mark.parametrize(
    "value",
    [
        "text",
        ("a", (1, b"2", None)),
        Pair("a", Pair("b", 1)),
        Order(("a", "b")),
        Placeholder("it", "a"),
        Markup("<p>"),
        frozenset({1}),
        Tags.RED,
        object(),
        len,
        Names,
    ],
)
def test_what_cannot_be_changed_is_shared(value: object) -> None:
    """This holds inside containers that can be changed, too."""
    assert copy_data(value) is value
    assert copy_data([value])[0] is value


def test_what_a_copy_holds_beside_its_parts_stays() -> None:
    """The attributes of a list, the factory of a dict, the length of a deque."""
    names = Names(["a"])
    names.owner = "Ann"
    assert copy_data(names).owner == "Ann"
    assert copy_data(defaultdict(list, {"a": ["b"]}))["new"] == []
    assert copy_data(deque([[1], 2], maxlen=2)).maxlen == 2
    assert copy_data(Counter("aab")) == Counter("aab")


def test_what_stands_in_several_places_is_copied_once() -> None:
    """A shared part stays shared: so a small template cannot fill the memory."""
    inner: list[object] = []
    copied = copy_data([inner, (inner,), {"a": inner}])
    assert copied[0] is copied[1][0] is copied[2]["a"]  # type: ignore[index]
    wide: list[object] = []
    for _ in range(100):
        wide = [wide, wide]
    assert copy_data(wide) is not wide


def test_data_of_any_depth_is_copied() -> None:
    """No recursion is used."""
    deep: Any = []
    for _ in range(100_000):
        deep = [deep, "leaf"]
    copied = copy_data(deep)
    depth = 0
    while copied:
        copied, depth = copied[0], depth + 1
    assert depth == 100_000


def test_so_many_types_are_remembered_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Types that an app makes for each request do not fill the memory, and their values are still copied."""
    kept = len(_template._COPIERS)
    monkeypatch.setattr(_template, "_MAX_TYPES", kept)
    made = type("Made", (list,), {})([[]])
    assert copy_data(made)[0] is not made[0]
    assert len(_template._COPIERS) == kept


async def test_what_contains_itself_is_refused_as_ever(kit: Callable[[], Registry]) -> None:
    """The dispatch records an error."""
    cyclic: list[object] = []
    cyclic.append((cyclic, {"more": cyclic}))
    result = await create_dispatch([kit()])(Template([["note", cyclic]]), system={"notes": []})
    assert "contains itself" in str(result.errors[0])


@pytest.mark.parametrize("effects", ["note", None, {"note": 1}, iter([["note", 1]])])
def test_a_template_is_made_of_a_list(effects: Any) -> None:
    """A generator would be empty the second time."""
    with pytest.raises(ShapeError, match="a template is a list of effect vectors"):
        Template(effects)


def test_a_template_is_what_was_written() -> None:
    """It equals it, and one that is made of another is no copy of a copy."""
    vector = ["note", {"names": []}]
    template = Template([vector])
    assert Template(template).written[0] is template.written[0] is vector
    assert [*template, *template] == [vector, vector]
    assert template == (vector,)


vectors = st.lists(st.tuples(st.sampled_from(["hold", "shout", "again"]), data).map(list), max_size=4)


@settings(deadline=None, max_examples=60)
@given(vectors, st.sampled_from([list, tuple]))
@example([["hold", Placeholder("it", [1])]], list)
def test_law_06_dispatches_of_one_template_see_the_same(effects: list[Any], kind: Callable[[Any], Any]) -> None:
    """Interpreters, actions and hooks may change all that they get, one after the other or at the same time."""
    spoiler = Spoiler()
    app = Registry("app")

    @app.effect("hold")
    async def hold(ctx: Context, value: object) -> None:
        await trio.sleep(1)  # others begin meanwhile
        spoil(value)

    @app.action("shout")
    def shout(state: Mapping[str, object], value: object) -> list[object]:
        said = [["hold", copy_data(value)]]
        spoil(value)
        return said  # type: ignore[return-value]

    @app.effect("again")
    async def again(ctx: Context, value: object) -> None:
        then = Template([["hold", value]])
        for _ in range(2):
            await ctx.dispatch(then)

    @app.placeholder("it")
    def it(data: Mapping[str, object], *args: object) -> object:
        return [*args]

    dispatch = create_dispatch([app, spoiler.registry])
    template, written = Template(kind(effects)), repr(effects)

    async def main() -> None:
        await dispatch(template)
        alone = [*spoiler.seen]
        await dispatch(template)
        assert spoiler.seen == alone * 2
        async with trio.open_nursery() as nursery:
            for _ in range(3):
                nursery.start_soon(dispatch, template)
        assert sorted(spoiler.seen) == sorted(alone * 5)
        assert repr(effects) == written

    trio.run(main, clock=MockClock(autojump_threshold=0))


async def test_a_plain_list_is_passed_on_as_it_is(kit: Callable[[], Registry]) -> None:
    """It is no template: its author may look at how it was changed."""
    notes: list[object] = []
    value: list[object] = []
    await create_dispatch([kit()])([["note", value]], system={"notes": notes})
    assert notes[0] is value


def _stop(step: Step) -> None:
    """Look, and let it go on."""


def _turn(step: Step) -> Step | None:
    """Have a continuation run the other way round."""
    return step.replace(vector=step.vector[::-1]) if len(step.path) == 1 else None


@pytest.mark.parametrize("again", [list, Template], ids=["list", "template"])
@pytest.mark.parametrize("hook", ["before_dispatch", "around_dispatch", "none"])
async def test_errors_of_a_template_point_into_what_was_written(
    kit: Callable[[], Registry], again: Callable[[Any], Any], hook: str
) -> None:
    """Errors of a list do, too; with hooks around the dispatch and without."""
    registry = kit()

    @registry.effect("twice")
    async def twice(ctx: Context, *then: Effect) -> None:
        kept = again(then)
        for _ in range(2):
            await ctx.dispatch(kept)

    hooks: dict[str, Any] = {"before_dispatch": _stop, "around_dispatch": _Around}
    between = [Interceptor(id="x", **{hook: hooks[hook]})] if hook in hooks else []
    dispatch = create_dispatch([registry], interceptors=between)
    result = await dispatch([["twice", ["run", ["fail"]], ["fail"]]])
    assert [error.path for error in result.errors] == [(0, 1, 1), (0, 2)] * 2


@pytest.mark.parametrize("around", [False, True])
async def test_errors_of_a_template_that_was_rewritten_do_not_point_astray(
    kit: Callable[[], Registry], around: bool
) -> None:
    """The index among the dispatched effects is still right."""
    registry = kit()

    @registry.effect("once")
    async def once(ctx: Context, *then: Effect) -> None:
        await ctx.dispatch(Template(then))

    between = [Interceptor(id="x", before_dispatch=_turn, around_dispatch=_Around if around else None)]
    result = await create_dispatch([registry], interceptors=between)([["once", ["run"], ["fail"]]])
    assert [error.path for error in result.errors] == [(0, Via.CONTINUATION, 0)]


class _Around:
    """Around a dispatch, and nothing more."""

    def __init__(self, *_: object) -> None:
        pass

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        pass


class Defaults:
    """A dispatch of functions that have defaults, and change them."""

    def __init__(self) -> None:
        self.seen: list[object] = []
        app = Registry("app")
        app.effect("keep")(self.keep)
        app.effect("keep-async")(self.keep_async)
        app.action("act")(self.act)
        app.placeholder("it")(self.it)
        self.dispatch: Dispatch = create_dispatch([app])

    def _note(self, *values: object) -> None:
        self.seen.append(deepcopy(values))
        spoil(values)

    def keep(self, ctx: Context, first: object, names: list[str] = [], more: Any = ({"a": []},)) -> None:  # noqa: B006
        """Change the defaults."""
        self._note(first, names, more)

    async def keep_async(self, ctx: Context, options: dict[str, object] = {}, *, cache: object = None) -> None:  # noqa: B006
        """Change the default, later."""
        self._note(options, cache)

    def act(self, state: object, names: list[object] = []) -> list[object]:  # noqa: B006
        """Change the default, and hand it on."""
        self._note(names)
        return [["keep", [*names]]]

    def it(self, data: object, default: list[object] = []) -> object:  # noqa: B006
        """Hand the default out."""
        return default


@pytest.mark.parametrize(
    "vector",
    [
        ["keep", 1],
        ["keep", 1, ["a"]],
        ["keep-async"],
        ["act"],
        ["keep", Placeholder("it")],
        ["keep", Placeholder("it", ["given"])],
    ],
    ids=repr,
)
async def test_a_default_is_nobodys_but_whose_call_it_is(vector: list[object]) -> None:
    """Each call has its own, although Python makes a default only once."""
    defaults = Defaults()
    for _ in range(2):
        (await defaults.dispatch(Template([vector]))).raise_errors()
    half = len(defaults.seen) // 2
    assert defaults.seen[:half] == defaults.seen[half:]


def test_a_function_whose_defaults_cannot_change_is_called_as_it_is() -> None:
    """It costs nothing."""
    app = Registry("app")

    @app.effect("plain")
    def plain(ctx: Context, text: str = "", more: tuple[str, ...] = ("a",)) -> None: ...

    entry = create_dispatch([app])._engine.tables.entries["plain"]
    assert entry.function is plain


async def test_what_cannot_be_copied_is_an_error_of_the_dispatch(kit: Callable[[], Registry]) -> None:
    """Nothing leaves it."""

    class Stubborn(list[object]):
        def __copy__(self) -> Any:
            raise EffectsError("there is one of me")

    result = await create_dispatch([kit()])(Template([["note", Stubborn()]]), system={"notes": []})
    assert [error.phase for error in result.errors] == ["shape"]


def test_a_part_of_a_template_is_a_copy() -> None:
    """An index or a slice gives a copy."""
    names: list[str] = []
    again = Template([["note", names]])
    again[0][1].append("Ann")
    again[:1][0][1].append("Ben")
    last: Any = next(reversed(again))
    last[1].append("Cy")
    assert names == []
    assert again.written[0] == ["note", []]
