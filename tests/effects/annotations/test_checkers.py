"""The check of arguments, and the messages about arguments that do not fit."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any, Literal, NotRequired, Protocol, runtime_checkable

import pydantic.dataclasses
import pytest
from pydantic import AfterValidator, BaseModel, Field, JsonValue, Tag
from typing_extensions import TypedDict

from effects import ArgumentError, Context, Effect, RegistrationError, Registry, create_dispatch


class Colour(Enum):
    """A leaf."""

    RED = "red"


@dataclass
class Point:
    """A leaf with rules of its own."""

    x: int


class Model(BaseModel):
    """Another one."""

    x: int


@pydantic.dataclasses.dataclass
class Checked:
    """A dataclass of pydantic's."""

    x: int


class Inner(TypedDict):
    """Options inside options."""

    size: NotRequired[int]


class Outer(TypedDict, total=False):
    """Options."""

    name: str
    inner: Inner
    then: Effect


class Plain(Protocol):
    """A protocol that `isinstance` cannot be asked about."""

    def go(self) -> None:
        """Go."""


@runtime_checkable
class Askable(Protocol):
    """A protocol that `isinstance` can be asked about."""

    def go(self) -> None:
        """Go."""


@dataclass
class Goes:
    """A class that satisfies both protocols."""

    def go(self) -> None:
        """Go."""


async def complaint(annotation: Any, value: object) -> str | None:
    """Return the message about this value for a parameter with this annotation; None if it fits and arrives
    unchanged.
    """
    plugin = Registry("plugin")
    got: list[object] = []

    @plugin.effect("key")
    def key(ctx: Context, value: annotation) -> None:
        got.append(value)

    result = await create_dispatch([plugin])([["key", value]])
    if not result.errors:
        assert got[0] is value
        return None
    (record,) = result.errors
    assert isinstance(record.exception, ArgumentError)
    assert (record.phase, record.plugin) == ("validate", None)
    return record.exception.what


FITS: list[tuple[Any, object]] = [
    (list[int], (1, 2)),
    (tuple[int, str], [1, "a"]),
    (Sequence[str], ["a"]),
    (Mapping[str, int], {"a": 1}),
    (dict[str, list[int]], {"a": (1,)}),
    (float, 1),
    (Literal["a", 1], 1),
    (Colour, Colour.RED),
    (Point, Point(1)),
    (Model, Model(x=1)),
    (list[Point], (Point(1),)),
    (datetime.date, datetime.date(2024, 1, 1)),
    (Outer, {"name": "a", "inner": {"size": 1}, "then": ["note"]}),
    (Outer, {}),
    (Plain, Goes()),
    (Plain, 5),
    (list[Plain] | None, (5,)),
    (Annotated[Plain, "note"], 5),
    (Askable, Goes()),
    (int | str | None, None),
    (Annotated[int, Field(ge=3)], 3),
    (type[int], bool),
    (JsonValue, {"a": [1, None, "x", 2.5, True]}),
    (Annotated[int, Tag("a")] | Annotated[list[int], Tag("b")], (1,)),
    (Effect, ["note", 1]),
    (Effect | None, None),
    (Sequence[Effect], [("note",)]),
]


@pytest.mark.parametrize(("annotation", "value"), FITS, ids=repr)
async def test_what_fits_arrives_as_it_is(annotation: Any, value: object) -> None:
    """The very object, neither coerced nor copied."""
    assert await complaint(annotation, value) is None


@pytest.mark.parametrize(
    ("annotation", "value", "message"),
    [
        (int, "3", "value: should be a valid integer, got str"),
        (int, True, "value: should be a valid integer, got bool"),
        (int, 3.0, "value: should be a valid integer, got float"),
        (str, b"a", "value: should be a valid string, got bytes"),
        (bool, 1, "value: should be a valid boolean, got int"),
        (list[int], [1, "2"], "value[1]: should be a valid integer, got str"),
        (list[int], "12", "value: should be an instance of list or tuple, got str"),
        (list[int], {1}, "value: should be an instance of list or tuple, got set"),
        (list[int], None, "value: should be an instance of list or tuple, got NoneType"),
        (Sequence[str], "ab", "value: "),
        (dict[str, int], {"a": "1"}, "value['a']: should be a valid integer, got str"),
        (dict[str, int], {"max-age": "1"}, "value['max-age']: should be a valid integer, got str"),
        (dict[str, int], {"a[0]": "1"}, "value['a[0]']: should be a valid integer, got str"),
        (Outer, {"nmae": "a"}, "value['nmae']: there is no such option"),
        (Outer, {"inner": {"sise": 1}}, "value['inner']['sise']: there is no such option"),
        (Outer, {"then": "note"}, "value['then']: an effect vector is a list or tuple, not str"),
        (Inner, {"size": True}, "value['size']: should be a valid integer, got bool"),
        (Inner, {"size": "3"}, "value['size']: should be a valid integer, got str"),
        (Outer, {"inner": {"size": 3.0}}, "value['inner']['size']: should be a valid integer, got float"),
        (Inner, [("size", 1)], "value: should be a valid dictionary, got list"),
        (Literal["a", "b"], "c", "value: should be 'a' or 'b', got str"),
        (Colour, "red", "value: should be an instance of Colour, got str"),
        (Point, {"x": 1}, "value: should be an instance of Point, got dict"),
        (Model, {"x": 1}, "value: should be "),
        (Checked, {"x": 1}, "value: should be "),
        (datetime.date, "2024-01-01", "value: should be a valid date, got str"),
        (Askable, 5, "value: should be an instance of Askable, got int"),
        (Annotated[int, Field(ge=3)], 2, "value: should be greater than or equal to 3"),
        (Effect, 5, "value: an effect vector is a list or tuple, not int"),
        (Effect, [], "value: an effect vector is empty"),
        (Effect, [["note"]], "value: an effect key is a str, not list"),
        (Sequence[Effect], [["note"], 5], "value[1]: an effect vector is a list or tuple, not int"),
        (Sequence[Effect], ["note", 1], "value[0]: an effect vector is a list or tuple, not str"),
    ],
    ids=repr,
)
async def test_what_does_not_fit_is_told_where_and_why(annotation: Any, value: object, message: str) -> None:
    """The message has the place within the argument, the expected type, and the actual one."""
    assert message in (await complaint(annotation, value) or "it fits")


@pytest.mark.parametrize(
    ("value", "neighbour"), [({"nmae": "a"}, "'name'"), ({"inner": {"sise": 1}}, "'size'"), ({"zzz": 1}, None)]
)
async def test_an_option_that_does_not_exist_names_its_neighbours(value: object, neighbour: str | None) -> None:
    """Wherever it stands."""
    plugin = Registry("plugin")

    @plugin.effect("key")
    def key(ctx: Context, value: Outer | None) -> None: ...

    (record,) = (await create_dispatch([plugin])([["key", value]])).errors
    assert isinstance(record.exception, ArgumentError)
    assert record.exception.near == neighbour


async def test_a_constraint_is_not_about_types() -> None:
    """So the message does not name the type of the value."""
    assert (await complaint(Annotated[int, Field(ge=3)], 2) or "").endswith("equal to 3")


async def test_a_member_of_a_union_is_not_a_place() -> None:
    """A value that no member of a union accepts is reported at its own place, not under names of types."""
    said = await complaint(int | str | None, 1.5)
    assert said is not None
    assert "value['int']" not in said
    assert "value['str']" not in said


async def test_all_that_is_wrong_with_a_vector_is_said() -> None:
    """Every argument that does not fit is named, and only those."""
    plugin = Registry("plugin")

    @plugin.effect("key")
    def key(ctx: Context, one: int, two: object, three: str, *rest: bytes) -> None: ...

    (record,) = (await create_dispatch([plugin])([["key", "1", 2, 3, b"4", 5, "6"]])).errors
    assert [part.partition(":")[0] for part in str(record.exception).splitlines()[0].split("; ")] == [
        "one",
        "three",
        "rest",
        "rest",
    ]


async def test_any_number_of_arguments_are_each_checked() -> None:
    """Every argument for a `*` parameter is checked, and named if it does not fit."""
    plugin = Registry("plugin")

    @plugin.effect("key")
    def key(ctx: Context, *numbers: int) -> tuple[int, ...]:
        return numbers

    result = await create_dispatch([plugin])([["key", 1, 2], ["key"], ["key", 1, "2"]])
    assert [record.value for record in result.results] == [(1, 2), ()]
    assert [record.exception.args for record in result.errors] == [("numbers: should be a valid integer, got str",)]


async def test_an_argument_that_was_left_out_is_not_checked() -> None:
    """Its default need not fit its annotation."""
    plugin = Registry("plugin")

    @plugin.effect("key")
    def key(ctx: Context, value: int = "default") -> object:  # type: ignore[assignment]
        return value

    assert (await create_dispatch([plugin])([["key"]])).raise_errors().results[0].value == "default"


async def test_arguments_without_annotations_are_not_checked() -> None:
    """Every value fits."""
    plugin = Registry("plugin")
    plugin.effect("key")(lambda ctx, one, *rest: (one, rest))
    value = object()
    result = await create_dispatch([plugin])([["key", value, value]])
    assert result.results[0].value == (value, (value,))


async def test_an_iterator_is_not_used_up_by_checking_it() -> None:
    """The interpreter gets all its items."""
    plugin = Registry("plugin")

    @plugin.effect("key")
    def key(ctx: Context, values: Iterable[int]) -> list[int]:
        return list(values)

    result = await create_dispatch([plugin])([["key", iter([1, 2, 3])]])
    assert result.raise_errors().results[0].value == [1, 2, 3]


async def test_a_check_that_raises_is_a_record_of_validation() -> None:
    """A type's own check may raise anything: the siblings still run."""

    def explode(value: int) -> int:
        raise OSError("no disk")

    plugin = Registry("plugin")

    @plugin.effect("key")
    def key(ctx: Context, value: Annotated[int, AfterValidator(explode)]) -> None: ...

    plugin.effect("next")(lambda ctx: None)
    result = await create_dispatch([plugin])([["key", 1], ["next"]])
    assert [(record.phase, type(record.exception)) for record in result.errors] == [("validate", OSError)]
    assert [record.key for record in result.results] == ["next"]


async def test_the_arguments_of_an_action_are_checked() -> None:
    """An action that would be called wrongly is not called."""
    plugin = Registry("plugin")

    @plugin.action("act")
    def act(state: Mapping[str, object], value: int) -> list[object]:
        raise AssertionError("called")

    (record,) = (await create_dispatch([plugin])([["act", "1"]])).errors
    assert (record.phase, record.key) == ("validate", "act")


class NoSchema:
    """A type that tells pydantic something it does not understand."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: object) -> Any:
        raise LookupError("no schema")


@pytest.mark.parametrize("annotation", [NoSchema, Annotated[str, Field(pattern="(")]], ids=["raises", "misfit"])
def test_an_annotation_without_a_check_is_refused_when_registered(annotation: Any) -> None:
    """The message names the parameter and the fix."""

    def key(ctx: Context, value: annotation) -> None: ...

    with pytest.raises(RegistrationError, match=r"no check can be made for 'value'(.|\n)*fix  annotate it with"):
        Registry("plugin").effect("key")(key)
