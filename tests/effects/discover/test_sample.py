"""Samples are vectors that the dispatch accepts."""

from __future__ import annotations

import sys
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NotRequired, Protocol, TypeVar, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field, JsonValue, StringConstraints, field_validator
from typing_extensions import Doc, TypeAliasType, TypedDict

from effects import (
    Context,
    Dispatch,
    Effect,
    MissingExtraError,
    Placeholder,
    Registry,
    SampleError,
    UnknownKeyError,
    create_dispatch,
)
from effects.testing import placeholders, vectors
from tests.effects.annotations.annotated import ROWS


class Even(BaseModel):
    """A model with a validator of its own."""

    number: int = Field(alias="n")
    parent: Even | None = None

    @field_validator("number")
    @classmethod
    def even(cls, number: int) -> int:
        """Refuse odd ones."""
        assert number % 2 == 0
        return number


@dataclass
class Point:
    """A place."""

    x: int
    y: float = 0.0


class Options(TypedDict):
    """Options with effects in them."""

    level: Annotated[int, Field(ge=1, le=3)]
    then: NotRequired[Effect]
    extra: NotRequired[Mapping[str, JsonValue]]


class Strange(Protocol):
    """A type that Hypothesis cannot make."""

    def strange(self) -> None:
        """Be strange."""


T = TypeVar("T")
Tree = TypeAliasType("Tree", "dict[str, Tree] | int")
Many = TypeAliasType("Many", list[T], type_params=(T,))
kinds = Registry("kinds")
TYPES: Mapping[str, object] = {
    "anything": object,
    "any": Any,
    "bounded": Annotated[int, Field(ge=0, le=5), Doc("A level.")],
    "pattern": Annotated[str, Field(pattern="^[a-c]+$")],
    "text": Annotated[str, StringConstraints(min_length=2, max_length=4)],
    "long": Annotated[list[int], Field(min_length=2)],
    "literal": Literal["a", "b"],
    "alias": TypeAliasType("Level", Annotated[int, Field(ge=0, le=2)]),
    "tree": Tree,
    "named": Many[Annotated[int, Field(ge=0)]],
    "union": int | str | None,
    "lists": list,
    "dicts": dict,
    "old lists": typing.List,  # noqa: UP006 - an old spelling
    "old dicts": typing.Mapping,
    "old sets": typing.Set,  # noqa: UP006
    "bytes": bytes,
    "sequence": Sequence[tuple[int, ...]],
    "mapping": Mapping[str, Iterable[float]],
    "model": Even,
    "point": Point,
    "options": Options | None,
    "example": Annotated[Strange, Field(examples=["one", "two"])],
    "callable": Callable[[], int],
    "nested": Sequence[Effect],
}


def _register(key: str, annotation: object) -> None:
    def effect(ctx: Context, value: object) -> None: ...

    effect.__annotations__["value"] = annotation
    kinds.effect(f"kind/{key}")(effect)


for _key, _annotation in TYPES.items():
    _register(_key, _annotation)


@kinds.effect("run")
async def run(ctx: Context, first: Effect, *then: Effect) -> None:
    """Run a nested effect."""


@kinds.action("tree")
def tree(state: object, name: str = "a", options: Options | None = None) -> list[object]:
    """Take optional arguments."""
    return []


@kinds.action("quiet")
def quiet(state: object) -> list[object]:
    """Take nothing."""
    return []


@kinds.placeholder("it")
def it(data: object, name: str, default: int = 0) -> object:
    """Take arguments."""
    return name


DISPATCH = create_dispatch([kinds])
DATA = st.data()


@pytest.mark.parametrize("key", [*(f"kind/{key}" for key in TYPES), "run", "tree", "quiet"])
def test_samples_of_every_type_pass_the_check(key: str) -> None:
    """This holds for nested effects, too, and for every annotation."""
    samples = DISPATCH.sample(key, 5, seed=1)
    assert samples
    assert {vector[0] for vector in samples} == {key}  # type: ignore[index]
    assert DISPATCH.check(samples) == ()


@settings(max_examples=2 * settings().max_examples)
@given(vectors(DISPATCH))
def test_any_vector_that_is_made_is_accepted(vector: list[object]) -> None:
    """This holds for every key."""
    assert DISPATCH.check([vector]) == ()


@given(vectors(DISPATCH, kind="action"), vectors(DISPATCH, "run"))
def test_vectors_are_asked_for_by_kind_and_key(action: list[object], run: list[object]) -> None:
    """The strategy makes vectors of these alone."""
    assert action[0] in {"tree", "quiet"}
    assert run[0] == "run"


@given(DATA)
def test_effects_are_nested(data: st.DataObject) -> None:
    """A continuation is a vector of the same dispatch. Effects without samples are left out."""
    plugin = Registry("plugin")
    plugin.effect("odd")(lambda ctx, value: None)

    @plugin.effect("strange")
    def strange(ctx: Context, value: Strange) -> None: ...

    plugin.effect("run")(run)
    plugin.effect("leaf")(lambda ctx: None)
    dispatch = create_dispatch([plugin])
    vector = data.draw(vectors(dispatch, "run"))
    assert isinstance(vector[1], list)
    assert vector[1][0] in {"odd", "run", "leaf"}


@given(placeholders(DISPATCH))
def test_placeholders_have_arguments(placeholder: Placeholder) -> None:
    """The arguments fit their annotations."""
    assert placeholder.key == "it"
    assert isinstance(placeholder.args[0], str)


def test_one_seed_gives_the_same_samples() -> None:
    """The samples of one call differ, if there are different ones."""
    samples = DISPATCH.sample("kind/anything", 8, seed=7)
    assert samples == DISPATCH.sample("kind/anything", 8, seed=7)
    assert len(set(map(repr, samples))) == 8
    assert DISPATCH.sample("quiet", 8) == (["quiet"],)


def test_placeholders_are_sampled() -> None:
    """They are placeholders as they stand in a vector."""
    (one,) = DISPATCH.sample("it")
    assert isinstance(one, Placeholder)


@pytest.mark.parametrize("key", ["strange", "loop", "never"])
def test_what_cannot_be_sampled_says_why(key: str) -> None:
    """The error has the reason and a fix."""
    dispatch = unusable()
    with pytest.raises(SampleError, match=rf"(?s)no sample of '{key}'.*Field\(examples="):
        dispatch.sample(key)


@pytest.mark.slow
@pytest.mark.parametrize("annotation", [row.annotation for row in ROWS], ids=range(len(ROWS)))
def test_a_sample_of_any_type_is_made_or_refused(annotation: object) -> None:
    """If it is refused, the error has the key and the type."""
    plugin = Registry("plugin")

    def effect(ctx: Context, value: object) -> None: ...

    effect.__annotations__["value"] = annotation
    plugin.effect("it")(effect)
    with suppress(SampleError):
        (vector,) = cast("tuple[list[object]]", create_dispatch([plugin]).sample("it", seed=1))
        assert vector[0] == "it"


def unusable() -> Dispatch:
    """A dispatch of effects of which no sample can be made."""
    plugin = Registry("plugin")

    @plugin.effect("strange")
    def strange(ctx: Context, value: Strange) -> None: ...

    @plugin.effect("loop")
    def loop(ctx: Context, value: Effect) -> None: ...

    @plugin.effect("never")
    def never(ctx: Context, value: Annotated[int, Field(examples=["no int"])]) -> None: ...

    return create_dispatch([plugin])


def test_a_strategy_for_what_cannot_be_made_is_refused() -> None:
    """The call for the strategy raises an error with the parameter and its type."""
    with pytest.raises(SampleError, match="'value' is Strange"):
        vectors(unusable(), "strange")


def test_an_unknown_key_names_its_neighbours() -> None:
    """Wherever it is asked for."""
    with pytest.raises(UnknownKeyError, match=r"near 'kind/union'"):
        DISPATCH.sample("kind/unoin")
    with pytest.raises(UnknownKeyError, match=r"near 'kind/union'"):
        vectors(DISPATCH, "kind/unoin")
    with pytest.raises(UnknownKeyError, match="this dispatch has no 'placeholder'"):
        placeholders(create_dispatch([]))


def test_less_than_one_sample_is_refused() -> None:
    """Rather than answered with nothing."""
    with pytest.raises(SampleError, match="0 samples cannot be made"):
        DISPATCH.sample("quiet", 0)


def test_without_hypothesis_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra, by name."""
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'rhialto\[testing\]'"):
        DISPATCH.sample("quiet")
