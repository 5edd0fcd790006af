"""Placeholders in containers of every kind: put in place, or refused with the place, and never handed on."""

from __future__ import annotations

from collections import ChainMap, OrderedDict, UserDict, UserList, defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType, SimpleNamespace
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from effects import (
    Context,
    Dispatch,
    Limits,
    Path,
    Placeholder,
    PlaceholderError,
    Registry,
    create_dispatch,
    find_placeholders,
)
from effects._language.containers import parts_in

IT = Placeholder("it")


class Rows(list[object]):
    """A subclass of list."""


class Row(tuple[object, ...]):
    """A subclass of tuple."""

    __slots__ = ()


class Record(dict[str, object]):
    """A subclass of dict."""


class Point(NamedTuple):
    """A tuple with names."""

    x: object
    y: object = 0


@dataclass
class Data:
    """A dataclass."""

    it: object
    other: object = 0


@dataclass(frozen=True, slots=True)
class Frozen:
    """One that can be in a set, or be a key."""

    it: object


class Model(BaseModel):
    """A model that takes more than it names."""

    model_config = ConfigDict(extra="allow")
    it: object


class Reads(Sequence[object]):
    """A sequence that defines how it is read."""

    def __init__(self, *items: object) -> None:
        self.items = items

    def __getitem__(self, index: Any) -> Any:
        return self.items[index]

    def __len__(self) -> int:
        return len(self.items)


class Looks(Mapping[str, object]):
    """A mapping that defines how it is read."""

    def __init__(self, **items: object) -> None:
        self.items_by_name = items

    def __getitem__(self, name: str) -> object:
        return self.items_by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.items_by_name)

    def __len__(self) -> int:
        return len(self.items_by_name)


CONTAINERS: dict[str, tuple[Callable[[Any], Any], str, Path]] = {
    "a set": (lambda late: {late}, "set", (0,)),
    "a frozenset": (lambda late: frozenset([late]), "frozenset", (0,)),
    "a deque": (lambda late: deque([1, late]), "deque", (1,)),
    "an ordered dict": (lambda late: OrderedDict(a=late), "OrderedDict", ("a",)),
    "a defaultdict": (lambda late: defaultdict(int, a=late), "defaultdict", ("a",)),
    "a subclass of list": (lambda late: Rows([late]), "Rows", (0,)),
    "a subclass of tuple": (lambda late: Row([late]), "Row", (0,)),
    "a subclass of dict": (lambda late: Record(a=late), "Record", ("a",)),
    "a named tuple": (lambda late: Point(1, late), "Point", (1,)),
    "a dataclass": (lambda late: Data(1, late), "Data", ("other",)),
    "a frozen dataclass": (Frozen, "Frozen", ("it",)),
    "a model": (lambda late: Model(it=late), "Model", ("it",)),
    "more of a model": (lambda late: Model.model_validate({"it": 1, "more": late}), "Model", ("more",)),
    "a read-only mapping": (lambda late: MappingProxyType({"a": late}), "mappingproxy", ("a",)),
    "a chain of mappings": (lambda late: ChainMap({}, {"a": late}), "ChainMap", ("a",)),
    "a list in Python": (lambda late: UserList([late]), "UserList", (0,)),
    "a dict in Python": (lambda late: UserDict({"a": late}), "UserDict", ("a",)),
    "a sequence": (lambda late: Reads(late), "Reads", (0,)),
    "a mapping": (lambda late: Looks(a=late), "Looks", ("a",)),
    "values of a dict": (lambda late: {"a": late}.values(), "dict_values", (0,)),
    "the key of a dict": (lambda late: {late: 1}, "", ("Placeholder('it')",)),
    "in the key of a dict": (lambda late: {(1, late): 1}, "", ("(1, Placeholder('it'))", 1)),
    "in the key of another": (lambda late: OrderedDict([(late, 1)]), "", ("Placeholder('it')",)),
    "a list in a set": (lambda late: {(1, (2, late))}, "set", (0, 1, 1)),
    "a set in a list": (lambda late: [1, {"a": {late}}], "set", (1, "a", 0)),
    "a list in a dataclass": (lambda late: Data([{"a": late}]), "Data", ("it", 0, "a")),
    "a dataclass in a list": (lambda late: [Data(late)], "Data", (0, "it")),
}
containers = pytest.mark.parametrize(("make", "named", "place"), CONTAINERS.values(), ids=CONTAINERS)


def keeping(got: list[Any], **options: Any) -> Dispatch:
    """A dispatch whose effect and action keep their arguments; the placeholder `it` has its value from the data."""
    plugin = Registry("plugin")

    @plugin.effect("keep")
    def keep(ctx: Context, *values: object) -> None:
        got.append(values)

    @plugin.action("act")
    def act(state: object, *values: object) -> list[object]:
        got.append(values)
        return []

    plugin.placeholder("it")(lambda data: data["it"])
    return create_dispatch([plugin], **options)


@containers
@pytest.mark.parametrize("key", ["keep", "act"])
async def test_a_placeholder_in_another_container_is_refused_with_its_place(
    make: Callable[[object], object], named: str, place: Path, key: str
) -> None:
    """The dispatch, `expand` and the check have the same message; values beside it are not blamed."""
    got: list[Any] = []
    dispatch = keeping(got)
    effects = [[key, [IT], make(IT)], ["keep", "next"]]
    result = await dispatch(effects, data={"it": 1})
    assert got == [("next",)]
    (record,) = result.errors
    assert (record.phase, record.key, record.path) == ("interpolate", key, (0, 2, *place))
    assert isinstance(record.exception, PlaceholderError)
    where = f"a container of type {named}" if named else "the key of a dict"
    assert record.exception.what == f"a placeholder stands in {where}"
    assert record.exception.fix == "values are put into lists, tuples and dicts: write one of these"
    (problem,) = dispatch.check(effects)
    assert problem.what.endswith(record.exception.what)
    assert dispatch.expand(effects, data={"it": 1}).errors[0].path == record.path
    assert [*find_placeholders(effects)] == [IT, IT]


@containers
async def test_a_container_without_placeholders_is_passed_on_as_it_is(
    make: Callable[[object], object], named: str, place: Path
) -> None:
    """This holds for every kind of container, beside a placeholder in another one."""
    got: list[Any] = []
    value = make("text")
    (await keeping(got)([["keep", value], ["keep", [value, IT]]], data={"it": 1})).raise_errors()
    assert got[0][0] is value
    assert got[1] == ([value, 1],)
    assert got[1][0][0] is value


@pytest.mark.parametrize("opaque", [SimpleNamespace(it=IT), iter([IT]), lambda: IT, type("Odd", (), {"it": IT})()])
async def test_objects_of_other_classes_are_not_looked_into(opaque: object) -> None:
    """Only they know their content: they are passed on as they are."""
    got: list[Any] = []
    dispatch = keeping(got)
    (await dispatch([["keep", opaque]])).raise_errors()
    assert got == [(opaque,)]
    assert dispatch.check([["keep", opaque]]) == ()


async def test_what_a_class_makes_of_being_read_is_of_no_account() -> None:
    """The items of a list are found, even if its class hides them; a container that cannot be read is passed on."""

    class Hides(list[object]):
        def __iter__(self) -> Iterator[object]:
            return iter([])

    class Fails(Looks):
        def __iter__(self) -> Iterator[str]:
            raise OSError("no disk")

    got: list[Any] = []
    fails = Fails(a=IT)
    result = await keeping(got)([["keep", Hides([IT])], ["keep", fails]])
    assert [record.path for record in result.errors] == [(0, 1, 0)]
    assert got == [(fails,)]


async def test_a_mapping_without_end_ends() -> None:
    """The limit of walked items ends it, in a check, too."""

    class Ever(Looks):
        def __iter__(self) -> Iterator[str]:
            while True:
                yield "a"

    got: list[Any] = []
    dispatch, ever = keeping(got, limits=Limits(nodes=100)), Ever(a=1)
    (record,) = (await dispatch([["keep", ever]])).errors
    assert "the limit of 100 data items walked in one dispatch was crossed" in str(record)
    (problem,) = dispatch.check([["keep", ever]])
    assert "an argument holds more data than may be walked" in str(problem)
    assert [*find_placeholders([ever, IT])] == [IT]
    assert got == []


def test_a_placeholder_has_no_subclasses() -> None:
    """No search would find instances of a subclass."""
    with pytest.raises(TypeError, match="Placeholder"):
        type("Later", (Placeholder,), {})


# One rule for all of them, in the plainest of words.

PLAIN: list[Callable[[list[Any]], Any]] = [list, tuple, lambda items: dict(zip("abcd", items, strict=False))]
OTHERS: list[Callable[[list[Any]], Any]] = [
    Rows,
    Row,
    deque,
    lambda items: OrderedDict(zip("abcd", items, strict=False)),
    lambda items: MappingProxyType(dict(zip("abcd", items, strict=False))),
    lambda items: Data(items),
    lambda items: Model(it=items),
]
data = st.recursive(
    st.sampled_from([IT, IT, 1, "a", None]),
    lambda inner: st.builds(
        lambda make, items: make(items), st.sampled_from([*PLAIN, *PLAIN, *OTHERS]), st.lists(inner, max_size=4)
    ),
    max_leaves=8,
)


def holds(value: Any) -> bool:
    """Whether there is a placeholder in it."""
    return value is IT or any(map(holds, inside(value)))


def inside(value: Any) -> list[Any]:
    """Return the parts of a value."""
    if isinstance(value, (Data, Model)):
        return [value.it]
    if isinstance(value, Mapping):
        return [*value.values()]
    return [*value] if isinstance(value, (list, tuple, deque)) else []


def is_refused(value: Any) -> bool:
    """Whether there is a placeholder in a container that is not rebuilt."""
    return any(map(is_refused if type(value) in {list, tuple, dict} else holds, inside(value)))


def bound(value: Any) -> Any:
    """Return the argument as it should arrive."""
    if value is IT:
        return "bound"
    if type(value) is dict:
        return {name: bound(item) for name, item in value.items()}
    return type(value)(map(bound, value)) if type(value) in {list, tuple} else value


@settings(deadline=None)
@given(values=st.lists(data, min_size=1, max_size=3), shared=st.booleans())
async def test_law_01_one_rule_for_all_containers(values: list[Any], shared: bool) -> None:
    """A dispatch, `expand` and a check agree on which placeholders are put in place and which are refused, and no
    interpreter ever sees one."""
    args = [*values, values] if shared else values
    got: list[Any] = []
    dispatch = keeping(got)
    refused = any(map(is_refused, args))
    result = await dispatch([["keep", *args]], data={"it": "bound"})
    assert [record.phase for record in result.errors] == ["interpolate"] * refused
    assert got == ([] if refused else [tuple(map(bound, args))])
    assert bool(dispatch.check([["keep", *args]])) == refused
    expansion = dispatch.expand([["keep", *args]], data={"it": "bound"})
    assert [record.path for record in expansion.errors] == [record.path for record in result.errors]


def test_more_types_than_are_remembered_are_looked_into_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program may make new types without end."""
    monkeypatch.setattr("effects._language.containers._MAX_TYPES", 0)

    class Row(list[int]):
        pass

    assert [value for _, value in parts_in(Row([7]))] == [7]
