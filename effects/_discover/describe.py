"""`dispatch.describe`: a description of everything that a dispatch was made from."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from types import MappingProxyType

from .._assembly.conflicts import owned_interceptors
from .._assembly.gathered import Gathered
from .._assembly.tables import Tables
from .._language.errors import EffectsError, near
from .._language.vectors import plain_key
from .._registry.interceptors import Interceptor
from .._registry.registration import Registration, conflict
from .._registry.registry import Registry
from .._registry.signatures import Kind
from .asked import check_type
from .description import KINDS, Described, Description, Source
from .order import hooks_of, interceptor_order, plugin_names, plugin_order
from .parameters import arguments, describe_parameter, describe_without_options, return_text, system_arguments
from .schemas import schema_of
from .sources import doc_of, source_of

__all__ = ["describe", "describe_all"]

_KINDS: Mapping[Kind, Described] = {
    "effect": "effect",
    "action": "action",
    "placeholder": "placeholder",
    "state slice": "state",
}
_NO_METADATA: Mapping[str, object] = MappingProxyType({})


def describe(
    tables: Tables, gathered: Gathered, kind: str | None, key: str | None, plugin: str | None
) -> tuple[Description, ...]:
    """Return the descriptions that fit all arguments. Raises `EffectsError` for an unknown kind."""
    for name, value in (("kind", kind), ("key", key), ("plugin", plugin)):
        check_type(name, value, str, type(None))
    kind, key, plugin = map(plain_key, (kind, key, plugin))
    if kind is not None and kind not in KINDS:
        raise EffectsError(
            f"nothing is of kind {kind!r}", near=near(kind, KINDS), fix=f"the kinds are {', '.join(KINDS)}"
        )
    filters = {"kind": kind, "key": key, "plugin": plugin}
    wanted = {name: value for name, value in filters.items() if value is not None}
    return tuple(
        description
        for description in describe_all(tables, gathered)
        if all(getattr(description, name) == value for name, value in wanted.items())
    )


def describe_all(tables: Tables, gathered: Gathered) -> Iterator[Description]:
    """Describe plugins, then their contributions, kind by kind, then interceptors; each in its order."""
    yield from _describe_plugins(gathered)
    for kind in (tables.entries, tables.placeholders, tables.slices):
        for entry in kind.values():
            yield _describe_registration(gathered, entry.registration)
    for owner, interceptor in owned_interceptors(gathered.registries, gathered.between):
        yield _describe_interceptor(gathered, owner, interceptor)


def _describe_registration(gathered: Gathered, entry: Registration) -> Description:
    others = [
        registration
        for registry in gathered.registries
        for registration in registry.registrations
        if conflict(registration, entry)
    ]
    return Description(
        kind=_KINDS[entry.kind],
        key=entry.key,
        plugin=entry.plugin,
        doc=doc_of(entry.function),
        parameters=tuple(describe_parameter(argument) for argument in arguments(entry)),
        returns=return_text(entry),
        needs=tuple(describe_without_options(argument) for argument in system_arguments(entry)),
        each=entry.each,
        metadata=entry.metadata,
        schema=None if entry.kind == "state slice" else MappingProxyType(schema_of(entry)),
        source=source_of(entry.function),
        replaces=tuple(other.plugin for other in others if other is not entry),
    )


def _describe_interceptor(gathered: Gathered, owner: str, interceptor: Interceptor) -> Description:
    hooks: dict[str, Callable[..., object]] = {
        field.name: hook
        for field in fields(interceptor)
        if field.name != "id" and (hook := getattr(interceptor, field.name)) is not None
    }
    docs = dict.fromkeys(doc for hook in hooks.values() if (doc := doc_of(hook)))
    return Description(
        kind="interceptor",
        key=interceptor.id,
        plugin=owner,
        doc="\n\n".join(docs),
        metadata=_NO_METADATA,
        source=source_of(next(iter(hooks.values()))),
        order=interceptor_order(gathered, owner, interceptor),
        hooks=tuple(hooks),
    )


def _describe_plugins(gathered: Gathered) -> Iterator[Description]:
    """Describe every plugin, the engine's own among them, and after each the registries that it contributes under other
    names.
    """
    names = plugin_names(gathered)
    for name in names:
        registries = [
            registry for owner, registry in zip(gathered.owners, gathered.registries, strict=True) if owner == name
        ]
        yield _describe_plugin(gathered, name, registries)
        for registry in registries:
            if registry.name not in names:
                yield _describe_registry(gathered, name, registry)


def _describe_plugin(gathered: Gathered, name: str, registries: list[Registry]) -> Description:
    plugin = gathered.manager.get_plugin(name)
    doc, source = _doc_and_source(plugin) if isinstance(plugin, Registry) else (doc_of(plugin), source_of(plugin))
    return Description(
        kind="plugin",
        key=name,
        plugin=name,
        doc=doc,
        metadata=_NO_METADATA,
        source=source,
        order=plugin_order(gathered, name),
        hooks=hooks_of(gathered, name),
        contributes=tuple(content for registry in registries for content in _contents(registry)),
    )


def _describe_registry(gathered: Gathered, owner: str, registry: Registry) -> Description:
    order = plugin_order(gathered, owner)
    doc, source = _doc_and_source(registry)
    return Description(
        kind="plugin",
        key=registry.name,
        plugin=owner,
        doc=doc,
        metadata=_NO_METADATA,
        source=source,
        order=replace(order, why=f"contributed by {owner!r}: {order.why}"),
        contributes=tuple(_contents(registry)),
    )


def _contents(registry: Registry) -> Iterator[str]:
    yield from (f"{_KINDS[entry.kind]} {entry.key}" for entry in registry.registrations)
    yield from (f"interceptor {interceptor.id}" for interceptor in registry.interceptors)
    yield from (f"tag {tag.name}" for tag in registry.tags)


def _doc_and_source(registry: Registry) -> tuple[str, Source]:
    """Return the docstring and the place of a registry: it has no docstring of its own, so those of the module that it
    was made in.
    """
    return inspect.cleandoc(registry.made_in.doc), Source(registry.made_in.file, registry.made_in.line)
