"""What may be left out for a client that cannot keep up: patches that later ones would overwrite anyway."""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping, Sequence
from html.parser import HTMLParser
from typing import cast, final

from ._encode import encode_patch_signals

__all__ = ["merge_patches"]

_SIGNALS = "datastar-patch-signals"
_ELEMENTS = "datastar-patch-elements"
_REPLACING = frozenset({"outer", "inner", "replace"})
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)

Signals = dict[str, object]


def merge_patches(frames: Sequence[bytes]) -> list[bytes]:
    """Fewer frames that leave a page as all of them would.

    Patches of signals become one, with the last value of each signal. Of patches that replace the same elements, by the
    same selector and mode or by the same ids, the last is left. All else stays: scripts, what is appended or removed,
    signals that are patched only if missing, and whatever has an `event_id` or a `retry`. Each stands where the last of
    its kind stood, so what was sent after a patch may now come before it.

    >>> merge_patches([encode_patch_signals({"a": 1, "b": 1}), encode_patch_signals({"a": 2})])
    [b'event: datastar-patch-signals\\ndata: signals {"a":2,"b":1}\\n\\n']
    """
    kept: dict[Hashable, bytes] = {}
    merged: Signals | None = None
    of_signals = 0
    for number, frame in enumerate(frames):
        event, fields = _read(frame)
        patch = _patch(event, fields)
        if patch is None:
            place = _place(event, fields)
            key: Hashable = number if place is None else place
        else:
            if merged is None or not _goes_onto(merged, patch):
                merged, of_signals = {}, number
            merged = _onto(merged, patch)
            key, frame = (_SIGNALS, of_signals), encode_patch_signals(merged)
        kept.pop(key, None)
        kept[key] = frame
    return list(kept.values())


def _read(frame: bytes) -> tuple[str, Mapping[str, list[str]]]:
    """The event of a frame of ours, and its data lines by their first words; no event where it says more than that."""
    event, fields = "", dict[str, list[str]]()
    for line in frame.decode().strip("\n").split("\n"):
        name, _, value = line.partition(": ")
        if name == "event":
            event = value
        elif name == "data":
            word, _, rest = value.partition(" ")
            fields.setdefault(word, []).append(rest)
        else:
            return "", {}
    return event, fields


def _patch(event: str, fields: Mapping[str, list[str]]) -> Signals | None:
    """The signals that a frame patches whatever there is, or None."""
    return (
        cast(Signals, json.loads("\n".join(fields["signals"])))
        if (event, [*fields]) == (_SIGNALS, ["signals"])
        else None
    )


def _goes_onto(old: object, new: object) -> bool:
    """Whether two patches are one: not where a signal has a value, or none, and then has signals in it."""
    if not isinstance(new, dict):
        return True
    if not isinstance(old, dict):
        return False
    before, after = cast(Signals, old), cast(Signals, new)
    return all(_goes_onto(before[name], value) for name, value in after.items() if name in before)


def _onto(old: object, new: object) -> Signals:
    merged = dict(cast(Signals, old if isinstance(old, dict) else {}))
    for name, value in cast(Signals, new).items():
        merged[name] = _onto(merged.get(name), cast(object, value)) if isinstance(value, dict) else value
    return merged


def _place(event: str, fields: Mapping[str, list[str]]) -> Hashable:
    """What elements a frame replaces, wholly and by itself, or None."""
    (mode,) = fields.get("mode", ["outer"])
    if event != _ELEMENTS or mode not in _REPLACING:
        return None
    if "selector" in fields:
        return (*fields["selector"], mode)
    roots = _Roots()
    roots.feed("\n".join(fields.get("elements", [])))
    return (mode, *roots.ids) if roots.ids and None not in roots.ids else None


@final
class _Roots(HTMLParser):
    """Collects the ids of the outermost elements."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str | None] = []
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not self._depth:
            self.ids.append(dict(attrs).get("id"))
        self._depth += tag not in _VOID

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self._depth -= tag not in _VOID

    def handle_endtag(self, tag: str) -> None:
        self._depth -= tag not in _VOID
