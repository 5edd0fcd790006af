"""Effects as tagged JSON, and back: for the command line, files and other processes.

Plain data is written as itself. Any other value is an object with one member, `{"$tag": content}`; a dict that would
look like that is written with the tag `dict`. So any text is decoded to plain data and values of registered types, and
to nothing else. Still, decoding makes placeholders and trusted markup of text: **nothing that reads requests may use
this.** A contract of the import linter keeps it so.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NoReturn, cast, final

from .._dispatch.dispatch import Dispatch
from .._language.errors import EffectsError, near
from .._language.paths import Link, Path, flatten, render
from .._language.vectors import plain_key
from .._registry.tags import Tag
from .standard import STANDARD

__all__ = ["Codec", "CodecError"]

_PLAIN = frozenset({str, bool, type(None)})
_MAX_DEPTH = 100
_MAX_ITEMS = 1_000_000
_MAX_INT = 10**4_000  # Python reads and writes no int of more than 4,300 digits


@final
class CodecError(EffectsError, ValueError):
    """Data cannot be written as tagged JSON, or text cannot be read as such. `path` is the place; the message holds no
    values.
    """

    def __init__(self, what: str, path: Path = (), *, near: str | None = None, fix: str | None = None) -> None:
        super().__init__(what, near=near, fix=fix)
        self.path = path

    def __str__(self) -> str:
        return self.lines(at=render(self.path, "data"))


@final
class _Walk:
    """A walk through data: the containers that it is in, and the number of items that it may still see."""

    def __init__(self) -> None:
        self._open: dict[int, None] = {}
        self._items_left = _MAX_ITEMS

    def enter(self, value: object, link: Link | None) -> None:
        """Go into a value. Raises `CodecError` if the value contains itself, is nested too deep, or crosses the limit
        of items.
        """
        identity = id(value)
        self._items_left -= len(cast("Sequence[object]", value)) + 1 if isinstance(value, (list, tuple, dict)) else 1
        if identity in self._open:
            raise CodecError("data contains itself", flatten(link), fix="data is a tree; send ids instead of links")
        if len(self._open) >= _MAX_DEPTH:
            raise CodecError(f"data is nested more than {_MAX_DEPTH} deep", flatten(link), fix="flatten it")
        if self._items_left < 0:
            raise CodecError(f"there are more than {_MAX_ITEMS} items", flatten(link), fix="send less at once")
        self._open[identity] = None

    def leave(self) -> None:
        """Go out of the value that was entered last."""
        self._open.popitem()


@final
class Codec:
    """Writes effects, and other data that dispatches hold, as JSON, and reads them again.

    `str`, `int`, `float`, `bool`, None, lists, and dicts with text for keys are written as themselves. Tuples, other
    dicts, sets, bytes, UUID, Decimal, dates, times, placeholders, and the types that registries have a tag for, such as
    wildcards of connections and markup of datastar, are written with a tag. A time zone is kept as its offset. All
    other values are refused, subclasses included; but a key, the first item of a list, is written as its text, even if
    it is a member of a `StrEnum`. `keys` are the known keys; without them, any first item may be a key.

    >>> codec = Codec()
    >>> codec.dumps(["alerts/send", (1, 2)])
    '["alerts/send", {"$tuple": [1, 2]}]'
    >>> codec.loads('["alerts/send", {"$tuple": [1, 2]}]')
    ['alerts/send', (1, 2)]
    """

    def __init__(self, tags: Iterable[Tag] = (), *, keys: Collection[str] | None = None) -> None:
        self._extra_tags = tuple(tags)
        self._keys = keys
        all_tags = (*STANDARD, *self._extra_tags)
        self._tags_by_name: Mapping[str, Tag] = {f"${tag.name}": tag for tag in all_tags}
        self._tags_by_type: Mapping[type, Tag] = {tag.kind: tag for tag in all_tags}

    @classmethod
    def of(cls, dispatch: Dispatch) -> Codec:
        """Return the codec that knows the keys of a dispatch, and the tags of its registries."""
        keys = {entry.key for entry in dispatch.registrations}
        return cls((tag for registry in dispatch.registries for tag in registry.tags), keys=keys)

    def dumps(self, value: object, *, indent: int | None = None) -> str:
        """Return tagged JSON of a value, in ASCII. Raises `CodecError` for a value without a tag, and for more than 100
        levels.
        """
        return json.dumps(self.encode(value), indent=indent, allow_nan=False)

    def loads(self, text: str | bytes) -> object:
        """Return the value that tagged JSON stands for. Raises `CodecError` for any other text."""
        try:
            data: object = json.loads(text, parse_constant=_refuse_constant)
        except json.JSONDecodeError as error:
            where = f"line {error.lineno}, column {error.colno}"
            raise CodecError(f"this is no JSON: {error.msg}, at {where}", fix="check brackets and quotes") from None
        except (ValueError, RecursionError):  # no UTF-8, an int too long, NaN, or too many brackets
            raise CodecError("this JSON holds what cannot be read", fix="write it with Codec.dumps") from None
        return self.decode(data)

    def encode(self, value: object) -> object:
        """Return a value as data that JSON can represent. Raises as `dumps` does."""
        return self._encode_value(value, None, _Walk())

    def decode(self, data: object) -> object:
        """Return the value that such data stands for. Raises as `loads` does."""
        return self._decode_value(data, None, _Walk())

    def _encode_value(self, value: object, link: Link | None, walk: _Walk) -> object:
        kind = type(value)
        if kind in _PLAIN or (isinstance(value, float) and kind is float and math.isfinite(value)):
            return value
        if isinstance(value, int) and kind is int:
            return _check_int(value, link)
        walk.enter(value, link)
        try:
            if kind is list:
                items = enumerate(self._with_plain_key(cast("list[object]", value)))
                return [self._encode_value(item, (link, index), walk) for index, item in items]
            if kind is dict and _is_object(cast("dict[object, object]", value)):
                members = cast("dict[str, object]", value).items()
                return {name: self._encode_value(item, (link, name), walk) for name, item in members}
            tag = self._tag_of(value, link)
            content = _apply_tag("written", tag, tag.encode, value, link)
            return {f"${tag.name}": self._encode_value(content, (link, f"${tag.name}"), walk)}
        finally:
            walk.leave()

    def _with_plain_key(self, items: list[object]) -> list[object]:
        """Return the items; if the first is a key of a subclass of str, with its plain text instead."""
        if not items or type(items[0]) is str or not isinstance(items[0], str) or self._known_tag(items[0]):
            return items
        key = plain_key(items[0])
        return [key, *items[1:]] if self._keys is None or key in self._keys else items

    def _known_tag(self, value: object) -> Tag | None:
        return self._tags_by_type.get(type(value)) or next(
            (tag for tag in self._extra_tags if isinstance(value, tag.kind)), None
        )

    def _tag_of(self, value: object, link: Link | None) -> Tag:
        tag = self._known_tag(value)
        if tag is None:
            raise CodecError(
                f"a {type(value).__name__} cannot be written as tagged JSON",
                flatten(link),
                fix="make it plain data, or give its type a tag: registry.tag(name, type, encode=..., decode=...)",
            )
        return tag

    def _decode_value(self, data: object, link: Link | None, walk: _Walk) -> object:
        kind = type(data)
        if kind in _PLAIN or kind in {int, float}:
            return data
        walk.enter(data, link)
        try:
            if kind is list:
                items = enumerate(cast("list[object]", data))
                return [self._decode_value(item, (link, index), walk) for index, item in items]
            members = _members(data, link)
            if not _is_tagged(members):
                return {name: self._decode_value(item, (link, name), walk) for name, item in members.items()}
            ((name, content),) = members.items()
            tag = self._tags_by_name.get(name)
            if tag is None:
                raise _unknown_tag_error(name, self._tags_by_name, link)
            return _apply_tag("read", tag, tag.decode, self._decode_value(content, (link, name), walk), link)
        finally:
            walk.leave()


def _check_int(value: int, link: Link | None) -> int:
    if not -_MAX_INT < value < _MAX_INT:
        raise CodecError("an int has more than 4,000 digits", flatten(link), fix="write it as text")
    return value


def _is_object(value: dict[object, object]) -> bool:
    """Whether JSON has an object for this dict, and the object does not look like a tag."""
    return all(type(name) is str for name in value) and not _is_tagged(cast("dict[str, object]", value))


def _is_tagged(members: Mapping[str, object]) -> bool:
    return len(members) == 1 and next(iter(members)).startswith("$")


def _members(data: object, link: Link | None) -> dict[str, object]:
    kind = type(data)
    if kind is not dict or not all(type(name) is str for name in cast("dict[object, object]", data)):
        raise CodecError(f"a {kind.__name__} stands where JSON belongs", flatten(link), fix="decode what encode made")
    return cast("dict[str, object]", data)


def _apply_tag(verb: str, tag: Tag, function: Callable[..., object], value: object, link: Link | None) -> object:
    try:
        return function(value)
    except Exception as error:  # a tag's own code may fail in any way; its message may hold the value
        raise CodecError(
            f"the tag '${tag.name}' cannot be {verb}: {type(error).__name__}",
            flatten(link),
            fix="see what such a value looks like: Codec.dumps writes one",
        ) from error


def _unknown_tag_error(name: str, known: Iterable[str], link: Link | None) -> CodecError:
    return CodecError(
        "an object with one member that begins with '$' is a tag, and this one is unknown",
        (*flatten(link), name[:40]),
        near=near(name, known),
        fix='load the plugin that registers it; for a dict, write {"$dict": [[name, value]]}',
    )


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
