"""The first parameter of a function, which the engine fills, and the message if it was forgotten."""

# ruff: noqa: D102, D103 - functions that only look like something

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated, Any, Literal, Optional, Protocol, TypeVar, cast

import pytest
import trio
from typing_extensions import TypedDict

import effects
from effects import Context, Dispatch, Effect, Interceptor, Placeholder, RegistrationError, Registry, create_dispatch

if TYPE_CHECKING:
    import effects as only_for_types

T = TypeVar("T")
KINDS = ["effect", "action", "placeholder", "state"]


class Talks(Protocol):
    """A protocol of the part of a context that a function needs."""

    key: str


class Order:
    """Something of an app's own."""


class Options(TypedDict):
    """Options of an app's own."""

    to: str


class Mailer:
    """Methods of every kind."""

    def annotated(self, ctx: Context, to: str) -> None: ...
    def bare(self, ctx) -> None: ...  # type: ignore[no-untyped-def]
    def alone(self) -> list[object]:
        return [type(self).__name__]

    def keywords(self, *, db: object = None) -> list[object]:
        return [db]

    def by_place(self, /, ctx: object) -> None: ...
    async def waits(self, ctx: Context) -> None: ...
    @classmethod
    def of_class(cls, ctx: Context) -> list[object]:
        return [cls.__name__]

    @staticmethod
    def static(ctx: object) -> list[object]:
        return ["static"]

    def __call__(self, ctx: object) -> list[object]:
        return [type(self).__name__]


def refused(kind: str, function: Any, **options: Any) -> str:
    """The message with which a function is refused."""
    with pytest.raises(RegistrationError) as caught:
        getattr(Registry("plugin"), kind)("mail/send", **options)(function)
    return str(caught.value)


METHODS = ["annotated", "bare", "alone", "keywords", "by_place", "waits"]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_function_of_a_class_is_refused(kind: str, method: str) -> None:
    """It would get the context as its `self`. The fix is the one that works."""
    function = getattr(Mailer, method)
    if not (kind != "effect" and method == "waits"):
        message = refused(kind, function)
        assert "its first parameter is 'self', and its object is not known" in message
        assert f"fix  register the method of an object, registry.{kind}('mail/send')(thing.method)" in message
    for dressed in (functools.partial(function), functools.wraps(function)(lambda *args: function(*args))):
        refused(kind, dressed)


def test_a_method_of_the_class_itself_is_refused_before_it_is_one() -> None:
    """A function that is decorated below `@classmethod` has no class yet."""
    assert "its first parameter is 'cls'" in refused("effect", vars(Mailer)["of_class"].__func__)


@pytest.mark.parametrize(
    "function", [Mailer().bare, Mailer().by_place, Mailer.of_class, Mailer.static, vars(Mailer)["static"], Mailer()]
)
async def test_the_methods_of_an_object_are_fine(function: Any) -> None:
    """Static methods are fine, too."""
    plugin = Registry("plugin")
    plugin.effect("mail/send")(function)
    plugin.action("mail/all")(lambda state: [["mail/send"]])
    assert (await create_dispatch([plugin])([["mail/all"]])).errors == ()


def test_a_lifespan_in_a_class_is_refused() -> None:
    """It would get the dispatch as its `self`."""

    @asynccontextmanager
    async def opened(self: object, dispatch: Dispatch) -> Any:
        yield

    with pytest.raises(RegistrationError, match="registry 'plugin': its lifespan: its first parameter is 'self'"):
        Registry("plugin").lifespan(cast(Any, opened))


def test_a_lifespan_that_does_not_tell_what_it_takes_is_taken() -> None:
    """Some functions that are written in C have no signature."""
    taken: Any = Registry("plugin").lifespan(cast(Any, dict))
    assert taken is dict


HOOKS = ["before_dispatch", "after_dispatch", "before_action", "after_action", "before_effect", "after_effect"]


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize(
    ("function", "why"),
    [
        (lambda self, step: None, "its first parameter is 'self'"),
        (lambda: None, "it cannot be called with one argument"),
        (lambda step, result: None, "it cannot be called with one argument"),
        (lambda *, step: None, "it cannot be called with one argument"),
        (lambda step, *, clock: None, "it cannot be called with one argument"),
    ],
)
def test_a_hook_that_does_not_take_a_step_is_refused(hook: str, function: Any, why: str) -> None:
    """Otherwise, it would fail closed at each step."""
    with pytest.raises(RegistrationError, match=f"interceptor 'i': {hook}: {why}"):
        Interceptor(id="i", **{hook: function})


@pytest.mark.parametrize(
    "function", [lambda *steps: None, lambda step, more=None: None, Mailer().__call__, print, dict]
)
def test_a_hook_that_may_be_called_with_a_step_is_fine(function: Any) -> None:
    """It may be any callable, also one without a readable signature."""
    Interceptor(id="i", before_effect=function)


def later(to, ctx: Context): ...  # type: ignore[no-untyped-def]
def latest(to: object, text: str, ctx: Context) -> None: ...
def optional(to: object, ctx: Optional[Context] = None) -> None: ...  # noqa: UP045
def several(first: object, *ctx: Context) -> None: ...
def keyword(first: object, *, ctx: Context) -> None: ...
def typed_only(first: object, ctx: only_for_types.Context) -> None: ...
def attribute(first: object, context: effects.Context) -> None: ...
def by_name(to, ctx): ...  # type: ignore[no-untyped-def]


@pytest.mark.parametrize("function", [later, latest, optional, several, keyword, typed_only, attribute])
@pytest.mark.parametrize("kind", ["effect", "action", "placeholder"])
def test_a_context_that_is_not_first_is_refused(kind: str, function: Any) -> None:
    """An effect has it first, and nothing else has one."""
    message = refused(kind, function)
    assert "is not the first parameter" in message
    assert ("fix  take" if kind == "effect" else f"{kind} gets no Context") in message


def test_a_ctx_that_is_not_first_is_refused() -> None:
    """Without an annotation, its name counts."""
    assert "its Context 'ctx' is not the first parameter" in refused("effect", by_name)


@pytest.mark.parametrize("kind", ["action", "placeholder"])
def test_what_gets_no_context_may_not_ask_for_one(kind: str) -> None:
    """It would get the state, or the data."""

    def first(ctx: Context) -> list[object]:
        return []

    assert "its first parameter 'ctx' is annotated as Context, and gets the" in refused(kind, first)


NOT_A_CONTEXT = [
    str, list[str], Order, Options, Effect, Literal["a"], str | None, Annotated[int, "level"], dict[str, object],
    Sequence[Effect], Mapping[str, object], type[Order],
]  # fmt: skip
A_CONTEXT = [object, Any, Context, Talks, T, Annotated[Context, "ctx"], Context | None, Optional[Talks]]  # noqa: UP045


@pytest.mark.parametrize("annotation", NOT_A_CONTEXT, ids=str)
def test_a_context_that_was_forgotten_is_found_out(annotation: object) -> None:
    """Registration refuses annotations of values that never come first."""

    def send(order: object) -> None: ...

    send.__annotations__["order"] = annotation
    assert "its first parameter 'order' is annotated as" in refused("effect", send)


@pytest.mark.parametrize("annotation", A_CONTEXT, ids=str)
async def test_a_context_may_be_annotated_as_anything_that_it_is(annotation: object) -> None:
    """The annotation may be left out."""

    def send(ctx: object) -> None: ...

    send.__annotations__["ctx"] = annotation
    plugin = Registry("plugin")
    plugin.effect("mail/send")(send)
    assert (await create_dispatch([plugin])([["mail/send"]])).errors == ()


@pytest.mark.parametrize(
    ("kind", "first", "function", "fix"),
    [
        ("effect", "ctx", lambda to: None, "it takes (), and its first parameter, 'to', gets the ctx"),
        ("action", "state", lambda name: [], "it takes (), and its first parameter, 'name', gets the state"),
        ("effect", "ctx", lambda to, text="": 0, "it takes (text=...), and its first parameter, 'to', gets the ctx"),
    ],
)
async def test_a_first_parameter_that_nothing_gives_away_is_named(
    kind: str, first: str, function: Callable[..., object], fix: str
) -> None:
    """The message for one argument too many names it."""
    plugin = Registry("plugin")
    getattr(plugin, kind)("mail/send")(function)
    dispatch = create_dispatch([plugin])
    vector = ["mail/send", *["ann"] * (1 + plugin.registrations[0].signature.at_least + ("text" in fix))]
    (record,) = (await dispatch([vector])).errors
    assert str(record).endswith(f"fix  {fix}")
    (problem,) = dispatch.check([vector])
    assert str(problem).endswith(f"fix  {fix}")


async def test_the_signature_is_shown_where_arguments_do_not_fit() -> None:
    """This holds for number and type, for a dispatch and a check, and for effects and placeholders."""
    plugin = Registry("plugin")

    @plugin.effect("mail/send")
    def send(ctx: Context, to: str, options: Options | None = None) -> None: ...

    @plugin.effect("mail/all")
    def send_all(ctx: Context, to: list[str], *then: Effect) -> None: ...

    plugin.placeholder("name")(lambda data, field: data[field])
    dispatch = create_dispatch([plugin])
    for vector, usage in [
        (["mail/send"], "it takes (to: str, options: Options | None = ...)"),
        (["mail/send", 1], "it takes (to: str, options: Options | None = ...); values are passed as they are"),
        (["mail/all"], "it takes (to: list[str], *then: Effect)"),
        (["mail/all", "ann"], "it takes (to: list[str], *then: Effect); values are passed as they are"),
    ]:
        (record,) = (await dispatch([vector])).errors
        (problem,) = dispatch.check([vector])
        assert f"fix  {usage}" in str(record)
        assert f"fix  {usage}" in str(problem)
        assert str(problem).partition("\n")[0].endswith(str(record).partition("\n")[0])
    (record,) = (await dispatch([["mail/send", Placeholder("name")]])).errors
    assert "placeholder 'name' takes 1 argument, got 0" in str(record)
    assert "fix  it takes (field)" in str(record)


@pytest.fixture
def fetching() -> Dispatch:
    """A dispatch with continuations in parameters that are not annotated."""
    plugin = Registry("plugin")

    @plugin.effect("fetch")
    async def fetch(ctx: Context, url: str, *then: object) -> None:
        await ctx.dispatch(then, data={"response": url})

    @plugin.effect("fetch/options")
    async def fetch_options(ctx: Context, options: dict[str, Any]) -> None:
        await ctx.dispatch(options["then"], data={"response": 1})

    plugin.effect("show")(lambda ctx, text: None)
    plugin.placeholder("response")(lambda data: data["response"])
    return create_dispatch([plugin])


LATE = Placeholder("response")


@pytest.mark.parametrize(
    ("vector", "parameter"),
    [
        (["fetch", "/", ["show", LATE]], "then"),
        (["fetch", "/", ["show", 1], ("show", [{"deep": LATE}])], "then"),
        (["fetch", "/", [["show", LATE]]], "then"),
        (["fetch/options", {"then": [["show", LATE]]}], "options"),
    ],
)
async def test_effects_in_an_argument_that_is_not_annotated_so_are_told(
    fetching: Dispatch, vector: list[object], parameter: str
) -> None:
    """If a placeholder in them fails because it was resolved too early, the error has a fix and the place."""
    (record,) = (await fetching([vector])).errors
    assert "placeholder 'response' was resolved before the effect that it stands in was dispatched: KeyError" in str(
        record
    )
    assert f"fix  annotate {parameter!r} as Effect, so that its placeholders wait; it takes (" in str(record)
    assert (record.phase, record.key, record.plugin) == ("interpolate", vector[0], "plugin")
    assert isinstance(record.exception.__cause__, KeyError)


@pytest.mark.parametrize(
    "vector", [["fetch", LATE], ["fetch", "/", ["nobody", LATE]], ["show", {(1, 2): ["show", LATE]}]]
)
async def test_what_is_no_effect_fails_as_it_does(fetching: Dispatch, vector: list[object]) -> None:
    """A list that begins with text is just that."""
    (record,) = (await fetching([vector])).errors
    assert isinstance(record.exception, KeyError)


async def test_a_cancelled_placeholder_passes(fetching: Dispatch) -> None:
    """An exception that is no `Exception` gets no hint."""
    plugin = Registry("other")

    def interrupt(data: object) -> None:
        raise KeyboardInterrupt

    plugin.placeholder("interrupt")(interrupt)
    dispatch = create_dispatch([*fetching.registries, plugin])
    with pytest.raises(KeyboardInterrupt):
        await dispatch([["fetch", "/", ["show", Placeholder("interrupt")]]])
    await trio.lowlevel.checkpoint()
