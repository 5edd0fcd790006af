"""Merges frames for a slow client: it leaves out patches that later ones overwrite anyway."""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping, Sequence
from html.parser import HTMLParser
from typing import cast, final

from ._encode import encode_patch_signals

__all__ = ["merge_patches"]

_SIGNALS = "datastar-patch-signals"
_ELEMENTS = "datastar-patch-elements"
_REPLACE_MODES = frozenset({"outer", "inner", "replace"})
_VOID_TAGS = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)

Signals = dict[str, object]


def merge_patches(frames: Sequence[bytes]) -> list[bytes]:
    """Return fewer frames that leave a page in the same state as all of them would.

    Patches of signals become one patch, with the last value of each signal. If several patches replace the same
    elements, by the same selector and mode or by the same ids, only the last stays. All other frames stay: scripts,
    elements that are appended or removed, signals that are patched only if missing, and every frame that has an
    `event_id` or a `retry`. A merged patch stands in the place of the last one, so a frame that was sent after an
    earlier patch may now come before it.

    >>> merge_patches([encode_patch_signals({"a": 1, "b": 1}), encode_patch_signals({"a": 2})])
    [b'event: datastar-patch-signals\\ndata: signals {"a":2,"b":1}\\n\\n']
    """
    frames_by_key: dict[Hashable, bytes] = {}
    merged_signals: Signals | None = None
    signals_number = 0
    for number, frame in enumerate(frames):
        event, fields = _read_frame(frame)
        patch = _read_signals(event, fields)
        if patch is None:
            target = _find_target(event, fields)
            key: Hashable = number if target is None else target
        else:
            if merged_signals is None or not _can_merge(merged_signals, patch):
                merged_signals, signals_number = {}, number
            merged_signals = _merge_signals(merged_signals, patch)
            key, frame = (_SIGNALS, signals_number), encode_patch_signals(merged_signals)
        frames_by_key.pop(key, None)
        frames_by_key[key] = frame
    return list(frames_by_key.values())


def _read_frame(frame: bytes) -> tuple[str, Mapping[str, list[str]]]:
    """Return the event of a frame, and its data lines by their first words; no event if it has other fields."""
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


def _read_signals(event: str, fields: Mapping[str, list[str]]) -> Signals | None:
    """Return the signals of a frame that patches signals unconditionally; None for any other frame."""
    return (
        cast(Signals, json.loads("\n".join(fields["signals"])))
        if (event, [*fields]) == (_SIGNALS, ["signals"])
        else None
    )


def _can_merge(old: object, new: object) -> bool:
    """Whether two patches can become one: not if a signal has a value or None in `old` and signals in `new`."""
    if not isinstance(new, dict):
        return True
    if not isinstance(old, dict):
        return False
    old_signals, new_signals = cast(Signals, old), cast(Signals, new)
    return all(_can_merge(old_signals[name], value) for name, value in new_signals.items() if name in old_signals)


def _merge_signals(old: object, new: object) -> Signals:
    signals = dict(cast(Signals, old if isinstance(old, dict) else {}))
    for name, value in cast(Signals, new).items():
        signals[name] = _merge_signals(signals.get(name), cast(object, value)) if isinstance(value, dict) else value
    return signals


def _find_target(event: str, fields: Mapping[str, list[str]]) -> Hashable:
    """Return a key for the elements that a frame replaces completely; None if it does not."""
    (mode,) = fields.get("mode", ["outer"])
    if event != _ELEMENTS or mode not in _REPLACE_MODES:
        return None
    if "selector" in fields:
        return (*fields["selector"], mode)
    roots = _RootIds()
    roots.feed("\n".join(fields.get("elements", [])))
    return (mode, *roots.ids) if roots.ids and None not in roots.ids else None


@final
class _RootIds(HTMLParser):
    """Collects the ids of the outermost elements."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str | None] = []
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not self._depth:
            self.ids.append(dict(attrs).get("id"))
        self._depth += tag not in _VOID_TAGS

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self._depth -= tag not in _VOID_TAGS

    def handle_endtag(self, tag: str) -> None:
        self._depth -= tag not in _VOID_TAGS
