"""The JSON Schema of vectors, tried with a validator."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, NotRequired

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator
from pydantic import BaseModel, Field, PlainValidator
from typing_extensions import Doc, TypedDict

from effects import Context, Effect, Registry, create_dispatch
from effects.testing import vectors


class Item(BaseModel):
    """A thing."""

    name: str


class Base(TypedDict, total=False):
    """Options of several."""

    minutes: float
    """For how long."""


class Options(Base):
    """Options of one."""

    then: NotRequired[Effect]
    """What follows."""


class Phone:
    """Rings."""


class Unreadable:
    """A class that does not let pydantic see it."""

    @classmethod
    def __get_pydantic_core_schema__(cls, *_: object) -> Any:
        raise ValueError("no")


shop = Registry("shop")


@shop.effect("shop/sell ~50%")
def sell(
    ctx: Context,
    name: Annotated[str, Doc("What to sell.")],
    amount: Annotated[int, Field(ge=1)] = 1,
    options: Options | None = None,
    *,
    phone: Phone,
) -> None:
    """Sell something.

    At a price.
    """


@shop.effect("shop/run")
def run(ctx: Context, first: Effect, *then: Effect, phone: Phone, limit: int = 3) -> None:
    """Run a nested effect."""


@shop.effect("shop/odd")
def odd(
    ctx: Context,
    item: Item,
    call: Callable[[], int],
    upper: Annotated[str, PlainValidator(str.upper)],
    mode: Literal["a", "b"],
    *,
    strange: Unreadable | None = None,
    later: Nowhere = None,  # type: ignore[name-defined]  # noqa: F821
) -> None:
    """Take a value that JSON cannot represent."""


@shop.placeholder("shop/price")
def price(data: object, name: str) -> float:
    """The price of an item."""
    return 1.0


@shop.state("stock")
def stock(*, phone: Phone) -> object:
    """The items in stock."""
    return phone


DISPATCH = create_dispatch([shop], system={"phone": Phone()})
WHOLE = DISPATCH.schemas()


def problems(schema: Mapping[str, object], value: object) -> list[str]:
    """Return the errors of a validator for a value."""
    return [error.message for error in Draft202012Validator(dict(schema)).iter_errors(value)]


def test_every_schema_is_one() -> None:
    """It is valid in the dialect that it names, and is plain JSON."""
    schemas = [one.schema for one in DISPATCH.describe() if one.schema is not None]
    assert len(schemas) == 4
    for schema in (WHOLE, DISPATCH.system_schema(), *schemas):
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        Draft202012Validator.check_schema(json.loads(json.dumps(dict(schema))))


@pytest.mark.parametrize(
    "effects",
    [
        [],
        [["shop/sell ~50%", "tea"]],
        [["shop/sell ~50%", "tea", 2, {"minutes": 1.5, "then": ["shop/sell ~50%", "more"]}]],
        [["shop/run", ["shop/run", ["shop/sell ~50%", "tea"]], ["shop/sell ~50%", "tea"]]],
    ],
)
def test_what_can_be_dispatched_fits_the_schema_of_all(effects: list[object]) -> None:
    """Nested effects included."""
    assert problems(WHOLE, effects) == []
    assert DISPATCH.check(effects) == ()


@pytest.mark.parametrize(
    "effects",
    [
        ["shop/sell ~50%", "tea"],
        [["shop/sell"]],
        [["shop/sell ~50%"]],
        [["shop/sell ~50%", 1]],
        [["shop/sell ~50%", "tea", 0]],
        [["shop/sell ~50%", "tea", 1, {}, "more"]],
        [["shop/sell ~50%", "tea", 1, {"hours": 1}]],
        [["shop/run"]],
        [["shop/run", ["shop/run"]]],
        [["shop/run", ["shop/sell ~50%", "tea"], ["shop/sell ~50%"]]],
        [["shop/price", "tea"]],
    ],
)
def test_what_cannot_be_dispatched_does_not_fit_it(effects: list[object]) -> None:
    """This holds at the top and for nested effects."""
    assert problems(WHOLE, effects) != []
    assert DISPATCH.check(effects) != ()


@given(vectors(DISPATCH, "shop/sell ~50%"), vectors(DISPATCH, "shop/run"))
def test_samples_fit_their_schema(sell: list[object], run: list[object]) -> None:
    """Samples are made from the same annotations as schemas."""
    schemas = {one.key: one.schema for one in DISPATCH.describe(kind="effect")}
    for vector in (sell, run):
        schema = schemas[str(vector[0])]
        assert schema is not None
        assert problems(schema, vector) == []


def test_a_schema_says_what_the_docs_say() -> None:
    """It has the docs of the vector, its arguments and its options."""
    (one,) = DISPATCH.describe(key="shop/sell ~50%")
    schema: Any = one.schema
    assert (schema["title"], schema["description"]) == ("shop/sell ~50%", "Sell something.")
    key, name, amount, _ = schema["prefixItems"]
    assert key["const"] == "shop/sell ~50%"
    assert (name["title"], name["description"]) == ("name", "What to sell.")
    assert (amount["minimum"], amount["default"]) == (1, 1)
    options = schema["$defs"]["Options"]
    assert options["additionalProperties"] is False
    assert {name: one["description"] for name, one in options["properties"].items()} == {
        "minutes": "For how long.",
        "then": "What follows.",
    }


def test_what_json_has_no_word_for_may_be_anything() -> None:
    """Otherwise, there would be no schema at all."""
    (one,) = DISPATCH.describe(key="shop/odd")
    schema: Any = one.schema
    assert problems(schema, ["shop/odd", {"name": "x"}, "anything", {"any": 1}, "a"]) == []
    assert problems(schema, ["shop/odd", {"name": 1}, None, None, "a"]) == ["1 is not of type 'string'"]
    assert problems(schema, ["shop/odd", {"name": "x"}, None, None, "c"]) == ["'c' is not one of ['a', 'b']"]


def test_a_placeholder_has_a_schema_of_its_arguments() -> None:
    """The schema has no key."""
    (one,) = DISPATCH.describe(key="shop/price")
    assert one.schema is not None
    assert problems(one.schema, ["tea"]) == []
    assert problems(one.schema, []) != []


def test_a_dispatch_of_nothing_takes_nothing() -> None:
    """An empty list fits."""
    empty = create_dispatch([]).schemas()
    Draft202012Validator.check_schema(dict(empty))
    assert problems(empty, []) == []
    assert problems(empty, [["x"]]) != []


def test_the_system_has_a_schema() -> None:
    """Each value has its type and its takers; values with a default may be left out."""
    schema: Any = DISPATCH.system_schema()
    assert schema["required"] == ["phone"]
    assert schema["properties"] == {
        "phone": {"$comment": "an object of type Phone", "description": "Phone, for shop/sell ~50%, shop/run, stock"},
        "limit": {"type": "integer", "description": "int, for shop/run"},
        "strange": {"description": "Unreadable | None, for shop/odd"},
        "later": {"description": "Nowhere, for shop/odd"},
    }


def test_all_that_is_missing_from_a_system_is_said_at_once() -> None:
    """Each message names the takers, and close names."""
    late = Registry("late", late=["phone", "sink"])
    late.effect("a")(ask_phone)
    late.effect("b")(ask_phone)
    late.effect("c")(ask_sink)
    dispatch = create_dispatch([late])
    phone, sink = dispatch.check_system({"phones": 1})
    assert (
        str(phone) == "missing system value 'phone', needed by 'a', 'b'\n  near 'phones'\n  fix  system={'phone': ...}"
    )
    assert sink.what == "missing system value 'sink', needed by 'c'"
    assert dispatch.check_system({"phone": Phone(), "sink": 2}) == ()
    assert len(dispatch.check_system()) == 2


def ask_phone(ctx: Context, *, phone: Phone) -> None:
    """Need a phone."""


def ask_sink(ctx: Context, *, sink: object, limit: int = 3) -> None:
    """Need a sink, and perhaps a limit."""
