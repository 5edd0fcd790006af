"""The signatures that a registered function may have."""

import functools
import inspect
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any
from unittest.mock import AsyncMock, MagicMock, Mock, create_autospec

import pytest
from typing_extensions import TypedDict

from effects import Context, Effect, Placeholder, RegistrationError, Registry, create_dispatch

if TYPE_CHECKING:
    from decimal import Decimal as OnlyForTypes


def refused(kind: str, function: Any, **options: Any) -> str:
    """The message with which a function is refused."""
    with pytest.raises(RegistrationError) as caught:
        getattr(Registry("plugin"), kind)("key", **options)(function)
    return str(caught.value)


async def a_coroutine(first: object = None) -> list[object]:
    """An async function."""
    return []


def a_generator(first: object = None) -> Iterator[object]:
    """A generator."""
    yield first


async def an_async_generator(first: object = None) -> AsyncIterator[object]:
    """An async generator."""
    yield first


class Callables:
    """Things with a call of their own."""

    async def method(self, first: object = None) -> list[object]:
        """An async method."""
        return []

    async def __call__(self, first: object = None) -> list[object]:
        """An async call."""
        return []


@pytest.mark.parametrize("kind", ["action", "placeholder", "state"])
@pytest.mark.parametrize(
    "function",
    [a_coroutine, functools.partial(a_coroutine), Callables().method, Callables()],
    ids=["function", "partial", "method", "object"],
)
def test_only_effects_may_be_async(kind: str, function: Any) -> None:
    """This holds for partials, wrappers and callable objects, too."""
    assert "it is async" in refused(kind, function)


@pytest.mark.parametrize("kind", ["effect", "action", "placeholder", "state"])
def test_a_generator_is_refused(kind: str) -> None:
    """Nothing would run it."""
    assert "it is a generator" in refused(kind, a_generator)
    assert "it is a generator" in refused("effect", an_async_generator)


@pytest.mark.parametrize("function", [functools.partial(a_coroutine), Callables().method, Callables()])
async def test_an_effect_may_be_any_async_callable(function: Any) -> None:
    """It is awaited."""
    plugin = Registry("plugin")
    plugin.effect("key")(function)
    assert (await create_dispatch([plugin])([["key"]])).raise_errors().results[0].value == []


@pytest.mark.parametrize(("kind", "first"), [("effect", "ctx"), ("action", "state"), ("placeholder", "data")])
def test_a_function_without_its_first_parameter_is_refused(kind: str, first: str) -> None:
    """The parameter that is missing is named."""
    assert f"it takes no {first}" in refused(kind, lambda: None)
    assert f"its first parameter is {first}" in refused(kind, lambda *, db: None)


def test_a_placeholder_for_each_member_takes_the_member() -> None:
    """After the data."""
    assert "it takes no member" in refused("placeholder", lambda data: None, each=True)


def test_a_state_slice_takes_nothing_by_position() -> None:
    """No vector's argument could ever fill it."""
    assert "x" in refused("state", lambda x: x)


@pytest.mark.parametrize("kind", ["effect", "action", "placeholder"])
def test_keywords_of_any_name_are_refused(kind: str) -> None:
    """Options go into one dict."""
    message = refused(kind, lambda first, **options: None)
    assert "it takes **options" in message
    assert "take one options dict as a parameter, annotated with a TypedDict" in message


@pytest.mark.parametrize("kind", ["action", "placeholder"])
def test_what_is_pure_takes_nothing_from_the_system(kind: str) -> None:
    """The parameter is named."""
    message = refused(kind, lambda first, *, db=None: None)
    assert "it takes 'db' by keyword, which would be a system value" in message


def test_a_default_before_any_number_of_arguments_is_refused() -> None:
    """No vector could leave it out."""

    def function(ctx: Context, options: object = None, *then: Effect) -> None: ...

    assert "a default stands before *then" in refused("effect", function)


def test_an_annotation_that_cannot_be_resolved_is_refused() -> None:
    """The error has the parameter's name and a fix."""

    def function(ctx: Context, value: "OnlyForTypes") -> None: ...

    message = refused("effect", function)
    assert "the annotation of 'value' cannot be resolved: name 'OnlyForTypes' is not defined" in message
    assert "outside `if TYPE_CHECKING`" in message


def test_annotations_of_what_comes_first_and_of_system_values_are_not_resolved() -> None:
    """Only those of a vector's arguments matter."""

    def function(ctx: "OnlyForTypes", value: int, *, db: "OnlyForTypes") -> "OnlyForTypes":
        return db

    Registry("plugin").effect("key")(function)


def test_a_typed_dict_with_a_field_that_cannot_be_resolved_is_refused() -> None:
    """The error is as clear as for a parameter."""

    class Options(TypedDict):
        value: "OnlyForTypes"

    def function(ctx: Context, options: Options) -> None: ...

    message = refused("effect", function)
    assert "'options'" in message
    assert "OnlyForTypes" in message


async def test_an_annotation_may_name_a_local_type() -> None:
    """A text annotation may use names that are visible where the function is written."""

    class Local:
        pass

    plugin = Registry("plugin")

    @plugin.effect("key")
    def function(ctx: Context, value: "Local") -> None: ...

    dispatch = create_dispatch([plugin])
    assert (await dispatch([["key", Local()]])).errors == ()
    assert len((await dispatch([["key", 5]])).errors) == 1


def test_an_annotation_no_check_can_be_made_for_is_refused() -> None:
    """The error has the parameter's name and a fix."""

    def function(ctx: Context, value: "5") -> None: ...  # type: ignore[valid-type]

    message = refused("effect", function)
    assert "'value'" in message
    assert "fix" in message


@pytest.mark.parametrize("builtin", [dict, str, type, print], ids=repr)
def test_a_signature_that_cannot_be_read_or_filled_is_refused(builtin: Any) -> None:
    """A builtin is no plain function."""
    assert "key" in refused("effect", builtin)


def test_the_message_names_the_function_its_file_and_line() -> None:
    """So that it can be found."""

    def misplaced(ctx: Context, **options: object) -> None: ...

    line = inspect.getsourcelines(misplaced)[1]
    where = f"misplaced, test_signatures.py:{line}"
    assert where in refused("effect", misplaced)


def test_a_thing_without_code_is_named_by_its_type() -> None:
    """A callable object has no line."""

    class Thing:
        def __call__(self, **options: object) -> None: ...

    assert "Thing)" in refused("effect", Thing())


async def test_a_wrapped_function_has_the_signature_of_what_it_wraps() -> None:
    """`functools.wraps` promises this."""

    def logged(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def wrapper(*args: object, **kwargs: object) -> Any:
            return function(*args, **kwargs)

        return wrapper

    plugin = Registry("plugin")

    @plugin.effect("key")
    @logged
    async def function(ctx: Context, value: int, *, db: object) -> object:
        return db

    dispatch = create_dispatch([plugin], system={"db": "db"})
    assert (await dispatch([["key", 1]])).results[0].value == "db"
    assert len((await dispatch([["key", "1"]])).errors) == 1


async def test_a_partial_leaves_out_what_it_fills() -> None:
    """Its signature is that of the rest."""

    def function(prefix: str, ctx: Context, value: "int") -> str:
        return f"{prefix}{value}"

    plugin = Registry("plugin")
    plugin.effect("key")(functools.partial(function, "n"))
    assert (await create_dispatch([plugin])([["key", 1]])).raise_errors().results[0].value == "n1"


async def test_a_callable_object_is_read_through_its_call() -> None:
    """Its annotations count."""

    class Thing:
        def __call__(self, ctx: Context, value: "int") -> int:
            return value

    plugin = Registry("plugin")
    plugin.effect("key")(Thing())
    dispatch = create_dispatch([plugin])
    assert (await dispatch([["key", 1]])).results[0].value == 1
    assert len((await dispatch([["key", "1"]])).errors) == 1


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ([], "takes 1 to 2 arguments, got 0"),
        ([1, 2, 3], "takes 1 to 2 arguments, got 3"),
    ],
)
async def test_a_wrong_number_of_arguments_says_the_right_one(args: list[object], message: str) -> None:
    """A range where there are defaults."""
    plugin = Registry("plugin")

    @plugin.effect("key")
    def function(ctx: Context, one: object, two: object = None) -> None: ...

    (record,) = (await create_dispatch([plugin])([["key", *args]])).errors
    assert f"'key' {message}" in str(record)
    assert (record.phase, record.plugin) == ("validate", None)


async def test_a_wrong_number_of_arguments_has_good_grammar() -> None:
    """One argument, several arguments, at least so many."""
    plugin = Registry("plugin")
    plugin.effect("one")(lambda ctx, value: None)
    plugin.effect("many")(lambda ctx, first, *rest: None)
    plugin.action("none")(lambda state: [])
    errors = (await create_dispatch([plugin])([["one"], ["many"], ["none", 1]])).errors
    assert [record.exception.args[0].partition(" ")[2] for record in errors] == [
        "takes 1 argument, got 0",
        "takes at least 1 argument, got 0",
        "takes 0 arguments, got 1",
    ]


def test_positional_only_parameters_are_arguments_like_others() -> None:
    """A vector's arguments map by position anyway."""

    def function(ctx: Context, value: int, /, other: int) -> None: ...

    plugin = Registry("plugin")
    plugin.effect("key")(function)
    assert plugin.registrations[0].signature.at_least == 2


def test_state_is_a_mapping_in_annotations_too() -> None:
    """An action's first parameter may be annotated as one likes."""

    def function(state: Mapping[str, Any]) -> list[object]:
        return []

    Registry("plugin").action("key")(function)


def forgot_annotated(text: str) -> None:
    """An interpreter whose context was forgotten."""


def forgot_quoted(text: "int") -> None:
    """The same, as it is under `from __future__ import annotations`."""


@pytest.mark.parametrize("function", [forgot_annotated, forgot_quoted])
@pytest.mark.parametrize(("kind", "first"), [("effect", "ctx"), ("action", "state"), ("placeholder", "data")])
def test_a_first_parameter_that_was_forgotten_is_found_out(function: Any, kind: str, first: str) -> None:
    """The error comes at registration, and not as one argument too many."""
    with pytest.raises(RegistrationError, match=f"its first parameter 'text' is annotated as .*{first}"):
        getattr(Registry("r"), kind)("r/k")(function)


def test_a_default_that_holds_a_placeholder_is_refused() -> None:
    """Nothing would resolve it."""
    plugin = Registry("plugin")
    default = [Placeholder("it")]

    def send(ctx: Context, value: object = default) -> None: ...

    with pytest.raises(RegistrationError, match="the default of 'value' holds a placeholder"):
        plugin.effect("send")(send)


def wanted(ctx: Context, text: str) -> None:
    """The function that a mock stands in for."""


@pytest.mark.parametrize(
    "mock",
    [Mock(), MagicMock(), AsyncMock(), AsyncMock(spec=wanted)],
    ids=["Mock", "MagicMock", "AsyncMock", "of a function"],
)
def test_a_mock_that_says_nothing_of_what_it_takes_is_refused(mock: Any) -> None:
    """The error has the name of its type and a fix. A mock of `create_autospec` has a signature, so it is accepted."""
    assert f"effect 'key' ({type(mock).__name__}): " in refused("effect", mock)
    assert Registry("plugin").effect("it")(create_autospec(wanted)) is not None
