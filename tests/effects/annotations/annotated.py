"""Annotations of every supported kind, each with values that have the type and values that do not."""

# ruff: noqa: UP006, UP007, UP044, UP045 - old spellings are supported, too

import collections
import collections.abc as abc
import datetime
import decimal
import enum
import fractions
import io
import ipaddress
import math
import os
import pathlib
import re
import types
import typing
import uuid
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import (
    Annotated,
    Any,
    Generic,
    Literal,
    LiteralString,
    NamedTuple,
    NewType,
    NotRequired,
    Optional,
    Protocol,
    Required,
    TypeVar,
    Union,
    cast,
)

import annotated_types
import pydantic
import pydantic.dataclasses
from pydantic import BaseModel, Discriminator, Field, StringConstraints, Tag
from pydantic_core import MultiHostUrl, PydanticCustomError, Url, core_schema
from typing_extensions import ReadOnly, TypeAliasType, TypedDict

from effects import Effect

T = TypeVar("T")


class Text(str):
    """A subclass of str, as markup is."""


class Colour(enum.Enum):
    """An enumeration."""

    RED = "red"


class Word(enum.StrEnum):
    """An enumeration whose members are text."""

    RED = "red"


class Old(str, enum.Enum):  # noqa: UP042 - StrEnum is what it is not
    """An enumeration of text, as written before `StrEnum`."""

    RED = "red"


class Number(enum.IntEnum):
    """An enumeration whose members are numbers."""

    ONE = 1


class Access(enum.Flag):
    """An enumeration of flags."""

    READ = 1
    WRITE = 2


class Place(NamedTuple):
    """A named tuple."""

    x: int
    y: int = 0


class Pair(NamedTuple, Generic[T]):
    """A generic one."""

    x: T


Untyped = collections.namedtuple("Untyped", "x y")


@dataclass
class Point:
    """A dataclass."""

    x: int


@pydantic.dataclasses.dataclass
class Checked:
    """One of pydantic's."""

    x: int


@dataclass
class Box(Generic[T]):
    """A generic dataclass."""

    x: T


class Model(BaseModel):
    """A model."""

    x: int


class Wrapped(BaseModel, Generic[T]):
    """A generic model."""

    x: T


class Numbers(pydantic.RootModel[list[int]]):
    """A model of a list."""


class Plain:
    """A class without fields, base classes or a schema."""

    def go(self) -> None:
        """Go."""


class Attrs:
    """A class as attrs makes it."""

    __attrs_attrs__ = ()
    __slots__ = ("x",)

    def __init__(self, x: int) -> None:
        self.x = x


class UserId(str):
    """A class that pydantic makes of text."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: Any) -> Any:
        return core_schema.no_info_after_validator_function(cls, handler(str))


class Celsius:
    """A class that pydantic makes of numbers: its schema refuses instances."""

    def __init__(self, degrees: float) -> None:
        self.degrees = degrees

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: Any) -> Any:
        return core_schema.no_info_after_validator_function(cls, core_schema.float_schema())


class Tagged:
    """A class that pydantic makes of data that may hold itself."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: Any) -> Any:
        return core_schema.no_info_after_validator_function(lambda value: cls(), handler(pydantic.JsonValue))


class Small:
    """A class without instances: it only limits another, as `PastDate` does."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: Any) -> Any:
        return core_schema.int_schema(lt=10)


@dataclass
class Told:
    """A dataclass that pydantic makes of numbers."""

    x: int

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: Any) -> Any:
        return core_schema.no_info_after_validator_function(cls, core_schema.int_schema())


class Ours:
    """Metadata of a third-party type, so that pydantic can make it of numbers."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: Any) -> Any:
        made = core_schema.no_info_after_validator_function(lambda value: Plain(), core_schema.int_schema())
        return core_schema.union_schema([core_schema.is_instance_schema(Plain), made])


class Stack(list[T]):
    """A list of a kind."""


class Options(TypedDict, total=False):
    """Options."""

    name: str
    count: Required[int]
    mode: Literal["in", "out"]
    level: Literal[1, 2]
    colour: Literal[Word.RED, "blue"]
    at: Place
    secret: pydantic.SecretStr
    level_or_none: ReadOnly[Literal[1] | None]
    then: Effect


class Twice(TypedDict, total=False):
    """Options of which two have one type."""

    one: pydantic.JsonValue
    two: pydantic.JsonValue
    three: list[Tagged]
    four: Tagged | None
    five: Place
    six: Place


class Marked(TypedDict):
    """Options whose qualifiers and metadata stand in any order."""

    one: ReadOnly[NotRequired[int]]
    two: Annotated[NotRequired[int], "said"]
    three: NotRequired[Annotated[int, Field(ge=0)]]
    four: Required[ReadOnly[int]]


class Later(TypedDict):
    """Options that hold themselves."""

    size: int
    inside: NotRequired["Later"]
    more: NotRequired[ReadOnly[list["Later"]]]


class Of(TypedDict, Generic[T]):
    """Generic options."""

    one: T
    many: NotRequired[list[T]]


class Short(TypedDict):
    """Options with a rule for all of them."""

    __pydantic_config__ = pydantic.ConfigDict(str_max_length=3, coerce_numbers_to_str=True)  # type: ignore[misc]

    word: str


class Cat(TypedDict):
    """One of two kinds of options."""

    kind: Literal["cat"]
    lives: int


class Dog(TypedDict):
    """The other."""

    kind: Literal["dog"]
    name: str


class Silent(Protocol):
    """A protocol that `isinstance` cannot be asked about."""

    def go(self) -> None:
        """Go."""


@typing.runtime_checkable
class Going(Protocol):
    """A protocol that `isinstance` can be asked about."""

    def go(self) -> None:
        """Go."""


Id = NewType("Id", int)
Bound = TypeVar("Bound", bound=int)
Either = TypeVar("Either", str, bytes)
Rows = TypeAliasType("Rows", list[int])
Many = TypeAliasType("Many", list[T], type_params=(T,))
Tree = TypeAliasType("Tree", "dict[str, Tree] | int")
Nest = TypeAliasType("Nest", "T | list[Nest[T]]", type_params=(T,))
Native: Any = getattr(typing, "TypeAliasType", TypeAliasType)("Native", list[int])
"""Names for types, generic ones and such as hold themselves."""


def even(value: int) -> int:
    """A check of an app's own."""
    if value % 2:
        raise ValueError("odd")
    return value


def negative(value: int) -> int:
    """A check that complains in its own words, and returns another value."""
    if value >= 0:
        raise PydanticCustomError("positive", "too much")
    return -value


def loose(value: object, handler: pydantic.ValidatorFunctionWrapHandler) -> object:
    """A validator that accepts values that the type refuses."""
    try:
        return handler(value)
    except pydantic.ValidationError:
        return 0


def very(value: object) -> object:
    """A validator that looks at the very value."""
    if type(value) is not Text:
        raise ValueError("no Text")
    return value


def kind_of(value: Any) -> str:
    """The discriminator of a union of options."""
    return str(value["kind"])


AS_A_POINT: Any = getattr(pydantic, "ValidateAs", lambda *_: "said")(Place, lambda place: Point(place.x))
"""How pydantic 2.12 and later makes a point of a place."""


@dataclass(frozen=True)
class Row:
    """An annotation. Every accepted value is an instance of `kind`."""

    annotation: Any
    kind: Any
    fits: tuple[object, ...]
    misfits: tuple[object, ...] = ()


def row(annotation: Any, fits: Sequence[object], misfits: Sequence[object] = (), kind: Any = None) -> Row:
    """Make a row. If `kind` is left out, the annotation is a class."""
    return Row(annotation, annotation if kind is None else kind, tuple(fits), tuple(misfits))


HERE = pathlib.Path(__file__)
NOW = datetime.datetime.now()
UTC = datetime.datetime.now(datetime.UTC)
DAY = datetime.timedelta(days=1)
ID1, ID4 = uuid.uuid1(), uuid.uuid4()
NAN = float("nan")
FROZEN = types.MappingProxyType({"a": 1})

SIMPLE = [
    row(str, ["a", "", Text("a"), Word.RED, Old.RED], [b"a", 1, None, Colour.RED]),
    row(int, [1, -1, 10**30, Number.ONE], [True, 1.0, "1", None, decimal.Decimal(1), 1j]),
    row(float, [1.5, 1, NAN, math.inf], [True, "1", decimal.Decimal(1), None], (float, int)),
    row(complex, [1j], ["1j", None]),
    row(bool, [True, False], [1, 0, "true", None, 1.0]),
    row(bytes, [b"a"], ["a", bytearray(b"a"), None]),
    row(bytearray, [bytearray(b"a")], [b"a", "a"]),
    row(None, [None], [0, "", False], type(None)),
    row(LiteralString, ["a"], [1, b"a"], str),
    row(Text, [Text("a")], ["a", 1]),
    row(Any, ["a", None, 1.5, Plain()], kind=object),
    row(object, ["a", None, 1.5, Plain()]),
    row(Id, [1], [True, "1"], int),
    row(T, ["a", None], kind=object),
    row(Bound, [1], ["1", True], int),
    row(Either, ["a", b"a"], [1], (str, bytes)),
    row(pydantic.StrictStr, ["a"], [b"a"], str),
    row(pydantic.StrictInt, [1], [True, "1"], int),
    row(Annotated[int, pydantic.Strict(False)], [1], ["1", True, 1.0], int),
    row(Annotated[int, Field(strict=False)], [1], ["1", True, 1.0], int),
    row(pydantic.conint(strict=False, gt=2), [3], ["3", 2], int),
]
NUMBERS = [
    row(decimal.Decimal, [decimal.Decimal(1), decimal.Decimal("NaN")], ["1", 1, 1.5, True]),
    row(fractions.Fraction, [fractions.Fraction(1, 2)], ["1/2", 1, 0.5]),
    row(pydantic.condecimal(max_digits=2), [decimal.Decimal(11)], [decimal.Decimal(111), "1", 1], decimal.Decimal),
    row(pydantic.PositiveInt, [1], [0, "1", True], int),
    row(pydantic.NonNegativeFloat, [0.0, 1], [-1.0, "1", True], (float, int)),
    row(pydantic.FiniteFloat, [1.0], [NAN, "1"], (float, int)),
    row(pydantic.conint(multiple_of=2), [2], [3, "2"], int),
    row(Annotated[int | float, Field(ge=1)], [1, 1.5], [0, "1", True], (int, float)),
    row(Annotated[decimal.Decimal | None, Field(max_digits=1)], [decimal.Decimal(1), None], [decimal.Decimal(11), "1"]
        , (decimal.Decimal, type(None))),
    row(pydantic.ByteSize, [pydantic.ByteSize(5)], ["1kb", 5, 5.0, True]),
]  # fmt: skip
TIMES = [
    row(datetime.date, [NOW.date()], [NOW, "2024-01-01", 0, NOW.time()]),
    row(datetime.datetime, [NOW, UTC], ["2024-01-01T00:00:00", 0, 1.5, NOW.date()]),
    row(datetime.time, [NOW.time()], ["12:00", 0, NOW]),
    row(datetime.timedelta, [DAY], ["P1D", 1, 1.5]),
    row(pydantic.PastDate, [NOW.date() - DAY], [NOW.date() + DAY, "2000-01-01", 0], datetime.date),
    row(pydantic.FutureDate, [NOW.date() + DAY * 2], [NOW.date() - DAY, "3000-01-01"], datetime.date),
    row(pydantic.PastDatetime, [NOW - DAY], [NOW + DAY, "2000-01-01T00:00:00", 0], datetime.datetime),
    row(pydantic.FutureDatetime, [NOW + DAY], [NOW - DAY, "3000-01-01T00:00:00"], datetime.datetime),
    row(pydantic.AwareDatetime, [UTC], [NOW, UTC.isoformat()], datetime.datetime),
    row(pydantic.NaiveDatetime, [NOW], [UTC, NOW.isoformat()], datetime.datetime),
    row(Annotated[datetime.datetime, annotated_types.Gt(NOW)], [NOW + DAY], [NOW, NOW.isoformat()], datetime.datetime),
]
IDS_AND_PATHS = [
    row(uuid.UUID, [ID1, ID4], [str(ID4), ID4.bytes, ID4.int]),
    row(pydantic.UUID4, [ID4], [ID1, str(ID4)], uuid.UUID),
    row(pathlib.Path, [HERE], [str(HERE), os.fsencode(HERE)]),
    row(pathlib.PurePath, [HERE, pathlib.PurePosixPath("a")], [str(HERE)]),
    row(os.PathLike, [HERE], ["a"]),
    row(os.PathLike[str], [HERE], ["a"], os.PathLike),
    row(pydantic.FilePath, [HERE], [HERE.parent, str(HERE), HERE / "no"], pathlib.Path),
    row(pydantic.DirectoryPath, [HERE.parent], [HERE, str(HERE.parent)], pathlib.Path),
    row(pydantic.NewPath, [HERE.parent / "no"], [HERE, str(HERE.parent / "no")], pathlib.Path),
    row(io.IOBase, [io.BytesIO(), io.StringIO()], ["a", b"a"]),
]
NETWORK = [
    row(ipaddress.IPv4Address, [ipaddress.IPv4Address("1.2.3.4")], ["1.2.3.4", 1, b"\1\2\3\4"]),
    row(ipaddress.IPv6Network, [ipaddress.IPv6Network("::/8")], ["::/8"]),
    row(
        pydantic.IPvAnyAddress,
        [ipaddress.ip_address("1.2.3.4"), ipaddress.ip_address("::1")],
        ["1.2.3.4", 1, ipaddress.ip_network("::/8")],
        (ipaddress.IPv4Address, ipaddress.IPv6Address),
    ),
    row(
        pydantic.IPvAnyInterface,
        [ipaddress.ip_interface("1.2.3.4/24")],
        ["1.2.3.4/24", 1],
        (ipaddress.IPv4Interface, ipaddress.IPv6Interface),
    ),
    row(
        pydantic.IPvAnyNetwork,
        [ipaddress.ip_network("1.2.3.0/24")],
        ["1.2.3.0/24", 1],
        (ipaddress.IPv4Network, ipaddress.IPv6Network),
    ),
    row(pydantic.AnyUrl, [pydantic.AnyUrl("http://x/"), pydantic.HttpUrl("http://x/")], ["http://x/", b"http://x/"]),
    row(pydantic.HttpUrl, [pydantic.HttpUrl("http://x/")], ["http://x/", pydantic.AnyUrl("http://x/")]),
    row(pydantic.FileUrl, [pydantic.FileUrl("file:///a")], ["file:///a"]),
    row(pydantic.PostgresDsn, [pydantic.PostgresDsn("postgres://u:p@h:1/d")], ["postgres://u:p@h:1/d"]),
    row(pydantic.MongoDsn, [pydantic.MongoDsn("mongodb://h:1/d")], ["mongodb://h:1/d"]),
    row(Url, [Url("http://x/")], ["http://x/"]),
    row(MultiHostUrl, [MultiHostUrl("http://x,y/")], ["http://x,y/"]),
    row(
        Annotated[pydantic.AnyUrl, pydantic.UrlConstraints(allowed_schemes=["ftp"])],
        [pydantic.AnyUrl("ftp://x/")],
        ["ftp://x/"],
        pydantic.AnyUrl,
    ),
]
HIDDEN_AND_WRITTEN = [
    row(pydantic.SecretStr, [pydantic.SecretStr("a")], ["a", b"a", pydantic.SecretBytes(b"a")]),
    row(pydantic.SecretBytes, [pydantic.SecretBytes(b"a")], [b"a", "a"]),
    row(pydantic.Secret[int], [pydantic.Secret[int](1)], [1, "1", pydantic.Secret[str]("a")], pydantic.Secret),
    row(Annotated[pydantic.SecretStr, Field(min_length=2)], [pydantic.SecretStr("ab")], ["ab", pydantic.SecretStr("a")]
        , pydantic.SecretStr),
    row(re.Pattern, [re.compile("a"), re.compile(b"a")], ["a", b"a"]),
    row(re.Pattern[str], [re.compile("a")], ["a", re.compile(b"a")], re.Pattern),
    row(typing.Pattern[bytes], [re.compile(b"a")], [b"a", re.compile("a")], re.Pattern),
    row(pydantic.ImportString, [math.pi, math], ["math.pi", "os.path"], object),
    row(pydantic.ImportString[float], [math.pi], ["math.pi", "x"], (float, int)),
    row(cast(Any, pydantic.ImportString)[Any], [math.pi, math], ["math.pi", "x"], object),
    row(Annotated[pydantic.ImportString[float], Field(gt=1)], [math.pi], ["math.pi", 0.5], (float, int)),
    row(pydantic.constr(min_length=2), ["ab"], ["a", b"ab"], str),
    row(pydantic.constr(strip_whitespace=True, min_length=1), [" a "], ["  ", 1], str),
    row(Annotated[str | None, Field(pattern="a")], ["a", None], ["b", 1], (str, type(None))),
    row(Annotated[str, StringConstraints(max_length=1)], ["a", Text("a")], ["ab", 1], str),
    row(pydantic.Base64Str, ["aGk="], ["hi!", b"aGk="], str),
    row(pydantic.Base64Bytes, [b"aGk="], ["aGk=", b"a"], bytes),
    row(pydantic.JsonValue, [{"a": [1, None, "x", 2.5, True]}, [], "a"], [{1}, object(), {1: 2}], object),
]  # fmt: skip
NAMED = [
    row(Colour, [Colour.RED], ["red", "RED", Word.RED]),
    row(Word, [Word.RED], ["red", Colour.RED]),
    row(Old, [Old.RED], ["red", Word.RED]),
    row(Number, [Number.ONE], [1, True, "1"]),
    row(Access, [Access.READ, Access.READ | Access.WRITE, Access(0)], [1, 3]),
    row(enum.Enum, [Colour.RED, Word.RED], ["red"]),
    row(Literal["a"], ["a"], ["b", b"a", Text("a"), None, 1], str),
    row(Literal["red"], ["red"], [Word.RED, Old.RED], str),
    row(Literal[1], [1], [True, 1.0, "1", Number.ONE, decimal.Decimal(1), 1 + 0j], int),
    row(Literal[0, 1], [0, 1], [False, True, 0.0], int),
    row(Literal[True], [True], [1, 1.0, False], bool),
    row(Literal[True, 1], [True, 1], [1.0, False, 0], int),
    row(Literal[b"a"], [b"a"], ["a"], bytes),
    row(Literal[None], [None], [0, ""], type(None)),
    row(Literal["a", None, 3, Colour.RED], ["a", None, 3, Colour.RED], ["red", 3.0, True], object),
    row(Literal[Word.RED], [Word.RED], ["red", Old.RED], Word),
    row(Literal[Number.ONE], [Number.ONE], [1, True], Number),
    row(Literal[1, "a"], [1, "a"], [True], (int, str)),
    row(list[Literal[1]], [[1]], [[True], [1.0]], (list, tuple)),
    row(Literal[1] | None, [1, None], [True, 1.0, 0], (int, type(None))),
    row(Literal["a"] | Literal[2], ["a", 2], [2.0, Text("a")], (int, str)),
    row(Annotated[Literal[1], "said"], [1], [True], int),
]
WHOLE = [
    row(Place, [Place(1), Place(1, 2)], [(1, 2), [1, 2], {"x": 1}, Untyped(1, 2), None]),
    row(Pair[int], [Pair(1)], [(1,), [1]], Pair),
    row(Untyped, [Untyped(1, 2)], [(1, 2), [1, 2], Place(1, 2)]),
    row(Place | None, [Place(1), None], [(1, 2), {"x": 1}], (Place, type(None))),
    row(list[Place], [[Place(1)], ()], [[(1, 2)], [[1, 2]], Place(1)], (list, tuple)),
    row(Annotated[Place, annotated_types.Len(2)], [Place(1)], [(1, 2)], Place),
    row(Point, [Point(1)], [{"x": 1}, (1,), Checked(1)]),
    row(Checked, [Checked(1)], [{"x": 1}, Point(1)]),
    row(Box[int], [Box(1)], [{"x": 1}], Box),
    row(Model, [Model(x=1)], [{"x": 1}, Point(1)]),
    row(Wrapped[int], [Wrapped[int](x=1)], [{"x": 1}, Wrapped[str](x="a")], Wrapped),
    row(Numbers, [Numbers([1])], [[1]]),
    row(Plain, [Plain()], [None, {}, Plain]),
    row(Attrs, [Attrs(1)], [{"x": 1}]),
    row(UserId, [UserId("a")], ["a", Text("a")]),
    row(Celsius, [Celsius(1.0)], [1.0, 1]),
    row(Small, [1, Number.ONE], [10, True, "1", 1.0], int),
    row(Told, [Told(1)], [1, Point(1)]),
    row(Annotated[Plain, Ours], [Plain()], [1, None], Plain),
    row(Silent, [Plain(), 5], kind=object),
    row(Going, [Plain()], [5]),
    row(list[Silent] | None, [(5,), None], [5], (list, tuple, type(None))),
    row(abc.Hashable, ["a", 1], [[], {}]),
    row(types.ModuleType, [math], ["math"]),
    row(abc.Awaitable[int], [], [1, None], abc.Awaitable),
]
CLASSES = [
    row(type, [int, Plain], [1, "int"]),
    row(type[Any], [int], [1], type),
    row(type[int], [int, bool], [str, 1, "int"], type),
    row(type[int | str], [int, str, Text], [float, 1], type),
    row(type[Bound], [bool], [str], type),
    row(type[Silent], [int, Plain], [1], type),
    row(type[Going], [int, Plain], [1], type),
    row(type[list[int]], [list, Stack], [tuple], type),
    row(abc.Callable, [len, Plain], [1, None]),
    row(abc.Callable[[int], str], [len, str], [1], abc.Callable),
    row(abc.Callable[..., Any] | None, [len, None], [1], object),
]
SEQUENCES = [
    row(list, [[1, "a"], (1,)], ["a", {1}, {"a": 1}, None, iter([])], (list, tuple)),
    row(list[int], [[1], (1,), [], Stack([1])], [["1"], (True,), "12", {1}, range(3), [1.0]], (list, tuple)),
    row(list[list[int]], [[[1], (2,)]], [[["1"]], [1]], (list, tuple)),
    row(typing.List, [[1]], ["a"], (list, tuple)),
    row(typing.List[int], [[1]], [["a"]], (list, tuple)),
    row(Annotated[list[int], annotated_types.Len(1, 2)], [[1], (1, 2)], [[], [1, 2, 3], ["1"]], (list, tuple)),
    row(Annotated[list[int], pydantic.Strict(), pydantic.FailFast()], [[1], (1,)], [["1"]], (list, tuple)),
    row(pydantic.conlist(int, max_length=1), [[1], (1,)], [[1, 2], ["1"]], (list, tuple)),
    row(Stack[int], [Stack([1])], [[1]], Stack),
    row(tuple, [(1, "a"), [1]], ["a", {1}], (list, tuple)),
    row(typing.Tuple, [(1, "a"), [1]], ["a"], (list, tuple)),
    row(tuple[()], [(), []], [(1,)], (list, tuple)),
    row(tuple[int, str], [(1, "a"), [1, "a"]], [(1,), ("a", 1), (1, "a", 2), (True, "a")], (list, tuple)),
    row(tuple[int, ...], [(), (1, 2), [1], Place(1, 2)], [("1",), {1}, 1], (list, tuple)),
    row(tuple[str, *tuple[int, ...]], [("a",), ["a", 1, 2]], [(), ("a", "b"), (1,)], (list, tuple)),
    row(tuple[*tuple[int, ...], str], [("a",), (1, "a")], [(), ("a", "b"), (1,)], (list, tuple)),
    row(tuple[*tuple[int, str], int], [(1, "a", 2)], [(1, "a"), (1, 1, 1)], (list, tuple)),
    row(typing.Tuple[int, typing.Unpack[typing.Tuple[str, ...]]], [(1,), (1, "a")], [(1, 2)], (list, tuple)),
    row(
        Sequence[int],
        [[1], (1,), range(3), collections.deque([1])],
        [["1"], {1}, b"a", "1", collections.deque("a"), iter([1]), {1: 1}],
        abc.Sequence,
    ),
    row(Sequence[str], [["a"], ("a",)], ["a", b"a", [1]], abc.Sequence),
    row(abc.MutableSequence[int], [[1], collections.deque([1])], [(1,), ["1"], bytearray(b"a")], abc.MutableSequence),
    row(collections.deque[int], [collections.deque([1])], [[1], collections.deque(["1"])], collections.deque),
    row(Annotated[collections.deque[int], annotated_types.MaxLen(1)], [collections.deque([1])]
        , [collections.deque([1, 2]), [1]], collections.deque),
    row(set, [{1, "a"}], [frozenset(), [1]]),
    row(set[int], [{1}, set()], [{"1"}, frozenset({1}), [1], (1,), {1: 1}, {True}], set),
    row(frozenset[int], [frozenset({1})], [{1}, frozenset({"1"})], frozenset),
    row(abc.Set[int], [{1}, frozenset({1}), {1: 1}.keys()], [[1], {"1"}], abc.Set),
    row(abc.MutableSet[int], [{1}], [frozenset({1}), {"1"}], abc.MutableSet),
    row(abc.KeysView[str], [{"a": 1}.keys()], [{1: 1}.keys(), ["a"]], abc.KeysView),
    row(abc.Collection[int], [[1], {1}, {1: "a"}, b"a"], [["1"], "a", iter([1])], abc.Collection),
    row(abc.Iterable[int], [[1], (1,), {1}, iter(["a"]), range(3)], [["1"], "a", 1, None], abc.Iterable),
    row(abc.Iterable, [[1], "a"], [1]),
    row(abc.Iterator[int], [iter([1])], [[1]], abc.Iterator),
    row(abc.Generator[int, None, None], [(one for one in "a")], [[1], iter([])], abc.Generator),
    row(array := __import__("array").array, [array("b", [1])], [[1], b"a"]),
]  # fmt: skip
PAIRS = [
    row(dict, [{"a": 1, 2: None}, FROZEN], [[("a", 1)], None, "a"], Mapping),
    row(dict[str, int], [{"a": 1}, FROZEN, collections.OrderedDict(a=1)], [{"a": "1"}, {1: 1}, [("a", 1)]], Mapping),
    row(dict[str, list[int]], [{"a": (1,)}], [{"a": ["1"]}, {"a": 1}], Mapping),
    row(Mapping[str, int], [{"a": 1}, FROZEN], [{"a": "1"}, {1: 1}, [("a", 1)]], Mapping),
    row(abc.MutableMapping[str, int], [{"a": 1}], [FROZEN, {"a": "1"}], abc.MutableMapping),
    row(collections.OrderedDict[str, int], [collections.OrderedDict(a=1)]
        , [{"a": 1}, collections.OrderedDict(a="1")], collections.OrderedDict),
    row(collections.defaultdict[str, int], [collections.defaultdict(int, a=1)]
        , [{"a": 1}, collections.defaultdict(str, a="1")], collections.defaultdict),
    row(collections.Counter[str], [collections.Counter("a")], [{"a": 1}, collections.Counter([1])]
        , collections.Counter),
    row(collections.ChainMap[str, int], [collections.ChainMap({"a": 1})], [{"a": 1}, collections.ChainMap({"a": "1"})]
        , collections.ChainMap),
    row(Annotated[dict[str, int], annotated_types.MinLen(1)], [{"a": 1}], [{}, {"a": "1"}], Mapping),
]  # fmt: skip
OPTIONS = [
    row(
        Options,
        [
            {"count": 1},
            {"count": 1, "name": "a", "mode": "in", "level": 2, "colour": "blue", "then": ["note"]},
            {"count": 1, "colour": Word.RED, "at": Place(1), "secret": pydantic.SecretStr("a")},
            types.MappingProxyType({"count": 1}),
        ],
        [
            {},
            {"count": True},
            {"count": 1, "nmae": "a"},
            {"count": 1, "mode": "up"},
            {"count": 1, "mode": Text("in")},
            {"count": 1, "level": True},
            {"count": 1, "level": 2.0},
            {"count": 1, "level_or_none": True},
            {"count": 1, "colour": "red"},
            {"count": 1, "colour": Old.RED},
            {"count": 1, "at": (1, 2)},
            {"count": 1, "secret": "a"},
            {"count": 1, "then": "note"},
            [("count", 1)],
            None,
        ],
        Mapping,
    ),
    row(
        Later,
        [{"size": 1}, {"size": 1, "inside": {"size": 2}, "more": [{"size": 3, "inside": {"size": 4}}]}],
        [{"size": 1, "inside": {}}, {"size": 1, "inside": {"size": "2"}}, {"size": 1, "more": [{"size": 1, "x": 2}]}],
        Mapping,
    ),
    row(Marked, [{"four": 1}, {"one": 1, "two": 2, "three": 3, "four": 4}], [{}, {"four": 4, "three": -1}], Mapping),
    row(Twice, [{"one": 1, "two": [1], "three": [Tagged()], "four": None, "five": Place(1), "six": Place(2)}]
        , [{"one": object()}, {"two": {1}}, {"three": [1]}, {"four": 1}, {"six": (1, 2)}], Mapping),
    row(Of[int], [{"one": 1}, {"one": 1, "many": [2]}], [{"one": "1"}, {"one": 1, "many": ["2"]}], Mapping),
    row(Of[Literal["a"]], [{"one": "a"}], [{"one": "b"}, {"one": 1}], Mapping),
    row(Of, [{"one": "a"}, {"one": 1}], [{}, {"two": 1}], Mapping),
    row(list[Of[Place]], [[{"one": Place(1)}]], [[{"one": (1, 2)}]], (list, tuple)),
    row(Short, [{"word": "abc"}], [{"word": "abcd"}, {"word": 1}], Mapping),
    row(Cat | Dog, [{"kind": "cat", "lives": 9}, {"kind": "dog", "name": "Rex"}], [{"kind": "cat", "name": "Rex"}]
        , Mapping),
    row(
        Annotated[Cat | Dog, Field(discriminator="kind")],
        [{"kind": "cat", "lives": 9}, {"kind": "dog", "name": "Rex"}],
        [{"kind": "cat", "name": "Rex"}, {"kind": "cow"}, {}, None],
        Mapping,
    ),
    row(
        Annotated[Annotated[Cat, Tag("cat")] | Annotated[Dog, Tag("dog")], Discriminator(kind_of)],
        [{"kind": "cat", "lives": 9}, {"kind": "dog", "name": "Rex"}],
        [{"kind": "cat", "name": "Rex"}, {"kind": "cow"}],
        Mapping,
    ),
]  # fmt: skip
SAID = [
    row(Annotated[int, "a note", Field(description="said")], [1], ["1", True], int),
    row(Annotated[int, Field(ge=3, le=5)], [3], [2, 6, "3"], int),
    row(Annotated[Annotated[int, Field(ge=3)] | None, Field(le=5)], [3, None], [2, 6, "3"], (int, type(None))),
    row(Annotated[int, annotated_types.Predicate(lambda value: value > 3)], [4], [3, "4"], int),
    row(Annotated[int, pydantic.AfterValidator(even)], [2], [3, "2"], int),
    row(Annotated[str, pydantic.AfterValidator(int)], ["2"], [2, "a"], str),
    row(Annotated[int, pydantic.AfterValidator(negative)], [-1], [1, "-1"], int),
    row(Annotated[int, pydantic.BeforeValidator(int)], [2], ["2", 2.0, True], int),
    row(Annotated[str, pydantic.BeforeValidator(str)], ["2"], [2, b"2"], str),
    row(Annotated[str, pydantic.BeforeValidator(very)], [Text("a")], ["a", 1], str),
    row(Annotated[int, pydantic.PlainValidator(int)], [2], ["2", 2.0, True], int),
    row(Annotated[str, pydantic.PlainValidator(very)], [Text("a")], ["a", 1], str),
    row(Annotated[Place, pydantic.PlainValidator(lambda value: Place(*value))], [Place(1)], [(1, 2), [1, 2]], Place),
    row(Annotated[int, pydantic.WrapValidator(loose)], [2], ["2", "a", None, True], int),
    row(Annotated[list[int], pydantic.BeforeValidator(list)], [[1], (1,)], ["1", {1}, ["1"]], (list, tuple)),
    row(Annotated[list[int], pydantic.WrapValidator(loose)], [[1]], ["1", ["1"]], (list, tuple)),
    row(list[Annotated[int, pydantic.BeforeValidator(int)]], [[1]], [["1"]], (list, tuple)),
    row(pydantic.InstanceOf[Plain], [Plain()], [1, None], Plain),
    row(pydantic.InstanceOf[Sequence[int]], [[1], (1,)], [1, ["1"]], abc.Sequence),
    row(pydantic.InstanceOf[Model], [Model(x=1)], [{"x": 1}], Model),
    row(pydantic.SkipValidation[int], [1, "1", None], kind=object),
    row(list[pydantic.OnErrorOmit[int]], [[1]], [["1"], [1, "a"]], (list, tuple)),
    row(Annotated[int | str, Field(union_mode="left_to_right")], [1, "a"], [1.5, None], (int, str)),
    row(Annotated[int, pydantic.PlainSerializer(str)], [1], ["1"], int),
    row(Annotated[Point, AS_A_POINT], [Point(1)], [Place(1), {"x": 1}], Point),
]
EITHER = [
    row(int | str, [1, "a"], [1.5, None, True, b"a"], (int, str)),
    row(Optional[int], [1, None], ["1", True], (int, type(None))),
    row(Union[int, list[int], None], [1, [1], None], ["1", ["1"]], object),
    row(int | Any, [1, "a", None], kind=object),
    row(pydantic.SecretStr | str, ["a", pydantic.SecretStr("a")], [b"a", 1], (str, pydantic.SecretStr)),
    row(Rows, [[1], (1,)], [["1"], 1], (list, tuple)),
    row(Many[str], [["a"]], [[1]], (list, tuple)),
    row(Many[Place] | None, [[Place(1)], None], [[(1, 2)]], object),
    row(Native, [[1]], [["1"]], (list, tuple)),
    row(list[Native] | None, [[[1]], None], [[["1"]]], (list, tuple, type(None))),
    row(Annotated[Rows, annotated_types.Len(1)], [[1]], [[], ["1"]], (list, tuple)),
    row(Tree, [1, {"a": {"b": 1}}, {}], ["a", {"a": {"b": "1"}}, {1: 1}, True], (int, Mapping)),
    row(list[Tree], [[{"a": 1}, 2]], [[{"a": "1"}]], (list, tuple)),
    row(Nest[int], [1, [1, [2, [3]]]], ["1", [1, ["2"]]], object),
    row(typing.Final[int], [1], ["1", True], int),
    row(Effect, [["note", 1], ("note",)], [5, [], [["note"]], "note", {"note": 1}], (list, tuple)),
    row(Effect | None, [["note"], None], [5, "note"], (list, tuple, type(None))),
    row(Sequence[Effect], [[["note"]], ()], [["note", 1], [5]], (list, tuple)),
]

with warnings.catch_warnings():  # they are on their way out of pydantic
    warnings.simplefilter("ignore")
    from pydantic.color import Color

    LEAVING = [row(Color, [Color("red")], ["red", (1, 2, 3)])]

ROWS: list[Row] = [
    *(SIMPLE + NUMBERS + TIMES + IDS_AND_PATHS + NETWORK + HIDDEN_AND_WRITTEN + NAMED + WHOLE + CLASSES),
    *(SEQUENCES + PAIRS + OPTIONS + SAID + EITHER + LEAVING),
]
