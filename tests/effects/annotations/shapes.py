"""Annotations of every shape that can hold effects, and an interpreter that runs everything that looks like an
effect.
"""

from __future__ import annotations

import sys
from collections import OrderedDict, UserDict, UserList, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, NamedTuple, NewType, NotRequired, Optional, Required, TypeVar, cast

import pydantic.dataclasses
from pydantic import BaseModel, Field, RootModel
from typing_extensions import ReadOnly, TypeAliasType, TypedDict

from effects import Context, Effect, Registry

T = TypeVar("T")


class Options(TypedDict):
    """Options of which one holds effects."""

    seconds: float
    anything: NotRequired[object]
    then: NotRequired[Sequence[Effect]]


class MoreOptions(Options):
    """Options that inherit it."""

    name: NotRequired[str]


class Marked(TypedDict, total=False):
    """Options with every qualifier and some metadata."""

    then: ReadOnly[Required[Annotated[Effect, Field(description="what comes next")]]]


class Nested(TypedDict):
    """Options inside options, in a list."""

    steps: list[Options]


class Recursive(TypedDict, total=False):
    """Options that hold their own kind."""

    then: Effect
    inner: Recursive


class Generics(TypedDict, Generic[T]):
    """Options of any type."""

    it: list[T]


class Filled(Generics[Effect]):
    """Generic options whose type a subclass fills in."""


class Tree(TypedDict, Generic[T]):
    """Generic options that hold their own kind."""

    it: T
    trees: list[Tree[T]]


@dataclass
class Job:
    """A dataclass."""

    then: Effect
    seconds: float = 0.0


@dataclass
class Holder(Generic[T]):
    """A generic one."""

    it: T


@dataclass
class Held(Holder[Effect]):
    """A generic dataclass whose type a subclass fills in."""


@pydantic.dataclasses.dataclass
class Checked:
    """One of pydantic's."""

    then: Effect


class Model(BaseModel):
    """A model that may hold its own kind."""

    then: Effect | None = None
    inner: list[Model] = []


class GenericModel(BaseModel, Generic[T]):
    """A generic one."""

    it: T


class Root(RootModel[list[Effect]]):
    """A model that is a list."""


class Pair(NamedTuple):
    """A named tuple."""

    name: str
    then: Effect


@dataclass
class Paired:
    """One in a dataclass."""

    pair: Pair


class Steps(list[Effect]):
    """A class that is a list of effects."""


class UserSteps(UserList[Effect]):
    """One that behaves like a list."""


class Named(UserDict[str, Effect]):
    """One that behaves like a dict."""


Alias = TypeAliasType("Alias", list[Effect])
Many = TypeAliasType("Many", Mapping[str, T], type_params=(T,))
Endless = TypeAliasType("Endless", "Effect | list[Endless]")
New = NewType("New", Effect)
Bound = TypeVar("Bound", bound=Effect)
Either = TypeVar("Either", int, list[Effect])


class Shape(NamedTuple):
    """An annotation, and how a value of it holds an effect."""

    annotation: Any
    hold: Callable[[Any], Any]


def _itself(effect: Any) -> Any:
    return effect


def _listed(effect: Any) -> Any:
    return [effect]


def _in_options(effect: Any) -> Any:
    return {"seconds": 1.0, "then": [effect]}


def _unchecked(effect: Any) -> Any:
    checked = Checked(["fine"])
    checked.__dict__["then"] = effect
    return checked


SHAPES: dict[str, Shape] = {
    "an effect": Shape(Effect, _itself),
    "perhaps one": Shape(Effect | None, _itself),
    "perhaps one, as it was written before": Shape(Optional[Effect], _itself),  # noqa: UP045 - what others write
    "or text": Shape(str | Effect, _itself),
    "one that something is said of": Shape(Annotated[Effect, Field(description="later")], _itself),
    "one of a new type": Shape(New, _itself),
    "a type variable": Shape(Bound, _itself),
    "one of several types": Shape(Either, _listed),
    "a list": Shape(list[Effect], _listed),
    "a sequence": Shape(Sequence[Effect], _listed),
    "a tuple": Shape(tuple[Effect, ...], lambda effect: (effect,)),
    "a place of a tuple": Shape(tuple[str, Effect], lambda effect: ("fine", effect)),
    "a tuple unpacked": Shape(tuple[int, *tuple[Effect, ...]], lambda effect: (1, effect)),
    "a deque": Shape(deque[Effect], lambda effect: deque([effect])),
    "an effect or a list": Shape(Effect | list[Effect], _listed),
    "a dict": Shape(dict[str, Effect], lambda effect: {"a": effect}),
    "an ordered dict": Shape(OrderedDict[str, Effect], lambda effect: OrderedDict(a=effect)),
    "a mapping of lists": Shape(Mapping[str, list[Effect]], lambda effect: {"a": [effect]}),
    "a class that is a list": Shape(Steps, lambda effect: Steps([effect])),
    "a class like a list": Shape(UserSteps, lambda effect: UserSteps([effect])),
    "a class like a dict": Shape(Named, lambda effect: Named({"a": effect})),
    "options": Shape(Options, _in_options),
    "inherited options": Shape(MoreOptions, _in_options),
    "qualified options": Shape(Marked, lambda effect: {"then": effect}),
    "perhaps options": Shape(Options | None, _in_options),
    "options or an effect": Shape(Options | Effect, _in_options),
    "a list of options": Shape(list[Options], lambda effect: [_in_options(effect)]),
    "a dict of options": Shape(dict[str, Options], lambda effect: {"a": _in_options(effect)}),
    "nested options": Shape(Nested, lambda effect: {"steps": [_in_options(effect)]}),
    "options in themselves": Shape(Recursive, lambda effect: {"inner": {"inner": {"then": effect}}}),
    "generic options": Shape(Generics[Effect], lambda effect: {"it": [effect]}),
    "filled options": Shape(Filled, lambda effect: {"it": [effect]}),
    "a generic tree": Shape(Tree[Effect], lambda effect: {"it": ["fine"], "trees": [{"it": effect, "trees": []}]}),
    "a dataclass": Shape(Job, Job),
    "a generic dataclass": Shape(Holder[Effect], Holder),
    "a filled dataclass": Shape(Held, Held),
    "a dataclass of pydantic's": Shape(Checked, _unchecked),
    "a model": Shape(Model, lambda effect: Model.model_construct(inner=[Model.model_construct(then=effect)])),
    "a generic model": Shape(GenericModel[Effect], lambda effect: GenericModel[Effect].model_construct(it=effect)),
    "a model that is a list": Shape(Root, lambda effect: Root.model_construct([effect])),
    "a named tuple": Shape(Paired, lambda effect: Paired(Pair("fine", effect))),
    "an alias": Shape(Alias, _listed),
    "a generic alias": Shape(Many[Effect], lambda effect: {"a": effect}),
    "an endless alias": Shape(Endless, lambda effect: [[effect]]),
}
if sys.version_info >= (3, 12):
    native: dict[str, Any] = {"Effect": Effect}
    exec("type Native = list[Effect]", native)
    SHAPES["an alias of the language"] = Shape(native["Native"], _listed)


def vectors_in(value: object) -> Iterator[Sequence[object]]:
    """Yield all values that look like effect vectors, at any depth."""
    if isinstance(value, (list, tuple)) and value and isinstance(value[0], str):
        yield cast("Sequence[object]", value)
    parts: Iterable[object] = ()
    if isinstance(value, Mapping):
        parts = cast("Mapping[object, object]", value).values()
    elif isinstance(value, (Sequence, deque)) and not isinstance(value, str):
        parts = cast("Iterable[object]", value)
    elif hasattr(value, "__dict__"):
        parts = vars(value).values()
    for part in parts:
        yield from vectors_in(part)


def greedy(*annotations: object, ran: list[object]) -> Registry:
    """A registry of interpreters that run everything that looks like an effect in their arguments: `take0`, `take1`,
    ... It keeps the arguments of the effects `fine` and `evil`, and `it` is a placeholder for any value.
    """
    registry = Registry("greedy")

    async def take(ctx: Context, value: object) -> None:
        for vector in vectors_in(value):
            await ctx.dispatch([vector])

    for index, annotation in enumerate(annotations):

        async def taken(ctx: Context, value: annotation) -> None:  # type: ignore[valid-type]
            await take(ctx, value)

        registry.effect(f"take{index}")(taken)

    @registry.effect("fine")
    def fine(ctx: Context, *values: object) -> None:
        ran.append(["fine", *values])

    @registry.effect("evil")
    def evil(ctx: Context, *values: object) -> None:
        ran.append(["evil", *values])

    @registry.placeholder("it")
    def it(data: Mapping[str, Any], name: str = "it") -> object:
        return data[name]

    return registry
