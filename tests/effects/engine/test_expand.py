"""`dispatch.expand`: the effects that a dispatch would run."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from effects import (
    Context,
    Expansion,
    Interceptor,
    LimitError,
    Limits,
    Path,
    Placeholder,
    Registry,
    Stop,
    Via,
    create_dispatch,
)

Kit = Callable[[], Registry]
Ear = Callable[[], Any]


async def test_actions_are_expanded_and_effects_listed(kit: Kit) -> None:
    """Depth first, with placeholders resolved; nothing is done."""
    notes: list[object] = []
    dispatch = create_dispatch([kit()], system={"notes": notes})
    effects = [["note", Placeholder("it")], ["tree", ["note", 1], ["tree", ["note", 2]]], ("note", 3)]
    expansion = dispatch.expand(effects, data={"it": 0})
    assert expansion == Expansion((["note", 0], ["note", 1], ["note", 2], ["note", 3]))
    assert expansion.raise_errors() is expansion
    assert notes == []


async def test_nested_effects_are_left_as_they_are(kit: Kit) -> None:
    """Effects that an interpreter would dispatch are not expanded."""
    then = ["note", Placeholder("it")]
    assert create_dispatch([kit()]).expand([["run", then]]).effects == (["run", then],)


async def test_all_actions_see_the_one_given_state() -> None:
    """No slice is read, and no effect changes it."""
    plugin = Registry("plugin")
    plugin.state("count")(lambda: 1 // 0)
    plugin.effect("set")(lambda ctx, value: None)

    @plugin.action("increment")
    def increment(state: Mapping[str, Any]) -> list[object]:
        return [["set", state["count"] + 1]]

    expansion = create_dispatch([plugin]).expand([["increment"], ["increment"]], state={"count": 5})
    assert expansion.effects == (["set", 6], ["set", 6])


async def test_a_state_that_lacks_a_slice_is_an_error_of_the_action() -> None:
    """Without `state`, every slice is missing."""
    plugin = Registry("plugin")
    plugin.state("count")(lambda: 1)
    plugin.action("look")(lambda state: [state["count"]])
    (record,) = create_dispatch([plugin]).expand([["look"]], state={"counts": 1}).errors
    assert (record.phase, record.key) == ("expand", "look")
    assert "no state slice 'count' was given\n  at   effects[0], in 'look'\n  near 'counts'" in str(record)


@pytest.mark.parametrize(
    ("effects", "phase", "path"),
    [
        (["note", 1], "shape", ()),
        ([5], "shape", (0,)),
        ([["nobody"]], "shape", (0,)),
        ([["note", Placeholder("nobody")]], "interpolate", (0, 1)),
        ([["note"]], "validate", (0,)),
        ([["tree", 5]], "validate", (0,)),
        ([["tree", ["nobody"]]], "shape", (0, Via.EXPANSION, 0)),
    ],
    ids=str,
)
async def test_what_would_fail_is_a_record(kit: Kit, effects: Any, phase: str, path: Path) -> None:
    """The record has the phase and path that it would have in a dispatch."""
    expansion = create_dispatch([kit()]).expand(effects)
    assert [(record.phase, record.path) for record in expansion.errors] == [(phase, path)]
    with pytest.raises(ExceptionGroup):
        expansion.raise_errors()


async def test_siblings_of_what_would_fail_are_expanded(kit: Kit) -> None:
    """They are expanded as they would run."""
    assert create_dispatch([kit()]).expand([["nobody"], ["note", 1]]).effects == (["note", 1],)


async def test_nothing_is_heard_and_no_hook_runs(kit: Kit, ear: Ear, caplog: pytest.LogCaptureFixture) -> None:
    """It only asks."""
    listener = ear()
    stop = Interceptor(id="i", before_dispatch=lambda step: Stop(), before_effect=lambda step: Stop())
    dispatch = create_dispatch([kit(), listener], interceptors=[stop])
    assert len(dispatch.expand([["note", 1], ["nobody"]]).effects) == 1
    assert (listener.heard, caplog.records) == ([], [])


async def test_expansion_is_limited(kit: Kit) -> None:
    """It has the limits of a dispatch, for each call on its own."""
    plugin = Registry("plugin")
    plugin.action("again")(lambda state: [["again"]])
    dispatch = create_dispatch([kit(), plugin], limits=Limits(expansion=5, vectors=10))
    for _ in range(2):
        (record,) = dispatch.expand([["again"]]).errors
        assert isinstance(record.exception, LimitError)
    expansion = dispatch.expand([["note", number] for number in range(20)])
    assert len(expansion.effects) == 10
    assert [type(record.exception) for record in expansion.errors] == [LimitError]


async def test_a_placeholder_for_each_member_is_left(kit: Kit) -> None:
    """Its value is known for a member only."""
    plugin = Registry("plugin")
    plugin.placeholder("member", each=True)(lambda data, member: member)
    late = Placeholder("member")
    assert create_dispatch([kit(), plugin]).expand([["note", late]]).effects == (["note", late],)


async def test_no_system_value_is_needed() -> None:
    """Interpreters do not run."""
    plugin = Registry("plugin", late=["db"])

    @plugin.effect("use")
    def use(ctx: Context, *, db: object) -> None: ...

    assert create_dispatch([plugin]).expand([["use"]]).errors == ()


async def test_an_interrupt_passes() -> None:
    """An exception that is no `Exception` passes."""
    plugin = Registry("plugin")

    @plugin.action("act")
    def act(state: Mapping[str, object]) -> list[object]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        create_dispatch([plugin]).expand([["act"]])


@pytest.mark.parametrize("name", ["data", "state"])
async def test_what_is_no_mapping_is_a_record_of_shape(kit: Kit, name: str) -> None:
    """The record is that of a dispatch."""
    options: Any = {name: 5}
    expansion = create_dispatch([kit()]).expand([["tree"]], **options)
    assert [record.phase for record in expansion.errors] == ["shape"]
