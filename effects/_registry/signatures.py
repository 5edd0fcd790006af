"""The arguments of a registered function, read once, when it is registered.

A vector's arguments map to positional parameters one to one; keyword-only parameters are the system values that the
function needs. The result is a `Signature`: everything a dispatch has to know before it calls the function.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from inspect import Parameter
from typing import final

from .._annotations.checkers import Checker, checker
from .._annotations.complaints import explain
from .._annotations.late import Late
from .._language.display import a
from .._language.errors import ArgumentError, RegistrationError
from .._language.vectors import find_placeholders
from .first_parameter import Kind, forgotten_hint, refuse_methods, refuse_misplaced_contexts, signature_of, take_first
from .functions import is_async, is_generator, source_of
from .hints import Hints

__all__ = ["Kind", "Signature", "count_problem", "read_signature"]

_MAY_NEED_SYSTEM = frozenset({"effect", "state slice"})


@final
@dataclass(frozen=True, slots=True)
class Signature:
    """The plan for calling one function with the arguments of one vector."""

    at_least: int
    at_most: int | None
    """Any number if it is None."""
    checks: tuple[Checker, ...]
    rest: Checker | None
    late: tuple[Late | None, ...]
    """One entry for each positional argument and one for the rest; empty if nothing is bound late."""
    needs: tuple[str, ...]
    """System values without a default."""
    wishes: tuple[str, ...]
    """System values with a default."""
    is_async: bool
    usage: str = ""
    """The arguments of the function, for people: `it takes (room: str, *then: Effect)`."""

    def complaint(self, args: Sequence[object]) -> ArgumentError | None:
        """Return the error if the arguments, right in number, do not fit the annotations; else None."""
        checks, rest = self.checks, self.rest
        for check, value in zip(checks, args):  # noqa: B905 - to name `strict` costs more than all the rest
            if type(value) not in check.exact_types and not check.accepts(value):
                return self._explain(args)
        if rest is not None:
            for value in args[len(checks) :]:
                if not rest.accepts(value):
                    return self._explain(args)
        return None

    def _explain(self, args: Sequence[object]) -> ArgumentError:
        said = explain(self.checks, self.rest, args)
        return ArgumentError(said.what, near=said.near, fix=f"{self.usage}; {said.fix}")

    def late_at(self, index: int) -> Late | None:
        """Return the place that says which part of the argument at `index` is bound late."""
        return self.late[min(index, len(self.late) - 1)] if self.late else None


def read_signature(
    kind: Kind, name: str, function: Callable[..., object], scope: Mapping[str, object], *, each: bool = False
) -> Signature:
    """Read the parameters of `function`, which is to be registered as the `kind` `name`.

    `scope` holds the local names that were visible where the function was written. Raises `RegistrationError`, naming
    the function and the parameter, for a signature that cannot work.
    """
    where = f"{kind} {name!r} ({source_of(function)})"
    signature = signature_of(function)
    if signature is None:
        raise RegistrationError(f"{where}: its signature cannot be read", fix="register a plain function")
    asynchronous = is_async(function)
    if asynchronous and kind != "effect":
        raise RegistrationError(
            f"{where}: it is async", fix=f"{a(kind)} is a plain, quick function; only effects may be async"
        )
    if is_generator(function):
        raise RegistrationError(f"{where}: it is a generator", fix="return the whole value instead of yielding parts")
    positional, rest, keywords = _sort_parameters(where, list(signature.parameters.values()))
    hints = Hints(where, function, scope)
    refuse_methods(where, positional, f"registry.{kind.partition(' ')[0]}({name!r})")
    usage = forgotten_hint(kind, positional)
    take_first(where, kind, positional, hints.of, each=each)
    refuse_misplaced_contexts(where, kind, [*positional, *([rest] if rest else []), *keywords], hints.of)
    if kind == "state slice" and (stray := next(iter(positional), rest)) is not None:
        raise RegistrationError(
            f"{where}: it takes {stray.name!r} by position",
            fix="a state slice takes only what it needs from the system, by keyword: def app(*, db): ...",
        )
    needs, wishes = _system_parameters(where, kind, keywords)
    return _make_signature(where, hints, usage, positional, rest, needs, wishes, asynchronous)


def _make_signature(
    where: str,
    hints: Hints,
    hint: str,
    positional: list[Parameter],
    rest: Parameter | None,
    needs: tuple[str, ...],
    wishes: tuple[str, ...],
    is_async: bool,
) -> Signature:
    for parameter in positional:
        if next(find_placeholders(parameter.default), None) is not None:
            raise RegistrationError(
                f"{where}: the default of {parameter.name!r} holds a placeholder, which nothing would resolve",
                fix="write it into vectors, or look the value up in the function",
            )
    if rest is not None and any(p.default is not Parameter.empty for p in positional):
        raise RegistrationError(
            f"{where}: a default stands before *{rest.name}, so no vector could leave it out",
            fix="drop the default, or move the options into a dict of their own",
        )
    annotations = [hints.of(parameter) for parameter in positional]
    rest_annotation = object if rest is None else hints.of(rest)
    late = [hints.late(p, annotation) for p, annotation in zip(positional, annotations, strict=True)]
    late += [None if rest is None else hints.late(rest, rest_annotation)]
    return Signature(
        at_least=sum(p.default is Parameter.empty for p in positional),
        at_most=len(positional) if rest is None else None,
        checks=tuple(checker(where, p.name, a) for p, a in zip(positional, annotations, strict=True)),
        rest=None if rest is None else checker(where, rest.name, rest_annotation),
        late=tuple(late) if any(late) else (),
        needs=needs,
        wishes=wishes,
        is_async=is_async,
        usage=_usage([*zip(positional, annotations, strict=True), *([(rest, rest_annotation)] if rest else [])]) + hint,
    )


def _usage(parameters: Sequence[tuple[Parameter, object]]) -> str:
    """Return the arguments that a vector may have after its key. A default is not shown, since it may be anything; only
    that there is one.
    """
    from .._annotations.text import text_of

    texts: list[str] = []
    for parameter, annotation in parameters:
        star = "*" * (parameter.kind is Parameter.VAR_POSITIONAL)
        hint = "" if parameter.annotation is Parameter.empty else f": {text_of(annotation)}"
        default = "" if parameter.default is Parameter.empty else " = ..." if hint else "=..."
        texts.append(f"{star}{parameter.name}{hint}{default}")
    return f"it takes ({', '.join(texts)})"


def count_problem(signature: Signature, args: Sequence[object]) -> str:
    """Say how many arguments a function takes, and how many it got: these are too few or too many."""
    least, most = signature.at_least, signature.at_most
    number = f"at least {least}" if most is None else str(least) if least == most else f"{least} to {most}"
    plural = "" if (most or least) == 1 else "s"
    return f"takes {number} argument{plural}, got {len(args)}"


def _sort_parameters(
    where: str, parameters: Sequence[Parameter]
) -> tuple[list[Parameter], Parameter | None, list[Parameter]]:
    positional: list[Parameter] = []
    rest: Parameter | None = None
    keywords: list[Parameter] = []
    for parameter in parameters:
        match parameter.kind:
            case Parameter.POSITIONAL_ONLY | Parameter.POSITIONAL_OR_KEYWORD:
                positional.append(parameter)
            case Parameter.VAR_POSITIONAL:
                rest = parameter
            case Parameter.KEYWORD_ONLY:
                keywords.append(parameter)
            case _:
                raise RegistrationError(
                    f"{where}: it takes **{parameter.name}",
                    fix="take one options dict as a parameter, annotated with a TypedDict",
                )
    return positional, rest, keywords


def _system_parameters(
    where: str, kind: Kind, keywords: Sequence[Parameter]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if keywords and kind not in _MAY_NEED_SYSTEM:
        raise RegistrationError(
            f"{where}: it takes {keywords[0].name!r} by keyword, which would be a system value",
            fix=f"{a(kind)} is pure; let an effect or a state slice reach for the system",
        )
    needs = tuple(p.name for p in keywords if p.default is Parameter.empty)
    return needs, tuple(p.name for p in keywords if p.default is not Parameter.empty)
