"""A value that fits an annotation has its type. This is tried with every supported annotation; run it under the oldest
and the newest release of pydantic that `pyproject.toml` admits.
"""

import collections.abc
import re
import sys
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Never, NoReturn, NotRequired, get_origin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ImportString, Json
from typing_extensions import TypedDict

from effects import ArgumentError, Context, RegistrationError, Registry, create_dispatch

from .annotated import ROWS, Attrs, Many, Of, Row, T

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated:DeprecationWarning")


def name_of(row: Row) -> str:
    """The text of a row's annotation, without addresses and times, which differ in each process."""
    return re.sub(r" at 0x[0-9a-f]+|datetime\.datetime\([0-9, ]+\)", "", str(row.annotation))


def taking(annotation: Any) -> Registry:
    """A registry with an effect that returns its one argument, which has this annotation."""
    plugin = Registry("plugin")

    @plugin.effect("key")
    def key(ctx: Context, value: annotation) -> object:
        return value

    return plugin


async def outcome(annotation: Any, value: object) -> object:
    """Return the value that the effect gets, or the type of the error. A second dispatch must give the same."""
    dispatch = create_dispatch([taking(annotation)], block=["rhialto.log"])
    result = await dispatch([["key", value], ["key", value]])
    first, second = [record.value for record in result.results] or [type(record.exception) for record in result.errors]
    assert first is second
    return first


@pytest.mark.parametrize("row", ROWS, ids=name_of)
async def test_law_06_values_of_a_type_fit_and_others_do_not(row: Row) -> None:
    """A value that fits arrives as the very object that was dispatched."""
    for value in row.fits:
        assert await outcome(row.annotation, value) is value, value
    for value in row.misfits:
        assert await outcome(row.annotation, value) is ArgumentError, value


VALUES = list({(type(one), repr(one)): one for row in ROWS for one in (*row.fits, *row.misfits)}.values())


@pytest.mark.parametrize("row", ROWS, ids=name_of)
async def test_whatever_is_accepted_is_an_instance_of_the_type(row: Row) -> None:
    """This is tried with the values of all other annotations, too."""
    dispatch = create_dispatch([taking(row.annotation)], block=["rhialto.log"])
    result = await dispatch([["key", value] for value in VALUES])
    assert len(result.results) + len(result.errors) == len(VALUES)
    assert [record.value for record in result.results if not isinstance(record.value, row.kind)] == []


@pytest.mark.parametrize("row", ROWS, ids=name_of)
def test_every_annotation_is_told_of(row: Row) -> None:
    """`describe` and `schemas` work for each of them."""
    dispatch = create_dispatch([taking(row.annotation)])
    (told,) = dispatch.describe(key="key")
    assert [parameter.name for parameter in told.parameters] == ["value"]
    assert "vector:key" in str(dispatch.schemas())


def options(annotation: Any) -> Any:
    """Options of which one has this annotation."""
    return TypedDict("options", {"it": annotation, "other": NotRequired[int]})  # type: ignore[operator]


@dataclass(frozen=True)
class Around:
    """An annotation around a type, and a container around its values."""

    name: str
    generic: Any
    put: Callable[[object], object]


Listed = list[T]
Second = tuple[int, T]
Several = tuple[T, ...]
Sequenced = Sequence[T]
Inside = dict[str, T]
Mapped = Mapping[str, T]
Noted: Any = Annotated[T, "said"]
OrNone: Any = T | None
OrAnother: Any = Attrs | T
AROUND = [
    Around("list", Listed, lambda value: [value]),
    Around("list, given as a tuple", Listed, lambda value: (value,)),
    Around("tuple", Second, lambda value: (1, value)),
    Around("any number", Several, lambda value: [value, value]),
    Around("sequence", Sequenced, lambda value: [value]),
    Around("dict", Inside, lambda value: {"it": value}),
    Around("mapping", Mapped, lambda value: {"it": value}),
    Around("options", Of, lambda value: {"one": value}),
    Around("said", Noted, lambda value: value),
    Around("or None", OrNone, lambda value: value),
    Around("or another", OrAnother, lambda value: value),
    Around("named", Many, lambda value: [value]),
]
INNER = [row for row in ROWS if row.misfits and get_origin(row.annotation) is not Final]


@settings(deadline=None)
@given(row=st.sampled_from(INNER), around=st.lists(st.sampled_from(AROUND), max_size=3), data=st.data())
async def test_law_06_a_type_is_checked_wherever_it_stands(row: Row, around: list[Around], data: st.DataObject) -> None:
    """Inside every container, its values arrive as they are, and others are refused."""
    fit = data.draw(st.sampled_from(row.fits or (None,)))
    misfit = data.draw(st.sampled_from([one for one in row.misfits if one is not None]))
    annotation = row.annotation
    for one in around:
        annotation, fit, misfit = one.generic[annotation], one.put(fit), one.put(misfit)
    if row.fits:
        assert await outcome(annotation, fit) is fit
    assert await outcome(annotation, misfit) is ArgumentError


async def test_all_annotations_go_together() -> None:
    """The names in pydantic's schemas do not clash."""
    named = {f"{index}{twice}": row for index, row in enumerate(INNER) for twice in ("a", "b")}
    every: Any = TypedDict("every", {name: row.annotation for name, row in named.items()}, total=False)  # type: ignore[misc]
    dispatch = create_dispatch([taking(every)], block=["rhialto.log"])
    fits = [{name: value} for name, row in named.items() for value in row.fits]
    misfits = [{name: value} for name, row in named.items() for value in row.misfits]
    result = await dispatch([["key", options] for options in fits + misfits], data={})
    assert [record.value for record in result.results] == fits
    assert [type(record.exception) for record in result.errors] == [ArgumentError] * len(misfits)


BARE: Any = Json


@pytest.mark.parametrize(
    ("annotation", "what"),
    [
        (BARE, "Json is text that is parsed"),
        (Json[list[int]], "Json is text that is parsed"),
        (Annotated[int, BARE()], "Json is text that is parsed"),
        (list[Json[int]] | None, "Json is text that is parsed"),
        (options(Json[int]), "Json is text that is parsed"),
        (Never, "no value has that type"),
        (NoReturn, "no value has that type"),
        (list[NoReturn], "no value has that type"),
        (typing.TextIO, "no file is an instance of that type"),
        (typing.IO[bytes], "no file is an instance of that type"),
        (options(typing.BinaryIO), "no file is an instance of that type"),
    ],
    ids=str,
)
def test_an_annotation_that_nothing_fits_is_refused_when_registered(annotation: Any, what: str) -> None:
    """The message names the parameter, the reason, and the fix."""
    with pytest.raises(RegistrationError, match=f"no check can be made for 'value': {what}") as caught:
        taking(annotation)
    assert (caught.value.fix or "").startswith("annotate it with ")


class Plain(typing.TypedDict):
    """Options of typing's own TypedDict."""

    it: int


def test_a_typed_dict_of_typing_is_read_where_pydantic_reads_it() -> None:
    """The TypedDict of Python 3.11 has too little information, so it is refused there."""
    if sys.version_info >= (3, 12):
        assert taking(Plain).registrations[0].signature.at_least == 1
        return
    with pytest.raises(RegistrationError, match="import TypedDict from typing_extensions"):
        taking(Plain)


class Endless(Sequence[Any]):
    """More items than could be walked."""

    def __len__(self) -> int:
        return sys.maxsize

    def __getitem__(self, index: Any) -> Any:
        raise AssertionError("it is walked")


@pytest.mark.parametrize("kind", ["Sequence", "Iterable", "Collection", "Container", "Reversible"])
@pytest.mark.parametrize("items", [(), (object,), (Any,)], ids=["bare", "object", "Any"])
def test_where_anything_may_be_inside_nothing_is_walked(kind: str, items: tuple[Any, ...]) -> None:
    """A container may hold any number of values, as a range does."""
    annotation = getattr(collections.abc, kind)
    (check,) = taking(annotation[items] if items else annotation).registrations[0].signature.checks
    assert check.accepts(Endless())
    assert not check.accepts(5)


@pytest.mark.parametrize("inside", [None, Any, object, float, Callable[..., Any], str])
def test_nothing_is_imported_because_a_client_names_it(inside: Any) -> None:
    """A check accepts an imported object, and imports nothing."""
    imported: Any = ImportString
    annotation: Any = imported if inside is None else imported[inside]
    assert "this" not in sys.modules  # it would print a poem
    lists: Any = list
    for kind in (annotation, lists[annotation]):
        (check,) = taking(kind).registrations[0].signature.checks
        check.accepts("this")
        check.accepts(["this"])
    assert "this" not in sys.modules
