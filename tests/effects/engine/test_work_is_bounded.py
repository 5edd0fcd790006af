"""Law 8: bounded."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effects import Context, LimitError, Limits, Placeholder, PlaceholderError, Registry, Sink, create_dispatch
from effects.testing import MemorySink

Kit = Callable[[], Registry]

trees: st.SearchStrategy[Any] = st.recursive(
    st.just("leaf"),
    lambda inner: st.tuples(st.sampled_from(["run", "tree"]), st.lists(inner, max_size=3)),
    max_leaves=8,
)


def vector(shape: Any, numbers: Any) -> list[object]:
    """The vector for a shape, its notes numbered."""
    if shape == "leaf":
        return ["note", next(numbers)]
    return [shape[0], *(vector(child, numbers) for child in shape[1])]


def total(shape: Any) -> int:
    """Return the number of vectors that a shape expands to."""
    return 1 if shape == "leaf" else 1 + sum(map(total, shape[1]))


def preorder(shape: Any) -> list[bool]:
    """For each vector in order of being taken up, whether it is a note."""
    return [True] if shape == "leaf" else [False, *(mark for child in shape[1] for mark in preorder(child))]


@settings(deadline=None)
@given(shapes=st.lists(trees, max_size=4), limit=st.integers(1, 12))
async def test_law_08_bounded(kit: Kit, shapes: list[Any], limit: int) -> None:
    """A root dispatch takes up no more vectors than its limit, nested ones included, and then records once that it
    stops.
    """
    numbers = iter(range(1000))
    notes: list[object] = []
    limits = Limits(vectors=limit)
    dispatch = create_dispatch([kit()], system={"notes": notes}, limits=limits, block=["rhialto.log"])
    result = await dispatch([vector(shape, numbers) for shape in shapes])
    taken = [mark for shape in shapes for mark in preorder(shape)][:limit]
    assert notes == list(range(sum(taken)))
    crossed = sum(map(total, shapes)) > limit
    assert [type(record.exception) for record in result.errors] == [LimitError] * crossed
    assert all("Limits(vectors=...)" in str(record) for record in result.errors)


@settings(deadline=None)
@given(depth=st.integers(1, 5), limit=st.integers(1, 5), name=st.sampled_from(["expansion", "nesting"]))
async def test_law_08_depth_is_bounded(kit: Kit, depth: int, limit: int, name: str) -> None:
    """Actions inside actions, and dispatches inside dispatches, go as deep as their limit says."""
    inner: list[object] = ["note", 1]
    for _ in range(depth):
        inner = ["tree" if name == "expansion" else "run", inner]
    notes: list[object] = []
    limits = Limits(**{name: limit})
    dispatch = create_dispatch([kit()], system={"notes": notes}, limits=limits, block=["rhialto.log"])
    result = await dispatch([inner, ["note", 2]])
    fits = depth <= limit if name == "expansion" else depth + 1 <= limit
    assert notes == ([1, 2] if fits else [2])
    assert [f"Limits({name}=...)" in str(record) for record in result.errors] == ([] if fits else [True])


nested_data: st.SearchStrategy[Any] = st.recursive(
    st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=1), inner), max_leaves=10
)


def nodes(value: Any) -> int:
    """How many items there are in nested data."""
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return len(inside) + sum(map(nodes, inside))


@settings(deadline=None)
@given(data=nested_data, limit=st.integers(1, 10))
async def test_law_08_data_walked_is_bounded(kit: Kit, data: Any, limit: int) -> None:
    """No more items of lists, tuples and dicts than the limit are searched for placeholders; then an error names the
    vector.
    """
    dispatch = create_dispatch([kit()], system={"notes": []}, limits=Limits(nodes=limit), block=["rhialto.log"])
    result = await dispatch([["note", data]])
    assert [(record.key, record.phase) for record in result.errors] == [("note", "interpolate")] * (nodes(data) > limit)


@settings(deadline=None)
@given(visits=st.lists(st.integers(0, 4), max_size=5), limit=st.integers(1, 10))
async def test_law_08_members_visited_are_bounded(visits: list[int], limit: int) -> None:
    """Effects that run for each member run as long as the budget covers the whole group."""
    plugin = Registry("plugin", late=["sink"])
    ran: list[Sink] = []

    @plugin.effect("each", each=True)
    def each(ctx: Context, *, sink: Sink) -> None:
        ran.append(sink)

    @plugin.effect("to")
    async def to(ctx: Context, count: int) -> None:
        await ctx.dispatch([["each"]], system={"sink": MemorySink(members=count)})

    limits = Limits(members=limit)
    dispatch = create_dispatch([plugin], limits=limits, block=["rhialto.log"])
    result = await dispatch([["to", count] for count in visits])
    spent = 0
    for count in visits:
        if spent + count > limit:
            break
        spent += count
    assert len(ran) == spent
    assert len(result.errors) == (sum(visits) > limit)


async def test_data_of_any_depth_uses_no_recursion(kit: Kit) -> None:
    """A placeholder under 100,000 lists is found and put in place."""
    deep: Any = Placeholder("it")
    for _ in range(100_000):
        deep = [deep]
    notes: list[Any] = []
    (await create_dispatch([kit()], system={"notes": notes})([["note", deep]], data={"it": "found"})).raise_errors()
    value = notes[0]
    while isinstance(value, list):
        value = value[0]
    assert value == "found"


async def test_deep_data_that_fails_is_a_record_like_any_other(kit: Kit) -> None:
    """The place of the failure is found and shown without recursion, too."""
    deep: Any = Placeholder("nobody")
    for _ in range(100_000):
        deep = [deep]
    (record,) = (await create_dispatch([kit()], debug=True, block=["rhialto.log"])([["note", deep]])).errors
    assert isinstance(record.exception, PlaceholderError)
    assert len(record.path) == 100_002


async def test_expansion_within_the_limit_uses_no_recursion(kit: Kit) -> None:
    """Two thousand actions inside one another are no deeper than one."""
    plugin = Registry("plugin")

    @plugin.action("down")
    def down(state: Mapping[str, object], left: int) -> list[object]:
        return [["down", left - 1]] if left else [["note", "bottom"]]

    notes: list[object] = []
    dispatch = create_dispatch([kit(), plugin], system={"notes": notes}, limits=Limits(expansion=3000))
    (await dispatch([["down", 2000]])).raise_errors()
    assert notes == ["bottom"]


def cyclic(kind: str) -> object:
    """Data that contains itself."""
    ring: list[object] = []
    around: dict[str, object] = {"ring": ring}
    ring.append({"list": ring, "dict": around, "tuple": (1, (ring,))}[kind])
    return ring


@pytest.mark.parametrize("kind", ["list", "dict", "tuple"])
async def test_cyclic_data_is_an_error(kit: Kit, kind: str) -> None:
    """Data that contains itself is refused, not walked for ever; a sibling still runs."""
    notes: list[object] = []
    result = await create_dispatch([kit()], system={"notes": notes})([["note", cyclic(kind)], ["note", 1]])
    assert notes == [1]
    (record,) = result.errors
    assert isinstance(record.exception, PlaceholderError)
    assert "contains itself" in str(record)


async def test_an_action_that_expands_to_itself_ends(kit: Kit) -> None:
    """The limit of expansion names the action."""
    plugin = Registry("plugin")
    plugin.action("again")(lambda state: [["again"]])
    (record,) = (await create_dispatch([plugin], limits=Limits(expansion=5))([["again"]])).errors
    assert (record.phase, record.key, len(record.path)) == ("expand", "again", 11)


async def test_a_continuation_that_contains_itself_ends(kit: Kit) -> None:
    """The limit of nesting names the effect whose continuation was too deep."""
    ring: list[object] = ["run"]
    ring.append(ring)
    (record,) = (await create_dispatch([kit()])([ring])).errors
    assert isinstance(record.exception, LimitError)
    assert (record.phase, record.key) == ("shape", "run")


async def test_data_that_stands_in_two_places_is_no_cycle(kit: Kit) -> None:
    """A list that is shared is not taken for one that contains itself."""
    shared: list[object] = [Placeholder("it")]
    notes: list[object] = []
    dispatch = create_dispatch([kit()], system={"notes": notes})
    (await dispatch([["note", [shared, {"again": shared}, [shared, shared]]]], data={"it": 1})).raise_errors()
    assert notes == [[[1], {"again": [1]}, [[1], [1]]]]
