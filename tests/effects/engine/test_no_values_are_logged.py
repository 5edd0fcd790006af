"""Law 10: logs and errors carry keys, paths and types; values only in debug, shortened."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import AfterValidator, BaseModel, Field
from typing_extensions import TypedDict

from effects import (
    Context,
    DispatchResult,
    EffectsError,
    Interceptor,
    Placeholder,
    Registry,
    Step,
    Stop,
    create_dispatch,
)

Kit = Callable[[], Registry]

SECRET = "s3cr3t"
secrets = st.builds(lambda before, after: f"{before}{SECRET}{after}", st.text(max_size=5), st.text(max_size=5))


class Cat(TypedDict):
    """One side of a tagged union."""

    kind: Literal["cat"]


class Dog(TypedDict):
    """The other side of a tagged union."""

    kind: Literal["dog"]


class Options(TypedDict, total=False):
    """Options with one field."""

    size: int


class Model(BaseModel):
    """A leaf that only its own instances fit."""

    size: int


def refuse(value: str) -> str:
    """Refuse a value, and quote it."""
    raise ValueError(f"not {value}")


def tempted() -> Registry:
    """A registry whose failures all know a value."""
    plugin = Registry("tempted", late=["absent"])

    def failing(ctx: object, *values: object) -> list[object]:
        raise ValueError(f"could not parse {values}")

    plugin.effect("fail")(failing)
    plugin.action("act")(failing)
    plugin.placeholder("late")(failing)
    plugin.action("misfit")(lambda state, value: value)

    @plugin.effect("typed")
    def typed(
        ctx: Context,
        number: int,
        options: Options | None = None,
        literal: Literal["a", "b"] | None = None,
        model: Model | None = None,
    ) -> None: ...

    @plugin.effect("checked")
    def checked(ctx: Context, value: Annotated[str, AfterValidator(refuse)]) -> None: ...

    @plugin.effect("tagged")
    def tagged(ctx: Context, value: Annotated[Cat | Dog, Field(discriminator="kind")]) -> None: ...

    @plugin.effect("keep")
    def keep(ctx: Context, value: object) -> None: ...

    @plugin.effect("needy")
    def needy(ctx: Context, value: object, *, absent: object) -> None: ...

    @plugin.effect("nest")
    async def nest(ctx: Context, value: object) -> None:
        await ctx.dispatch([["fail", value]], data={"late": value})
        effects: Any = {"note": value}
        await ctx.dispatch(effects)

    def hook(step: Step) -> Any:
        if step.key == "keep":
            raise ValueError(step.vector[1])
        return None

    plugin.interceptor(Interceptor(id="hook", after_effect=hook))
    return plugin


def failing_vectors(secret: str) -> list[object]:
    """Vectors that fail, each with the secret in it somewhere."""
    return [
        ["fail", secret],
        ["act", {"password": secret}],
        ["act", [secret]],
        ["misfit", {"password": secret}],
        ["keep", secret],
        ["keep", Placeholder("late", secret)],
        ["keep", Placeholder("nobody", secret)],
        ["keep", secret, secret],
        ["typed", secret],
        ["typed", 1, {"size": secret}],
        ["typed", 1, secret],
        ["typed", 1, None, secret],
        ["typed", 1, None, None, {"size": secret}],
        ["needy", secret],
        ["nest", secret],
        ["nobody", secret],
        {"key": secret},
        [["fail", secret]],
        [5, secret],
        5,
    ]


@contextmanager
def logged() -> Iterator[list[str]]:
    """Every message that reaches the logger `effects`, as it would be written."""
    lines: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    handler = Keep()
    logging.getLogger("effects").addHandler(handler)
    try:
        yield lines
    finally:
        logging.getLogger("effects").removeHandler(handler)


def said(result: DispatchResult) -> str:
    """Everything a result says of its errors."""
    with pytest.raises(ExceptionGroup) as caught:
        result.raise_errors()
    return "\n".join([caught.value.message, *map(str, result.errors), *map(repr, result.errors)])


@settings(deadline=None)
@given(secret=secrets, number=st.integers(0, 19))
async def test_law_10_logs_and_errors_carry_no_values(secret: str, number: int) -> None:
    """No failure shows an argument, data or the message of an exception."""
    vector = failing_vectors(secret)[number]
    with logged() as lines:
        result = await create_dispatch([tempted()])([vector], data={"late": secret}, system={"live": secret})
    assert result.errors
    assert len(lines) == len(result.errors)
    assert SECRET not in "\n".join([*lines, said(result)])


@settings(deadline=None)
@given(value=st.lists(st.text(min_size=200, max_size=300), min_size=5, max_size=8))
async def test_law_10_values_in_debug_are_shortened(value: list[str]) -> None:
    """Debug mode shows the vector, but never much of it."""
    (record,) = (await create_dispatch([tempted()], debug=True, block=["rhialto.log"])([["fail", value]])).errors
    assert record.values is not None
    assert "'fail'" in record.values
    assert len(record.values) < 1000
    assert len(str(record)) < 2500


@pytest.mark.parametrize("vector", [["checked", SECRET], ["tagged", {"kind": SECRET}]], ids=lambda vector: vector[0])
async def test_a_type_with_rules_of_its_own_leaks_no_value(vector: list[object]) -> None:
    """A validator that quotes its input, or a tag that is not known, is not repeated in the error."""
    with logged() as lines:
        result = await create_dispatch([tempted()])([vector])
    assert [record.phase for record in result.errors] == ["validate"]
    assert SECRET not in "\n".join([*lines, said(result)])


async def test_an_unknown_option_is_named_but_not_at_any_length() -> None:
    """The name of an option, which a browser may have sent, cannot fill the log."""
    (record,) = (await create_dispatch([tempted()])([["typed", 1, {"x" * 100_000: 1}]])).errors
    assert len(str(record)) < 5000


async def test_a_key_in_an_error_stays_in_its_line() -> None:
    """A line break in the place of a key makes no new line in the log."""
    (record,) = (await create_dispatch([tempted()])(["one\nERROR two"])).errors
    assert "\nERROR" not in str(record)


async def test_many_complaints_about_one_argument_are_not_all_listed() -> None:
    """Ten thousand items of a wrong type do not make an error of ten thousand lines."""
    plugin = Registry("plugin")

    @plugin.effect("numbers")
    def numbers(ctx: Context, values: list[int]) -> None: ...

    (record,) = (await create_dispatch([plugin])([["numbers", ["x"] * 10_000]])).errors
    assert len(str(record)) < 5000


class Unprintable:
    """Something whose repr fails."""

    def __repr__(self) -> str:
        raise OSError("no repr")


@pytest.mark.parametrize("value", [Unprintable(), [Unprintable()], 10**5000], ids=["object", "list", "number"])
async def test_a_repr_that_fails_costs_nothing(value: object) -> None:
    """The record is made and logged all the same."""
    with logged() as lines:
        (record,) = (await create_dispatch([tempted()], debug=True)([["fail", value]])).errors
    assert record.values
    assert len(lines) == 1


async def test_an_exception_without_a_message_costs_nothing() -> None:
    """If the message raises in debug mode, the name of that error stands in its place."""

    class Mute(Exception):
        def __str__(self) -> str:
            raise OSError("no message")

    plugin = Registry("plugin")

    @plugin.effect("mute")
    def mute(ctx: Context) -> None:
        raise Mute

    (record,) = (await create_dispatch([plugin], debug=True)([["mute"]])).errors
    assert "Mute: <no message: OSError>" in str(record)


async def test_debug_shows_the_message_and_the_vector() -> None:
    """With `debug=True`, the record has the values and the message."""
    (record,) = (await create_dispatch([tempted()], debug=True)([["fail", "visible"]])).errors
    assert "'fail', 'visible'" in str(record)
    assert "could not parse ('visible',)" in str(record)


async def test_without_debug_a_record_has_no_values() -> None:
    """The field is None, and the types are there instead."""
    (record,) = (await create_dispatch([tempted()])([["fail", "x", 1, Placeholder("late")]])).errors[:1]
    assert record.values is None
    assert record.types == ("str", "int", "Placeholder")


async def test_what_a_plugin_says_without_values_is_shown() -> None:
    """Its exception is an `EffectsError`, as the engine's are."""

    class FullError(EffectsError):
        """There is no room."""

    def fill(ctx: Context, value: object) -> None:
        raise FullError("there is no room", fix="take something out")

    plugin = Registry("plugin")
    plugin.effect("fill")(fill)
    (error,) = (await create_dispatch([plugin])([["fill", SECRET]])).errors
    assert str(error) == "there is no room\n  at   effects[0] (str), in 'fill'\n  fix  take something out"


async def test_the_reason_of_a_stop_is_the_programs_own_word(kit: Kit) -> None:
    """It is in the result, not in any log."""
    stopper = Interceptor(id="stop", before_effect=lambda step: Stop(SECRET))
    with logged() as lines:
        result = await create_dispatch([kit()], system={"notes": []}, interceptors=[stopper])([["note", 1]])
    assert (result.stopped, lines) == (SECRET, [])


def test_a_mapping_of_secrets_is_not_in_the_repr_of_what_is_public() -> None:
    """The repr of a dispatch or a registry has no values."""
    dispatch = create_dispatch([tempted()], system={"password": SECRET})
    system: Mapping[str, object] = {"password": SECRET}
    assert SECRET not in repr(dispatch) + repr(tempted())
    assert system["password"] == SECRET
