"""A registry holds the contributions of one plugin. It is filled with decorators, and is a plugin by itself."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from types import MappingProxyType
from typing import TypeVar, final

from .._language.display import a
from .._language.errors import RegistrationError
from .._language.vectors import plain_key
from .first_parameter import refuse_unfit
from .functions import caller_scope
from .hints import annotations_of
from .interceptors import Interceptor
from .markers import hookimpl
from .names import check_metadata, check_name
from .needs import Need, needs_in
from .registration import Origin, Registration, conflict
from .signatures import Kind, read_signature
from .tags import Tag, check_tag

__all__ = ["Registry"]

F = TypeVar("F", bound=Callable[..., object])
L = TypeVar("L", bound=Callable[..., AbstractAsyncContextManager[Mapping[str, object] | None]])
Lifespan = Callable[..., AbstractAsyncContextManager[Mapping[str, object] | None]]
"""Takes the dispatch, and by keyword the system values that it needs."""


@final
class Registry:
    """One plugin's effects, actions, placeholders, state slices, interceptors, and its lifespan.

    `name` is the owner's name in every record and message. `late` names system values that are not there when a
    dispatch is made and come with a lifespan or with each dispatch. Once a dispatch has been made from it, a registry
    is closed: registering more raises `RegistrationError`.

    >>> alerts = Registry("alerts")
    >>> @alerts.action("alerts/raise")
    ... def raise_alert(state, name: str):
    ...     return [["alerts/send", f"{name} needs you"]]
    >>> raise_alert({}, "Ann")
    [['alerts/send', 'Ann needs you']]
    """

    def __init__(self, name: str, *, late: Iterable[str] = ()) -> None:
        check_name("a registry's name", name)
        if isinstance(late, str):
            raise RegistrationError(f"registry {name!r}: late is a collection of names", fix=f"write late=({late!r},)")
        self.name = plain_key(name)
        self.made_in = Origin.of(sys._getframe(1))
        self.late = frozenset(map(plain_key, late))
        self._registrations: list[Registration] = []
        self._interceptors: list[Interceptor] = []
        self._tags: list[Tag] = []
        self._lifespan: Lifespan | None = None
        self.lifespan_needs: Sequence[Need] = ()
        """The values that the lifespan takes from the system."""
        self._closed = False

    def __repr__(self) -> str:
        return f"<Registry {self.name!r} with {len(self._registrations)} registrations>"

    @property
    def registrations(self) -> tuple[Registration, ...]:
        """Effects, actions, placeholders and state slices, in order."""
        return tuple(self._registrations)

    @property
    def interceptors(self) -> tuple[Interceptor, ...]:
        """The interceptors, in order."""
        return tuple(self._interceptors)

    @property
    def tags(self) -> tuple[Tag, ...]:
        """The tags, in order: how values of this plugin's types are written in tagged JSON."""
        return tuple(self._tags)

    def effect(self, key: str, *, each: bool = False, override: bool = False, **metadata: object) -> Callable[[F], F]:
        """Register the decorated function as the interpreter of `key`; it is returned as it is.

        The function takes a `Context`, then the vector's arguments one to one; its keyword-only parameters are the
        system values that it needs. It may be async. With `each`, it runs once for each member of the sink it is
        dispatched to, and finds that member as the system's `sink`. `override` replaces another plugin's registration
        of the same key. All other keywords are metadata, kept with the registration. Raises `RegistrationError` for a
        signature or option that cannot work.
        """
        return self._decorator("effect", key, each, override, metadata)

    def action(self, key: str, *, override: bool = False, **metadata: object) -> Callable[[F], F]:
        """Register the decorated function `(state, *args) -> effect vectors` as an action; it is returned as it is.

        It is pure: it says what should happen and does nothing. `state` is a mapping of the registries' state slices.
        Options and errors are as for `effect`.
        """
        return self._decorator("action", key, False, override, metadata)

    def placeholder(
        self, key: str, *, each: bool = False, override: bool = False, **metadata: object
    ) -> Callable[[F], F]:
        """Register the decorated function `(data, *args) -> value`, which resolves `Placeholder(key, *args)`.

        `data` is the read-only mapping given to the dispatch. With `each`, the signature is `(data, member, *args)`,
        and an effect that holds such a placeholder runs once for each member of its sink. Errors are as for `effect`.
        """
        return self._decorator("placeholder", key, each, override, metadata)

    def state(self, name: str, *, override: bool = False, **metadata: object) -> Callable[[F], F]:
        """Register the decorated function as the source of one state slice, `state[name]` in every action.

        Its keyword-only parameters are the system values that it needs; it takes nothing else. It is called when an
        action asks for the slice, at most once for each run of an action. Errors are as for `effect`.
        """
        return self._decorator("state slice", name, False, override, metadata)

    def interceptor(self, interceptor: Interceptor) -> Interceptor:
        """Add an interceptor, and return it. Raises `RegistrationError` for any other object, or once the registry is
        closed.
        """
        if not isinstance(interceptor, Interceptor):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise RegistrationError(
                f"registry {self.name!r}: an interceptor is an Interceptor, not {type(interceptor).__name__}",
                fix='write Interceptor(id="...", before_effect=...)',
            )
        self._check_open(f"interceptor {interceptor.id!r}")
        self._interceptors.append(interceptor)
        return interceptor

    def tag(self, name: str, kind: type, *, encode: Callable[..., object], decode: Callable[..., object]) -> None:
        """Say how values of a type are written in tagged JSON, `{"$name": content}`, and read again.

        `kind` is a class, whose subclasses are written as it is, or a runtime-checkable protocol. `encode(value)` makes
        the content, which is encoded in turn; `decode(content)` makes a value, and raises for content that does not
        fit: the text may hold anything. `effects.codec` uses tags, and no dispatch needs them. Raises
        `RegistrationError` for a name or type that has a tag already, or once the registry is closed.
        """
        self._check_open(f"tag {name!r}")
        tag = Tag(name, kind, encode, decode)
        check_tag(tag)
        tag = replace(tag, name=plain_key(name))
        if any(tag.name == name or tag.kind is kind for tag in self._tags):
            raise RegistrationError(f"registry {self.name!r} has a tag {name!r}, or one for {kind.__name__}, already")
        self._tags.append(tag)

    def lifespan(self, function: L) -> L:
        """Register an async context manager function `(dispatch)` to be open while the dispatch is running.

        Its keyword-only parameters are the system values that it needs; earlier lifespans may have brought them. It may
        yield a mapping of system values, which are there for as long as it is open. Raises `RegistrationError` for a
        second lifespan, for one that cannot be called with these arguments, or once the registry is closed.
        """
        self._check_open("a lifespan")
        if not callable(function):
            raise RegistrationError(
                f"registry {self.name!r}: a lifespan is a function, not {type(function).__name__}",
                fix="write it as an @asynccontextmanager function that takes the dispatch",
            )
        if self._lifespan is not None:
            raise RegistrationError(f"registry {self.name!r} has a lifespan already", fix="open both in one")
        needs = needs_in(function, annotations_of(function, caller_scope(1)), f"the lifespan of plugin {self.name!r}")
        refuse_unfit(
            f"registry {self.name!r}: its lifespan",
            function,
            "registry.lifespan",
            arguments=1,
            keywords=[need.name for need in needs],
            fix="write async def lifespan(dispatch, *, db): ...",
        )
        self._lifespan, self.lifespan_needs = function, needs
        return function

    @hookimpl
    def rhialto_registry(self) -> Registry:
        """Contribute this registry."""
        return self

    @hookimpl
    def rhialto_lifespan(
        self, dispatch: object, **needs: object
    ) -> AbstractAsyncContextManager[Mapping[str, object] | None] | None:
        """Open this registry's lifespan, if it has one."""
        return None if self._lifespan is None else self._lifespan(dispatch, **needs)

    def close(self) -> None:
        """Refuse further registrations. Making a dispatch does this."""
        self._closed = True

    def _decorator(
        self, kind: Kind, key: str, each: bool, override: bool, metadata: Mapping[str, object]
    ) -> Callable[[F], F]:
        check_name(f"registry {self.name!r}: the key of {a(kind)}", key)
        check_metadata(f"registry {self.name!r}: {kind} {key!r}", kind, metadata)
        key, scope = plain_key(key), caller_scope(2)

        def add(function: F) -> F:
            self._check_open(f"{kind} {key!r}")
            if not callable(function):
                raise RegistrationError(
                    f"{kind} {key!r}: {type(function).__name__} cannot be called", fix="decorate a function"
                )
            signature = read_signature(kind, key, function, scope, each=each)
            frozen = MappingProxyType(dict(metadata))
            annotations = MappingProxyType(annotations_of(function, scope))
            entry = Registration(kind, key, self.name, function, signature, each, override, frozen, annotations)
            for other in self._registrations:
                if conflict(entry, other):
                    raise RegistrationError(
                        f"registry {self.name!r} registers {key!r} twice: "
                        f"{other.kind} {other.source} and {kind} {entry.source}",
                        fix="give one of them another key",
                    )
            self._registrations.append(entry)
            return function

        return add

    def _check_open(self, what: str) -> None:
        if self._closed:
            raise RegistrationError(
                f"registry {self.name!r} is closed: a dispatch was made from it before {what} was registered",
                fix="register everything first, then call create_dispatch",
            )
