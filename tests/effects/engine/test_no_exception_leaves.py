"""Law 3: a dispatch does not raise for a fault of user code or input."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st

from effects import Context, Path, Placeholder, Registry, Via, create_dispatch

Kit = Callable[[], Registry]
Ear = Callable[[], Any]

BAD: Mapping[str, tuple[object, str]] = {
    "not a vector": (5, "shape"),
    "None": (None, "shape"),
    "a dict": ({"note": 1}, "shape"),
    "a str": ("note", "shape"),
    "empty": ([], "shape"),
    "a list of vectors": ([["note", 1]], "shape"),
    "late key": ([Placeholder("it")], "shape"),
    "late vector": (Placeholder("it"), "shape"),
    "unknown key": (["nobody", 1], "shape"),
    "unknown placeholder": (["note", Placeholder("nobody")], "interpolate"),
    "failing placeholder": (["note", Placeholder("it", "missing")], "interpolate"),
    "placeholder with too much": (["note", Placeholder("it", 1, 2, 3)], "interpolate"),
    "too few": (["note"], "validate"),
    "too many": (["note", 1, 2], "validate"),
    "wrong type": (["typed", "5"], "validate"),
    "missing system": (["needy"], "validate"),
    "failing effect": (["fail"], "execute"),
    "failing action": (["act", "raise"], "expand"),
    "misfit expansion": (["act", "misfit"], "expand"),
    "failing state": (["act", "state"], "state"),
    "no such state": (["act", "nobody"], "state"),
}


def faulty() -> Registry:
    """A registry of effects, actions, placeholders and slices that fail."""
    plugin = Registry("faulty", late=["absent"])

    @plugin.effect("typed")
    def typed(ctx: Context, value: int) -> None: ...

    @plugin.effect("needy")
    def needy(ctx: Context, *, absent: object) -> None: ...

    @plugin.state("state")
    def slice_of_state() -> object:
        raise OSError("no disk")

    @plugin.action("act")
    def act(state: Mapping[str, object], how: str) -> object:
        if how == "misfit":
            return ["note", 1]
        return [["note", state[how]]] if how in {"state", "nobody"} else 1 // 0

    return plugin


items: st.SearchStrategy[Any] = st.recursive(
    st.sampled_from(sorted(BAD)) | st.integers(), lambda inner: st.tuples(st.booleans(), st.lists(inner, max_size=4))
)


def vector(item: Any) -> object:
    """The vector for an item."""
    if isinstance(item, str):
        bad, _ = BAD[item]
        return list(bad) if isinstance(bad, list) else bad
    return ["note", item] if isinstance(item, int) else ["run" if item[0] else "tree", *map(vector, item[1])]


def expected(item: Any, path: Path) -> list[tuple[str, Path]]:
    """The phase and path of every error that `item` must give."""
    if isinstance(item, str):
        inside = {"unknown placeholder": (1,), "failing placeholder": (1,), "placeholder with too much": (1,)}
        return [(BAD[item][1], (*path, *inside.get(item, ())))]
    if isinstance(item, int):
        return []
    nested, children = item
    if misfit := [n for n, child in enumerate(children, 1) if isinstance(child, str) and child in UNFIT]:
        return [("interpolate" if "late vector" in [children[n - 1] for n in misfit] else "validate", path)]
    start: Path = (*path,) if nested else (*path, Via.EXPANSION)
    return [e for n, child in enumerate(children, nested) for e in expected(child, (*start, n))]


UNFIT = {"not a vector", "None", "a dict", "a str", "empty", "a list of vectors", "late key", "late vector"}
"""What a parameter annotated as effects refuses by itself."""


def numbers(item: Any) -> list[int]:
    """Every note that must be taken although others fail."""
    if isinstance(item, int):
        return [item]
    if isinstance(item, str) or any(isinstance(child, str) and child in UNFIT for child in item[1]):
        return []
    return [number for child in item[1] for number in numbers(child)]


@settings(deadline=None)
@given(given_items=st.lists(items, max_size=6))
async def test_law_03_a_dispatch_does_not_raise(kit: Kit, ear: Ear, given_items: list[Any]) -> None:
    """Each failure is one record, heard once, with its phase and path; all siblings still run."""
    notes: list[int] = []
    listener = ear()
    dispatch = create_dispatch([kit(), faulty(), listener], system={"notes": notes}, block=["rhialto.log"])
    result = await dispatch([["note", 0], *(vector(item) for item in given_items)])
    wanted = [error for index, item in enumerate(given_items, 1) for error in expected(item, (index,))]
    assert [(record.phase, record.path) for record in result.errors] == wanted
    assert listener.heard == list(result.errors)
    assert notes == [0, *(number for item in given_items for number in numbers(item))]


leaves = st.sampled_from([ValueError, OSError, KeyboardInterrupt, SystemExit, trio.TooSlowError])
groups: st.SearchStrategy[Any] = st.recursive(leaves, lambda inner: st.lists(inner, min_size=1, max_size=3))


def raised(shape: Any) -> BaseException:
    """An exception of that shape, groups and all."""
    if isinstance(shape, list):
        return BaseExceptionGroup("several", [raised(part) for part in shape])
    error: BaseException = shape()
    return error


def flat(error: BaseException) -> list[BaseException]:
    """The single exceptions in an exception."""
    if isinstance(error, BaseExceptionGroup):
        return [leaf for part in error.exceptions for leaf in flat(part)]
    return [error]


@settings(deadline=None)
@given(shape=groups)
async def test_law_03_what_is_not_an_exception_passes(ear: Ear, shape: Any) -> None:
    """Every `Exception` in a group is recorded, and all others are raised; none is lost."""
    error = raised(shape)
    plugin = Registry("plugin")

    @plugin.effect("raise")
    def raise_it(ctx: Context) -> None:
        raise error

    listener = ear()
    passed: list[BaseException] = []
    try:
        await create_dispatch([plugin, listener], block=["rhialto.log"])([["raise"]])
    except BaseException as caught:  # noqa: BLE001 - what passes is what is looked at
        passed = flat(caught)
    recorded = [leaf for record in listener.heard for leaf in flat(record.exception)]
    assert recorded == [leaf for leaf in flat(error) if isinstance(leaf, Exception)]
    assert passed == [leaf for leaf in flat(error) if not isinstance(leaf, Exception)]


@pytest.mark.parametrize("where", ["action", "placeholder", "state", "effect"])
async def test_a_keyboard_interrupt_passes(where: str) -> None:
    """Ctrl-C in any user code ends the dispatch."""
    plugin = Registry("plugin")

    def interrupt() -> list[object]:
        raise KeyboardInterrupt

    plugin.effect("effect")(lambda ctx, value=None: interrupt())
    plugin.placeholder("placeholder")(lambda data: interrupt())
    plugin.action("action")(lambda state: interrupt())
    plugin.action("state")(lambda state: state["state"])
    plugin.state("state")(interrupt)
    vector = ["effect", Placeholder("placeholder")] if where == "placeholder" else [where]
    with pytest.raises(KeyboardInterrupt):
        await create_dispatch([plugin])([vector])


async def test_cancellation_passes(kit: Kit) -> None:
    """A dispatch in a cancelled scope ends, records nothing and takes up nothing more."""
    plugin = Registry("plugin")
    notes: list[object] = []

    @plugin.effect("wait")
    async def wait(ctx: Context) -> None:
        await trio.sleep_forever()

    dispatch = create_dispatch([plugin, kit()], system={"notes": notes})
    with trio.CancelScope() as scope:
        scope.cancel()
        await dispatch([["wait"], ["note", 1]])
    assert scope.cancelled_caught
    assert notes == []
