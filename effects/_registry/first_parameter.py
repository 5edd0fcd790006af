"""The first parameter of a function, which the engine itself fills, and the signs that its author has forgotten it: the
parameter is missing, is not the first, or is the `self` of a method that belongs to no object yet.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from inspect import Parameter
from types import UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from typing_extensions import is_protocol

from .._language.display import a
from .._language.errors import RegistrationError

__all__ = [
    "Kind",
    "forgotten_hint",
    "refuse_methods",
    "refuse_misplaced_contexts",
    "refuse_unfit",
    "signature_of",
    "take_first",
]

Kind = Literal["effect", "action", "placeholder", "state slice", "interceptor"]

_FIRST: Mapping[Kind, tuple[str, ...]] = {"effect": ("ctx",), "action": ("state",), "placeholder": ("data",)}
_METHODS: Final = frozenset({"self", "cls"})
"""The names that methods give to their object or class."""
_NEVER_FIRST = frozenset({"str", "int", "float", "bool", "bytes", "list", "tuple", "set", "frozenset", "Sequence"})
"""Annotations that neither a context nor a state has: their author has forgotten that it comes first."""

Resolve = Callable[[Parameter], object]
"""Reads the annotation of a parameter. Raises `RegistrationError` for one that cannot be resolved."""


def refuse_methods(where: str, parameters: Sequence[Parameter], fix: str) -> None:
    """Raise `RegistrationError` for a function of a class, which would get another value as its `self`."""
    if parameters and parameters[0].name in _METHODS and parameters[0].kind is not Parameter.KEYWORD_ONLY:
        raise RegistrationError(
            f"{where}: its first parameter is {parameters[0].name!r}, and its object is not known",
            fix=f"register the method of an object, {fix}(thing.method), or make it a function",
        )


def refuse_unfit(
    where: str,
    function: Callable[..., object],
    method: str,
    *,
    arguments: int,
    keywords: Sequence[str] = (),
    fix: str,
) -> None:
    """Raise `RegistrationError` for a function that cannot be called with these arguments, or belongs to a class."""
    signature = signature_of(function)
    if signature is not None:
        refuse_methods(where, list(signature.parameters.values()), method)
        try:
            signature.bind(*[None] * arguments, **dict.fromkeys(keywords))
        except TypeError as error:
            number = "one argument" if arguments == 1 else f"{arguments} arguments"
            raise RegistrationError(f"{where}: it cannot be called with {number}: {error}", fix=fix) from error


def signature_of(function: Callable[..., object]) -> inspect.Signature | None:
    """Return the signature of a function; None if it cannot be read, as for some that are written in C."""
    try:
        return inspect.signature(function)
    except (TypeError, ValueError):
        return None


def take_first(where: str, kind: Kind, positional: list[Parameter], resolve: Resolve, *, each: bool) -> None:
    """Remove the parameters that the engine fills. Raises `RegistrationError` if they are missing, or are meant for
    other values.
    """
    for first in (*_FIRST.get(kind, ()), *(["member"] if each and kind == "placeholder" else [])):
        if not positional:
            raise RegistrationError(f"{where}: it takes no {first}", fix=f"its first parameter is {first}")
        parameter = positional.pop(0)
        annotation = _resolve_annotation(parameter, resolve)
        if not _may_get(first, annotation):
            what = (
                f"its first parameter {parameter.name!r} is annotated as {_name_of(annotation)}, and gets the {first}"
            )
            raise RegistrationError(f"{where}: {what}", fix=f"take {first} before it")


def refuse_misplaced_contexts(where: str, kind: Kind, others: Iterable[Parameter], resolve: Resolve) -> None:
    """Raise `RegistrationError` for a parameter that is not the first, and can only be meant as the context."""
    for parameter in others:
        if any(map(_is_context, _union_members(_resolve_annotation(parameter, resolve)))) or (
            kind == "effect" and parameter.name == "ctx"
        ):
            fix = f"take {parameter.name} as the first parameter" if kind == "effect" else f"{a(kind)} gets no Context"
            raise RegistrationError(f"{where}: its Context {parameter.name!r} is not the first parameter", fix=fix)


def forgotten_hint(kind: Kind, positional: Sequence[Parameter]) -> str:
    """Return a hint for an author who may have forgotten the first parameter, if no annotation shows it; else an empty
    text.
    """
    first = next(iter(_FIRST.get(kind, ())), None)
    parameter = positional[0] if positional else None
    if first is None or parameter is None or parameter.annotation is not Parameter.empty:
        return ""
    if parameter.name in {first, "_"}:
        return ""
    return f", and its first parameter, {parameter.name!r}, gets the {first}"


def _resolve_annotation(parameter: Parameter, resolve: Resolve) -> object:
    """Return the annotation; as it was written, if only type checkers can resolve it."""
    try:
        return resolve(parameter)
    except RegistrationError:
        return parameter.annotation


def _may_get(first: str, annotation: object) -> bool:
    """Whether a parameter with this annotation may get the context, the state, or the data."""
    return any(_may_be(first, part) for part in _union_members(annotation))


def _may_be(first: str, annotation: object) -> bool:
    origin: Any = get_origin(annotation)
    if origin is Literal or annotation is type(None) or _name_of(annotation) in _NEVER_FIRST:
        return False
    if first != "ctx":
        return not _is_context(annotation)
    kind = annotation if origin is None else origin
    return not isinstance(kind, type) or kind in {object, Any} or is_protocol(kind) or _is_context(kind)


def _union_members(annotation: object) -> Iterator[object]:
    """Yield the members of a union, without metadata; for any other annotation, itself."""
    origin: Any = get_origin(annotation)
    if origin is Annotated:
        yield from _union_members(get_args(annotation)[0])
    elif origin in {Union, UnionType}:
        for member in get_args(annotation):
            yield from _union_members(member)
    else:
        yield annotation


def _is_context(annotation: object) -> bool:
    """Whether an annotation is `Context`. It is known by its name: its module imports this one, and some modules import
    it for type checkers only.
    """
    if isinstance(annotation, str):
        return annotation.rpartition(".")[2] == "Context"
    return isinstance(annotation, type) and (annotation.__module__, annotation.__name__) == (
        "effects._engine.context",
        "Context",
    )


def _name_of(annotation: object) -> str:
    if isinstance(annotation, str):
        return annotation
    kind = get_origin(annotation) if isinstance(get_origin(annotation), type) else annotation
    return getattr(kind, "__name__", None) or str(kind)
