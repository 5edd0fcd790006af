"""The description of a dispatch: plain, frozen data for people and for tools."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, final, get_args

__all__ = ["KINDS", "Described", "Description", "Order", "ParameterDescription", "Source"]

Described = Literal["effect", "action", "placeholder", "state", "interceptor", "plugin"]
"""The kinds of things that are described."""
KINDS: tuple[Described, ...] = get_args(Described)


@final
@dataclass(frozen=True, slots=True)
class Source:
    """The place where something was written."""

    file: str
    line: int
    """Counted from 1."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterDescription:
    """One argument of a vector, one option in a dict of options, or one value that is needed from the system."""

    name: str
    type: str
    """The annotation as text, bounds included; `object` if there is none."""
    doc: str = ""
    """From `Annotated[..., Doc(...)]`, pydantic's `Field(description=...)`, or the string below an option."""
    required: bool = True
    default: str | None = None
    """The default as Python writes it; None if there is none."""
    several: bool = False
    """Whether it stands for all arguments from here on."""
    options: tuple[ParameterDescription, ...] = ()
    """Its fields, if it is a dict of options, a dataclass or a model."""


@final
@dataclass(frozen=True, slots=True)
class Order:
    """The place of a thing among those of the same kind, and the reason."""

    place: int
    """Counted from 1."""
    of: int
    why: str


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """One registered thing, as `Dispatch.describe` returns it."""

    kind: Described
    key: str
    """The key of an effect, action or placeholder; the name of a state slice or plugin; an interceptor's id."""
    plugin: str
    """The name of the registry that owns it; for a plugin, the name of the plugin that contributes it, which is mostly
    itself.
    """
    doc: str = ""
    """The whole docstring."""
    parameters: tuple[ParameterDescription, ...] = ()
    """The arguments that follow the key in a vector, one to one."""
    returns: str | None = None
    """The type of its result, as text; None if that is not annotated."""
    needs: tuple[ParameterDescription, ...] = ()
    """The values that it takes from the system. A value that is not required is taken if it is there."""
    each: bool = False
    """Whether it runs, or is resolved, once for each member of a sink."""
    metadata: Mapping[str, object]
    """The other keyword arguments of its registration, as they are."""
    schema: Mapping[str, object] | None = None
    """JSON Schema 2020-12 of a vector, or of a placeholder's arguments; None if it takes none."""
    source: Source | None = None
    order: Order | None = None
    """The place of a plugin or an interceptor, since these run in order."""
    hooks: tuple[str, ...] = ()
    """The hooks that an interceptor or a plugin implements."""
    contributes: tuple[str, ...] = ()
    """The contributions of a plugin, by kind and key: `effect alerts/send`; tags of the codec, too."""
    replaces: tuple[str, ...] = ()
    """The other plugins that register the same key, and to which this one is preferred."""

    @property
    def summary(self) -> str:
        """The first line of the docstring."""
        return self.doc.partition("\n")[0]
