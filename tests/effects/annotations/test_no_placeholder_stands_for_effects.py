"""Law 1, for every shape of annotation that can hold effects: data from outside never chooses which effects run."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, NewType, NotRequired

import pytest
import trio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from typing_extensions import TypeAliasType, TypedDict

from effects import (
    Context,
    Effect,
    Interceptor,
    Placeholder,
    PlaceholderError,
    RegistrationError,
    Registry,
    Skip,
    Step,
    create_dispatch,
)
from effects._annotations.late import late_of

from .shapes import SHAPES, Nested, Shape, greedy, vectors_in

pytestmark = [  # of both, pydantic says what it does not check
    pytest.mark.filterwarnings("ignore:typing.Unpack is not a Python type"),
    pytest.mark.filterwarnings("ignore:.*using the `ReadOnly` qualifier"),
]
IT = Placeholder("it")
EVIL = ["evil", "chosen by a client"]
shapes = pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)


@shapes
@pytest.mark.parametrize("validate", [True, False])
async def test_effects_arrive_as_they_were_written(shape: Shape, validate: bool) -> None:
    """Placeholders inside the effects of an argument are bound when those effects run."""
    ran: list[object] = []
    dispatch = create_dispatch([greedy(shape.annotation, ran=ran)], validate=validate)
    written = shape.hold(["fine", IT])
    assert dispatch.check([["take0", written]]) == ()
    for _ in range(2):
        (await dispatch([["take0", written]], data={"it": "bound"})).raise_errors()
    assert [one for one in ran if one == ["fine", "bound"]] == [["fine", "bound"]] * 2


@shapes
@pytest.mark.parametrize("validate", [True, False])
async def test_no_placeholder_stands_for_what_may_hold_effects(shape: Shape, validate: bool) -> None:
    """A check refuses it, and so does a dispatch: neither the effect nor the sent vector runs."""
    ran: list[object] = []
    dispatch = create_dispatch([greedy(shape.annotation, ran=ran)], validate=validate)
    for given_value in (IT, shape.hold(IT)):
        (problem,) = dispatch.check([["take0", given_value]])
        assert isinstance(problem, PlaceholderError)
        for sent in (EVIL, [EVIL], shape.hold(EVIL)):
            result = await dispatch([["take0", given_value], ["fine"]], data={"it": sent})
            assert [(one.phase, type(one.exception)) for one in result.errors] == [("interpolate", PlaceholderError)]
            assert [one.key for one in result.results] == ["fine"]
            assert "  fix  " in str(result.errors[0])
    assert ["evil", "chosen by a client"] not in ran


def test_the_place_is_named_and_what_may_be_bound_in_it() -> None:
    """The check and the record both do so."""
    dispatch = create_dispatch([greedy(SHAPES["nested options"].annotation, ran=[])])
    effects = [["take0", {"steps": [{"seconds": 1.0}, IT]}]]
    (problem,) = dispatch.check(effects)
    assert str(problem) == (
        "in 'take0': value['steps'][1]: a placeholder stands for something that may hold effects\n"
        "  fix  write it down here: placeholders may stand for 'seconds', 'anything'"
    )
    (record,) = trio.run(dispatch, effects).errors
    assert record.path == (0, 1, "steps", 1)


@pytest.mark.parametrize("place", ["seconds", "anything"])
async def test_what_holds_no_effects_beside_them_is_bound_at_once(place: str) -> None:
    """This holds in a list of options, too, and in options that hold themselves."""
    got: list[Any] = []
    plugin = greedy(ran=[])
    plugin.effect("keep")(lambda ctx, value: got.append(value))

    @plugin.effect("list")
    def keep_list(ctx: Context, value: Nested) -> None:
        got.append(value)

    late = ["fine", IT]
    options = {"seconds": 1.0, "then": [late], place: IT}
    (await create_dispatch([plugin])([["list", {"steps": [options]}]], data={"it": 2.5})).raise_errors()
    assert got == [{"steps": [{**options, place: 2.5}]}]
    assert got[0]["steps"][0]["then"] is options["then"]


def test_a_type_without_end_is_refused() -> None:
    """The registration fails."""
    kind: Any = int
    for _ in range(100):
        kind = of(list, kind)
    with pytest.raises(RegistrationError, match="'value': its type holds new types without end"):
        greedy(kind, ran=[])


def test_a_type_that_cannot_be_resolved_is_refused() -> None:
    """A name in a text annotation that nothing defines is an error at registration."""
    with pytest.raises(RegistrationError, match="'value' cannot be resolved: name 'Nobody' is not defined"):
        greedy(NewType("Name", "Nobody"), ran=[])  # noqa: F821


SAID: list[Any] = []
make_alias: Any = TypeAliasType
EITHER = make_alias("EITHER", "EITHER | int | Effect")


@pytest.mark.parametrize("annotation", [EITHER, list[Annotated[Effect, SAID]]], ids=["a name", "unhashable"])
def test_effects_are_found_in_what_stands_for_itself_and_in_what_cannot_be_hashed(annotation: Any) -> None:
    """Metadata of a type need not be hashable."""
    late = late_of(annotation)
    assert late is not None
    assert late.effect or late.others is not None


def of(kind: Any, *args: Any) -> Any:
    """A generic type with arguments that are known at run time only."""
    return kind[args if len(args) > 1 else args[0]]


# Whatever annotations are made of one another.

LEAVES: list[Shape] = [
    Shape(Effect, lambda effect: effect),
    Shape(Effect | None, lambda effect: effect),
    Shape(str | Effect, lambda effect: effect),
]


def _in_dataclass(inner: Shape) -> Shape:
    made: Any = dataclasses.make_dataclass("Made", [("name", str), ("it", inner.annotation)])
    return Shape(made, lambda effect: made("x", inner.hold(effect)))


def _in_options(inner: Shape) -> Shape:
    options: Any = TypedDict("options", {"name": str, "it": of(NotRequired, inner.annotation)})  # type: ignore[misc]
    return Shape(options, lambda effect: {"name": "x", "it": inner.hold(effect)})


WRAPPERS: list[Callable[[Shape], Shape]] = [
    lambda inner: Shape(of(list, inner.annotation), lambda effect: [inner.hold(["fine"]), inner.hold(effect)]),
    lambda inner: Shape(of(Sequence, inner.annotation), lambda effect: (inner.hold(effect),)),
    lambda inner: Shape(of(dict, str, inner.annotation), lambda effect: {"then": inner.hold(effect)}),
    lambda inner: Shape(of(tuple, int, inner.annotation), lambda effect: (1, inner.hold(effect))),
    lambda inner: Shape(inner.annotation | None, inner.hold),
    _in_options,
    _in_dataclass,
]
made = st.recursive(
    st.sampled_from([*LEAVES, *(one for one in SHAPES.values())]),
    lambda inner: st.builds(lambda wrap, shape: wrap(shape), st.sampled_from(WRAPPERS), inner),
    max_leaves=3,
)
sent = st.recursive(
    st.just(EVIL),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=2)
        | st.dictionaries(st.sampled_from(["then", "it", "inner", "steps", "a"]), inner, min_size=1)
        | inner.map(lambda value: {"seconds": 0.0, "then": [value], "it": value, "inner": {"then": value}})
        | inner.map(lambda value: Sent(name="x", value=value))
    ),
    max_leaves=4,
)


class Sent(BaseModel):
    """The model that signals are read into."""

    name: str
    value: object


def relayed(ran: list[object], shape: Shape) -> Registry:
    """More ways to pass on a value that was sent."""
    plugin = greedy(shape.annotation, object, dict[str, object] | Sequence[object] | Sent, ran=ran)

    @plugin.action("relay")
    def relay(state: Mapping[str, Any], value: object) -> list[object]:
        return [["fine", value], ["take0", value], ["take1", {"deep": [value]}], ["fine", state["sent"]]]

    @plugin.action("unpack")
    def unpack(state: object, value: object) -> list[object]:
        return [*vectors_in(value), ["take0", shape.hold(value)]]

    @plugin.effect("later")
    def later(ctx: Context, value: object) -> None:
        async def work(ctx: Context) -> None:
            for vector in vectors_in(value):
                await ctx.dispatch([vector])

        ctx.spawn(work)

    return plugin


def redirect(step: Step) -> Step | Skip | None:
    """Pass an argument of an effect or an action on to another one, or return it from an action."""
    if step.key == "redirect":
        return step.replace(vector=["take0", *step.vector[1:]])
    if step.key == "skip":
        return Skip([*vectors_in(step.vector[1])])
    return step.replace(result=[*vectors_in(step.vector[1])]) if step.key == "after" and step.result == [] else None


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(shape=made, value=sent, validate=st.booleans(), hooked=st.booleans(), inside=st.booleans())
async def test_law_01_nothing_runs_that_was_not_written(
    shape: Shape, value: Any, validate: bool, hooked: bool, inside: bool
) -> None:
    """Interpreters that run all their arguments run only effects that the program wrote, and none that was sent: with
    every annotation, with a placeholder at every place, and by every way of passing it on.
    """
    ran: list[object] = []
    plugin = relayed(ran, shape)
    plugin.effect("redirect")(lambda ctx, value: None)
    for key in ("skip", "after"):
        plugin.action(key)(lambda state, value: [])
    plugin.state("sent")(lambda: value)
    hooks = [Interceptor(id="i", before_effect=redirect, before_action=redirect, after_action=redirect)] * hooked
    dispatch = create_dispatch([plugin], validate=validate, interceptors=hooks, block=["rhialto.log"])
    late: Any = {"deep": [IT]} if inside else IT
    effects = [
        ["take0", IT],
        ["take0", shape.hold(IT)],
        ["take0", shape.hold(["fine", late])],
        *([key, late] for key in ("take1", "take2", "relay", "unpack", "later", "redirect", "skip", "after")),
        ["fine", ["evil", "but data"]],
    ]
    async with dispatch.running():
        await dispatch(effects, data={"it": value})
        await trio.testing.wait_all_tasks_blocked()
    assert EVIL not in ran
    assert ["fine", ["evil", "but data"]] in ran
    assert ["fine", {"deep": [value]} if inside else value] in ran
