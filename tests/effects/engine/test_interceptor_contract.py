"""The rules for interceptors, and the messages if one breaks them."""

import copy
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, cast

import pytest

from effects import (
    DispatchResult,
    EffectsError,
    Interceptor,
    InterceptorError,
    RegistrationError,
    Registry,
    Skip,
    Step,
    Stop,
    create_dispatch,
)
from effects.tracing import Tracer
from tests.effects.engine.test_one_signature import Broken

Kit = Callable[[], Registry]


async def run(kit: Kit, effects: Sequence[object], **hooks: Any) -> tuple[DispatchResult, list[Any]]:
    """Dispatch with one interceptor; return the result and the notes."""
    notes: list[Any] = []
    plugin = Registry("guard")
    plugin.interceptor(Interceptor(id="under test", **hooks))
    return await create_dispatch([kit(), plugin], system={"notes": notes})(effects), notes


def broken(result: DispatchResult) -> str:
    """The message of the one error, which is an interceptor's."""
    (record,) = result.errors
    assert (record.phase, record.plugin) == ("interceptor", "guard")
    assert isinstance(record.exception, InterceptorError)
    return str(record)


async def wrong_coroutine(step: Step) -> None:
    """A hook that is async."""


@pytest.mark.parametrize("answer", [42, True, [["note", 2]], "skip", Skip, InterceptorError], ids=str)
async def test_a_before_hook_that_returns_something_else_fails_closed(kit: Kit, answer: object) -> None:
    """The step does not run, and the message says which answers are allowed."""
    result, notes = await run(kit, [["note", 1]], before_effect=lambda step: answer)
    assert f"before_effect of interceptor 'under test': it returned {type(answer).__name__}" in broken(result)
    assert "return None, a Step, Skip or Stop" in broken(result)
    assert notes == []


@pytest.mark.parametrize("answer", [42, Skip(), Skip(1)], ids=str)
async def test_an_after_hook_that_returns_something_else_undoes_nothing(kit: Kit, answer: object) -> None:
    """The effect has run and keeps its result; Skip is for before hooks."""
    result, notes = await run(kit, [["note", 1]], after_effect=lambda step: answer)
    assert "after_effect of interceptor 'under test'" in broken(result)
    assert "return None, a Step, or Stop" in broken(result)
    assert (notes, result.results[0].value) == ([1], 1)


async def test_a_hook_that_returns_a_coroutine_leaves_none_behind(kit: Kit) -> None:
    """It fails closed like any other answer, and nothing warns of it later."""
    result, notes = await run(kit, [["note", 1]], before_effect=lambda step: wrong_coroutine(step))
    assert "it returned coroutine" in broken(result)
    assert notes == []


async def test_a_hook_that_raises_is_a_record_of_its_plugin(kit: Kit) -> None:
    """The record has the key and path of its step."""

    def fail(step: Step) -> None:
        raise ValueError("no")

    for moment in ("before_effect", "after_effect"):
        result, _ = await run(kit, [["note", 1]], **{moment: fail})
        (record,) = result.errors
        assert (record.phase, record.plugin, record.key, record.path) == ("interceptor", "guard", "note", (0,))
        assert isinstance(record.exception, ValueError)


@pytest.mark.parametrize(
    ("vector", "message"),
    [
        (["nobody"], "which is no effect"),
        (["tree"], "which is no effect"),
        ([], "an effect vector is empty"),
        ("note", "an effect vector is a list or tuple, not str"),
        ([5], "an effect key is a str, not int"),
    ],
)
async def test_a_rewrite_keeps_its_kind(kit: Kit, vector: Any, message: str) -> None:
    """An effect stays an effect that is registered."""
    result, notes = await run(kit, [["note", 1]], before_effect=lambda step: step.replace(vector=vector))
    assert message in broken(result)
    assert notes == []


async def test_data_that_cannot_be_read_fails_closed(kit: Kit) -> None:
    """The record says which plugin's hook has put it there."""
    result, notes = await run(kit, [["note", 1]], before_effect=lambda step: step.replace(data=Broken()))
    (record,) = result.errors
    assert (record.phase, record.plugin, type(record.exception), notes) == ("interceptor", "guard", OSError, [])


async def test_an_action_stays_an_action(kit: Kit) -> None:
    """It cannot be rewritten to an effect."""
    result, notes = await run(kit, [["tree"]], before_action=lambda step: step.replace(vector=["note", 1]))
    assert "it rewrote the vector to 'note', which is no action" in broken(result)
    assert notes == []


async def test_a_dispatch_stays_a_list_of_vectors(kit: Kit) -> None:
    """A bare vector is refused."""
    result, notes = await run(kit, [["note", 1]], before_dispatch=lambda step: step.replace(vector=["note", 2]))
    assert "a bare effect vector stands where a list of them belongs" in broken(result)
    assert notes == []


async def test_a_dispatch_is_not_skipped_with_a_result(kit: Kit) -> None:
    """It has none of its own."""
    result, notes = await run(kit, [["note", 1]], before_dispatch=lambda step: Skip(1))
    assert "it skips a dispatch with a result" in broken(result)
    assert notes == []


async def test_the_result_of_a_dispatch_is_not_replaced(kit: Kit) -> None:
    """Another `DispatchResult` is refused, too."""
    result, notes = await run(kit, [["note", 1]], after_dispatch=lambda step: step.replace(result=DispatchResult()))
    assert "it replaced the result of a dispatch" in broken(result)
    assert notes == [1]


async def test_an_expansion_is_replaced_by_a_list_of_vectors_only(kit: Kit) -> None:
    """Otherwise the action's own stands."""
    result, notes = await run(kit, [["tree", ["note", 1]]], after_action=lambda step: step.replace(result=42))
    assert "a list of effect vectors is needed, not int" in broken(result)
    assert notes == [1]


class Unread(list[object]):
    """A list of a class that does not let it be read."""

    def __iter__(self) -> Any:
        raise OSError


async def test_an_expansion_that_cannot_be_read_is_a_record(kit: Kit) -> None:
    """No vector of it runs."""
    result, notes = await run(
        kit, [["tree", ["note", 1]], ["note", 2]], after_action=lambda step: step.replace(result=Unread([["note", 3]]))
    )
    (record,) = result.errors
    assert (record.phase, record.key, type(record.exception)) == ("interceptor", "tree", OSError)
    assert notes == [2]


async def test_what_has_run_is_not_rewritten(kit: Kit) -> None:
    """An after hook comes too late for the vector."""
    result, notes = await run(kit, [["note", 1]], after_effect=lambda step: step.replace(vector=["note", 2]))
    assert "it rewrote a vector that has run already" in broken(result)
    assert notes == [1]


@pytest.mark.parametrize("name", ["data", "system"])
async def test_data_and_system_stay_mappings(kit: Kit, name: str) -> None:
    """A hook that puts something else there fails closed."""
    result, notes = await run(kit, [["note", 1]], before_effect=lambda step: step.replace(**{name: 5}))
    assert "it replaced data or system by something else" in broken(result)
    assert notes == []


def denied(step: Step) -> None:
    """Raise, as an app's own check may do."""
    raise PermissionError("not " + "today")


def refused(step: Step) -> None:
    """Raise an error whose message may be shown."""
    raise EffectsError("it is closed", fix="come back tomorrow")


HOOKS = [f"{moment}_{kind}" for kind in ("dispatch", "action", "effect") for moment in ("before", "after")]


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("how", [denied, refused, lambda step: 42], ids=["raises", "refuses", "breaks its contract"])
async def test_a_hook_that_fails_is_named(hook: str, how: Any, kit: Kit, caplog: pytest.LogCaptureFixture) -> None:
    """The id of its interceptor is in the record, in its text, in data, in the log, and in a trace."""
    plugin = Registry("guard")
    plugin.interceptor(Interceptor(id="door", **{hook: how}))
    tracer = Tracer(create_dispatch([kit(), plugin], system={"notes": []}))
    result = await tracer([["tree", ["note", 1]]])
    (record,) = result.errors
    assert (record.interceptor, record.hook, record.plugin) == ("door", hook, "guard")
    named = f"{hook} of interceptor 'door'"
    assert str(record).count(named) == 1
    assert caplog.messages[0].count(named) == 1
    assert (vars(caplog.records[0])["effect_interceptor"], vars(caplog.records[0])["effect_hook"]) == ("door", hook)
    assert str(tracer.trace).count(named) == 1
    data: list[Any] = [error for node in tracer.trace for error in cast(Any, node.as_data().get("errors", []))]
    assert [(error["interceptor"], error["hook"]) for error in data] == [("door", hook)]
    assert "not today" not in caplog.text + str(tracer.trace)


async def test_what_no_hook_did_names_none(kit: Kit) -> None:
    """Although there are hooks around it."""
    dispatch = create_dispatch([kit()], interceptors=[Interceptor(id="i", before_effect=lambda step: None)])
    (record,) = (await dispatch([["fail"]])).errors
    assert (record.interceptor, record.hook) == (None, None)


async def test_one_function_may_be_both_hooks_and_is_held_to_each_contract(kit: Kit) -> None:
    """After the effect has run, Skip is no answer, whichever function gives it."""

    def same(step: Step) -> Skip | None:
        return Skip() if step.result == 1 else None

    result, notes = await run(kit, [["note", 1]], before_effect=same, after_effect=same)
    assert "after_effect of interceptor 'under test': it returned Skip" in broken(result)
    assert notes == [1]


async def test_one_function_that_is_both_hooks_is_named_by_its_moment(kit: Kit) -> None:
    """An error after the effect does not say that it happened before."""

    def same(step: Step) -> Any:
        return 42 if step.result == 1 else None

    result, _ = await run(kit, [["note", 1]], before_effect=same, after_effect=same)
    assert "after_effect of interceptor 'under test'" in broken(result)


async def test_a_step_cannot_be_changed_in_place(kit: Kit) -> None:
    """A hook may change its step in place: the vector that runs is still the one that was validated or dispatched."""

    def meddle(step: Step) -> None:
        vector: Any = step.vector
        vector[1] = "meddled"

    _, notes = await run(kit, [["note", 1]], before_effect=meddle)
    assert "meddled" not in notes


@pytest.mark.parametrize("say", [True, False], ids=["and returns it", "in silence"])
async def test_a_hook_that_empties_its_vector_does_not_make_the_dispatch_raise(kit: Kit, say: bool) -> None:
    """It can at worst be an error record."""

    def meddle(step: Step) -> Step | None:
        vector: Any = step.vector
        del vector[:]
        return step if say else None

    result, _ = await run(kit, [["note", 1], ["note", 2]], before_effect=meddle)
    assert len(result.results) + len(result.errors) == 2
    assert all(record.phase == "interceptor" for record in result.errors)


async def test_a_step_that_was_changed_in_place_and_returned_is_checked_like_a_rewrite(kit: Kit) -> None:
    """Such a change is checked as a rewrite."""

    def meddle(step: Step) -> Step:
        vector: Any = step.vector
        vector[0] = "nobody"
        return step

    result, notes = await run(kit, [["note", 1]], before_effect=meddle)
    assert [record.phase for record in result.errors] == ["interceptor"] * (notes == [])


async def test_a_hook_cannot_unmake_errors(kit: Kit) -> None:
    """The errors of a step are for reading."""

    def meddle(step: Step) -> None:
        errors: Any = step.errors
        with suppress(AttributeError):
            errors.clear()

    result, _ = await run(kit, [["fail"], ["fail"]], before_effect=meddle)
    assert sum(record.phase == "execute" for record in result.errors) == 2


@pytest.mark.parametrize("name", ["before_effect", "after_dispatch"])
def test_an_async_hook_is_refused_when_made(name: str) -> None:
    """A hook is a plain function."""
    hooks: Any = {name: wrong_coroutine}
    with pytest.raises(RegistrationError, match=f"interceptor 'i': {name} is async"):
        Interceptor(id="i", **hooks)


def test_an_object_with_an_async_call_is_refused_when_made() -> None:
    """It is as async as a function would be."""

    class Hook:
        async def __call__(self, step: Step) -> None: ...

    hook: Any = Hook()
    with pytest.raises(RegistrationError, match="before_effect is async"):
        Interceptor(id="i", before_effect=hook)


def test_a_hook_that_cannot_be_called_is_refused_when_made() -> None:
    """It is named."""
    hook: Any = 5
    with pytest.raises(RegistrationError, match="before_action is not callable"):
        Interceptor(id="i", before_action=hook)


def test_an_interceptor_without_hooks_is_refused_when_made() -> None:
    """It could do nothing."""
    with pytest.raises(RegistrationError, match="has no hooks"):
        Interceptor(id="i")


def test_two_interceptors_with_one_id_are_refused() -> None:
    """Both owners are named."""
    plugin = Registry("plugin")
    one = plugin.interceptor(Interceptor(id="i", before_effect=lambda step: None))
    with pytest.raises(RegistrationError, match="interceptor 'i' is registered by 'create_dispatch' and 'plugin'"):
        create_dispatch([plugin], interceptors=[one])


async def test_interceptors_of_create_dispatch_come_before_those_of_plugins(kit: Kit) -> None:
    """They come in the order of the list."""
    order: list[str] = []

    def noting(name: str) -> Interceptor:
        return Interceptor(id=name, before_effect=lambda step: order.append(name))

    one, two = Registry("one"), Registry("two")
    one.interceptor(noting("one"))
    two.interceptor(noting("two"))
    dispatch = create_dispatch([kit(), one, two], system={"notes": []}, interceptors=[noting("own")])
    await dispatch([["note", 1]])
    assert order == ["own", "one", "two"]


def test_a_step_refuses_to_replace_what_it_does_not_have() -> None:
    """A slip of the pen is a TypeError."""
    step = Step("effect", ["note"], {}, {}, (), [])
    with pytest.raises(TypeError, match="a step has no 'vectro' to replace"):
        step.replace(vectro=["note"])


def test_a_step_is_frozen() -> None:
    """It is changed by `replace` only, which leaves the old one alone."""
    step: Any = Step("effect", ["note"], {}, {}, (), [])
    with pytest.raises(AttributeError):
        step.vector = ["other"]
    assert (step.replace(vector=["other"]).key, step.key) == ("other", "note")


def test_a_step_is_shown_without_its_values() -> None:
    """It can be copied, for code that keeps steps."""
    step = Step("effect", ["note", "secret"], {"it": "secret"}, {"key": "secret"}, (0,), [])
    assert repr(step) == "<Step effect 'note' effects[0]>"
    assert copy.deepcopy(step) == step
    assert copy.deepcopy(step).vector == ["note", "secret"]


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("kind", ["dispatch", "action", "effect"])
async def test_a_vector_that_is_put_back_as_it_was_read_is_no_other(kit: Kit, kind: str, moment: str) -> None:
    """A hook may replace every part with itself."""

    def same(step: Step) -> Step:
        return step.replace(vector=step.vector, data={**step.data, "seen": True})

    result, notes = await run(kit, [["note", 1], ["tree", ["note", 2], ["note", 2]]], **{f"{moment}_{kind}": same})
    result.raise_errors()
    assert notes == [1, 2, 2]


async def test_law_05_what_a_step_is_made_of_cannot_be_changed(kit: Kit) -> None:
    """Not even a hook that takes the step apart can change it."""

    def meddle(step: Step) -> None:
        for part in (cast(Any, step)[1], cast(Any, step).held):
            for place in (0, -1):
                with suppress(TypeError):
                    part[place] = "nobody"

    for moment in ("before_dispatch", "before_effect", "after_effect"):
        result, notes = await run(kit, [["note", 1]], **{moment: meddle})
        result.raise_errors()
        assert notes == [1]


def test_what_is_done_to_a_vector_in_place_is_seen_by_nobody() -> None:
    """Not even the hook that did it sees it."""
    step = Step("effect", ["note", 1], {}, {}, (), [])
    step.vector.append(2)
    assert step.vector == ["note", 1]


def test_a_stop_has_a_reason_of_its_own() -> None:
    """There is a default reason."""
    assert Stop().reason == "stopped by an interceptor"
