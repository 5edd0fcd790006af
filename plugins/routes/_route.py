"""`Route`: the description of a route as data, checked as soon as it is written."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import cast, final

from pydantic import BaseModel

from effects import RegistrationError, Template, find_placeholders
from plugins.http import Allow, Effects, OnError, OnInvalid, Otherwise, PathParam, placeholder_problem

from ._path import param_types, path_params
from ._template import (
    check_exclude,
    check_target,
    check_vector,
    check_vectors,
    has_wildcard,
    page_problem,
)

__all__ = ["Route"]

_METHODS = ("get", "post", "put", "patch", "delete", "query")
"""The methods that the Datastar client can send (https://data-star.dev/reference/actions); `query` from 1.0.4 on."""


@final
@dataclass(frozen=True, slots=True)
class Route:
    """How an effect or action is reached over HTTP. It is the metadata `route=` of a registration.

    `dispatch` is the effect vector to dispatch. It may hold placeholders: `PathParam` for the parameters of the path,
    `Signal` for the values of the model `signals`, `Session`, `Query`, or placeholders of other plugins.

    With `target`, the vector is dispatched to others: inside `broadcast` if the target has wildcards, else inside
    `with-connection`. `exclude` leaves some connections out of a broadcast. Without `target`, the caller gets what the
    vector sends. The caller always gets what the effects `reply` send, after that. Then the answer closes.

    `allow`, `otherwise`, `on_invalid` and `on_error` are as for `Live.reply`. `endpoint` is the name for `url_for`, by
    default the key of the registration.

    Raises `RegistrationError` for a route that can never work: a path that cannot be read, a placeholder for a signal
    that the model does not have or for a parameter that the path does not have, no `dispatch`, or a target that is no
    name or pattern of connections.

    >>> from plugins.connections import ANY
    >>> from plugins.http import PathParam
    >>> Route("/rooms/<room>/ring", dispatch=["ring"], target=[ANY, ["room", PathParam("room")]]).effects
    [['broadcast', {'pattern': [ANY, ['room', Placeholder('http/path-param', ('room',))]]}, ['ring']]]
    """

    path: str
    _: KW_ONLY
    method: str = "post"
    signals: type[BaseModel] | None = None
    dispatch: Sequence[object] = ()
    target: Sequence[object] | None = None
    exclude: Sequence[object] | None = None
    reply: Effects = ()
    allow: Allow | None = None
    otherwise: Otherwise | None = None
    on_invalid: OnInvalid | None = None
    on_error: OnError | None = None
    endpoint: str | None = None

    def __post_init__(self) -> None:
        params = path_params(self.path)
        try:
            self._check_method()
            self._check_endpoint()
            self._check_signals()
            self._check_effects()
            self._check_target()
            self._check_placeholders(params)
            self._check_answers()
        except RegistrationError as error:
            raise RegistrationError(f"route {self}: {error.what}", near=error.near, fix=error.fix) from None

    def __str__(self) -> str:
        return f"{str(self.method).upper()} {self.path}"

    @property
    def effects(self) -> list[object]:
        """The effects that a request dispatches: plain data, with new containers each time.

        Tests may look at them, expand them or record them.
        """
        return [*Template([self._vector_for_target(), *self.reply])]

    @property
    def kinds(self) -> Mapping[str, type]:
        """The types of the path's parameters, as far as its converters tell."""
        return param_types(self.path)

    def _vector_for_target(self) -> Sequence[object]:
        if self.target is None:
            return self.dispatch
        if not has_wildcard(self.target):
            return ["with-connection", self.target, self.dispatch]
        excluded = {} if self.exclude is None else {"exclude": self.exclude}
        return ["broadcast", {"pattern": self.target, **excluded}, self.dispatch]

    def _check_method(self) -> None:
        method = str(self.method).lower()
        if method not in _METHODS:
            near = difflib.get_close_matches(method, _METHODS, n=1)
            raise RegistrationError(
                "the method is one that the Datastar client sends",
                near=repr(near[0]) if near else None,
                fix=f"one of {', '.join(_METHODS)}",
            )

    def _check_endpoint(self) -> None:
        name = cast(object, self.endpoint)
        if name is not None and (not isinstance(name, str) or not name or "." in name):
            raise RegistrationError("an endpoint is a non-empty str without dots", fix="leave it out for the key")

    def _check_signals(self) -> None:
        model = cast(object, self.signals)
        kind = type(model).__name__
        is_model = isinstance(model, type) and issubclass(model, BaseModel)
        if model is not None and not is_model:
            raise RegistrationError(
                f"signals is a pydantic model, a class, not {kind}",
                fix="class Message(BaseModel): ...; Route(..., signals=Message)",
            )

    def _check_effects(self) -> None:
        if not isinstance(cast(object, self.dispatch), (list, tuple)) or self.dispatch:
            check_vector("dispatch", self.dispatch)
        else:
            raise RegistrationError("nothing to dispatch", fix='dispatch=["key", Signal("name"), ...]')
        check_vectors("reply", self.reply)

    def _check_target(self) -> None:
        if self.target is not None:
            check_target(self.target)
        if self.exclude is None:
            return
        check_exclude(self.exclude)
        if self.target is None or not has_wildcard(self.target):
            raise RegistrationError("exclude leaves some out of a broadcast, and this is none", fix="leave it out")

    def _check_answers(self) -> None:
        allow = cast(object, self.allow)
        if allow is not None and not isinstance(allow, bool) and not callable(allow):
            raise RegistrationError("allow is True, False or a function of the request's data", fix="allow=is_member")
        for name in ("on_invalid", "on_error"):
            effects: object = getattr(self, name)
            if effects is not None and not callable(effects):
                check_vectors(name, effects)
        if (problem := page_problem(self.otherwise)) is not None:
            raise RegistrationError(problem, fix="write a function: otherwise=lambda: redirect(url_for(...))")

    def _check_placeholders(self, params: Sequence[str]) -> None:
        for field in ("dispatch", "target", "exclude", "reply", "on_error"):
            for placeholder in find_placeholders(getattr(self, field)):
                problem = placeholder_problem(placeholder, path=params, signals=self.signals)
                if problem is not None:
                    raise RegistrationError(f"{field}: {problem.what}", near=problem.near, fix=problem.fix)
        for name, kind in param_types(self.path).items():
            if kind is float and PathParam(name) in find_placeholders((self.target, self.exclude)):
                raise RegistrationError(
                    f"target: {name!r} is a float, and keys cannot hold floats", fix="use another converter"
                )
