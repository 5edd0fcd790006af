"""All descriptions of a dispatch can be searched, field by field."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import Doc, TypedDict

from effects import Context, Dispatch, Registry, create_dispatch
from effects._discover.inside import as_data


class Options(TypedDict, total=False):
    """Options."""

    tempo: int
    """Beats per minute."""


@dataclass(frozen=True)
class Where:
    """Metadata of a class."""

    path: str
    model: type


def made(**metadata: object) -> Dispatch:
    """A dispatch of one effect with that metadata."""
    plugin = Registry("orchestra")

    @plugin.effect("horn/play", **cast(Any, metadata))
    def play(
        ctx: Context, note: Annotated[str, Doc("What to play.")] = "ut", options: Options | None = None, *, brass: int
    ) -> float:
        """Sound the horn.

        Loudly.
        """
        return 1.0

    return create_dispatch([plugin], system={"brass": 1})


def found(dispatch: Dispatch, pattern: str | re.Pattern[str]) -> list[tuple[str, str]]:
    """Return the fields of the effect in which the text was found, with the excerpts."""
    return [(hit.field, hit.excerpt) for hit in dispatch.grep(pattern) if hit.description.key == "horn/play"]


@pytest.mark.parametrize(
    ("pattern", "hits"),
    [
        ("HORN/", [("key", "horn/play")]),
        ("effect", [("kind", "effect")]),
        ("orchestra", [("plugin", "orchestra")]),
        ("loudly", [("doc", "Sound the horn. Loudly.")]),
        ("not", [("parameters.note", "note")]),
        ("to play", [("parameters.note.doc", "What to play.")]),
        ("'ut'", [("parameters.note.default", "'ut'")]),
        ("beats", [("parameters.options.tempo.doc", "Beats per minute.")]),
        ("brass", [("needs.brass", "brass")]),
        ("float", [("returns", "float")]),
        (re.compile("^/brass/.*$"), [("metadata.where.path", "/brass/<room>")]),
        (re.compile("WHERE"), []),
        ("trumpet", []),
    ],
)
def test_text_is_found_where_it_stands(pattern: str | re.Pattern[str], hits: list[tuple[str, str]]) -> None:
    """The hit has its place."""
    assert found(made(where=Where("/brass/<room>", int) if pattern != "brass" else None), pattern) == hits


def test_nothing_is_found_across_fields() -> None:
    """Text that ends one field and begins the next is no match."""
    assert found(made(), re.compile(r"horn/play\s*effect")) == []
    assert found(made(tags=["first", "second"]), re.compile("first.*second", re.DOTALL)) == []


def test_an_excerpt_is_one_line_around_the_match() -> None:
    """The excerpt is short even if the text is long."""
    ((place, excerpt),) = found(made(long="a" * 100 + "\nNEEDLE\n" + "b" * 100), "needle")
    assert place == "metadata.long"
    assert excerpt == f"... {'a' * 39} NEEDLE {'b' * 39} ..."


def test_metadata_is_searched_however_it_is_nested() -> None:
    """Names in it, too; functions and classes by their names."""
    nested: object = "needle"
    for _ in range(3_000):
        nested = [nested]
    assert [place[:12] for place, _ in found(made(deep=nested), "needle")] == ["metadata.dee"]
    assert found(made(options={"needle": 1}), "needle") == [("metadata.options.needle", "needle")]
    assert found(made(call=made, kind=Where, several={"needle"}), "needle") == [("metadata.several[0]", "needle")]
    assert found(made(where=Where("/", Where)), re.compile("^Where$")) == [("metadata.where.model", "Where")]


class Hostile:
    """Raises whenever it is read."""

    def __repr__(self) -> str:
        raise ValueError("no")

    @property  # type: ignore[misc]
    def __class__(self) -> type:
        raise ValueError("no")


class Broken(Mapping[str, object]):
    """A mapping that cannot be read."""

    def __getitem__(self, name: str) -> object:
        raise OSError("no disk")

    def __iter__(self) -> Iterator[str]:
        raise OSError("no disk")

    def __len__(self) -> int:
        return 1

    def __repr__(self) -> str:
        return "a broken mapping"


class Endless(Mapping[str, object]):
    """A mapping in which there is always another one."""

    def __getitem__(self, name: str) -> object:
        return Endless()

    def __iter__(self) -> Iterator[str]:
        return iter("a")

    def __len__(self) -> int:
        return 1


def test_cyclic_and_hostile_metadata_break_nothing() -> None:
    """The rest is found."""
    cyclic: list[object] = ["needle"]
    cyclic.append(cyclic)
    dispatch = made(cyclic=cyclic, hostile=Hostile(), broken=Broken(), last="needle")
    assert found(dispatch, "needle") == [("metadata.cyclic[0]", "needle"), ("metadata.last", "needle")]
    assert found(dispatch, "no repr") == [("metadata.hostile", "<no repr: ValueError>")]
    assert found(dispatch, "broken mapping") == [("metadata.broken", "a broken mapping")]
    assert found(made(endless=Endless()), "needle") == []


def test_all_of_it_is_data_for_tools() -> None:
    """Values that JSON cannot represent are text, and cyclic or deep data is cut."""
    cyclic: dict[str, object] = {"plain": [1, True, None, 0.5, "x"], "nan": float("nan"), "where": Where("/", int)}
    cyclic["self"] = cyclic
    assert as_data(cyclic) == {
        "plain": [1, True, None, 0.5, "x"],
        "nan": "nan",
        "where": {"path": "/", "model": "int"},
        "self": "...",
    }
    assert as_data([[["deep"]]], depth=2) == [["..."]]
    assert as_data(Hostile()) == "<no repr: ValueError>"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.binary() | st.builds(Hostile),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.builds(Where, inner, inner),
)


@given(VALUES)
def test_a_needle_is_found_in_any_metadata(value: object) -> None:
    """It is found exactly at its place, beside any other data."""
    hits = found(made(value=value, hay=["straw", {"in": ("a needle, indeed",)}]), "a needle, indeed")
    assert ("metadata.hay[1].in[0]", "a needle, indeed") in hits
