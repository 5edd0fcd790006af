"""Encodes values as the bytes of one Server-Sent Event. The functions are pure, and no value can leave its field.

The WHATWG HTML standard defines the format in section 9.2 (Server-sent events): lines end with CRLF, CR or LF, and with
nothing else. Datastar defines the events and their data lines: https://data-star.dev/reference/sse_events.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import get_args

from effects import ArgumentError

from ._arguments import require_str
from ._constants import DEFAULT_RETRY, LONGEST_DELAY
from ._js import replace_surrogates
from ._names import signals_text
from ._options import Namespace, PatchMode

__all__ = ["encode_patch_elements", "encode_patch_signals", "encode_remove_elements"]

_LINE_END = re.compile(r"\r\n|\r|\n")
_NOT_ONE_LINE = re.compile(r"[\r\n\0]")
_NOT_LATIN_1 = re.compile(r"[^\0-\xff]")
"""A character that `fetch` refuses in a header: it throws."""
_MODES: frozenset[str] = frozenset(get_args(PatchMode))
_NAMESPACES: frozenset[str] = frozenset(get_args(Namespace))
_ID_MODES: frozenset[str] = frozenset({"outer", "replace"})
"""The modes in which the client finds the place of elements by their ids. The other modes need a selector."""


def encode_patch_elements(
    elements: str | None,
    *,
    selector: str | None = None,
    mode: PatchMode = "outer",
    namespace: Namespace = "html",
    use_view_transition: bool = False,
    view_transition_selector: str | None = None,
    event_id: str | None = None,
    retry: int | None = None,
) -> bytes:
    """Encode one `datastar-patch-elements` event. `elements` is HTML; it may be None only if `mode` is `remove`.

    `retry` is in milliseconds. 1000, the default of the client, is left out, as the official SDK does: write 1001 to
    undo an earlier `retry`. A lone surrogate in `elements` becomes U+FFFD. `view_transition_selector` selects the part
    of the page that a view transition animates; the client 1.0.1 does not read it.

    Raises `ArgumentError` for CR, LF or NUL in a field of one line, an `event_id` beyond Latin-1 (the client sends it
    as a header), an unknown mode or namespace, a mode other than `outer` and `replace` without a selector, a `retry`
    that is not a whole number from 0 to `LONGEST_DELAY`, and an event with nothing in it.
    https://data-star.dev/reference/sse_events#datastar-patch-elements
    """
    _check_choice("mode", mode, _MODES)
    _check_choice("namespace", namespace, _NAMESPACES)
    if mode not in _ID_MODES and not selector:
        raise ArgumentError(f"mode {mode!r} needs a selector", fix="pass selector='#id'")
    if mode != "remove" and elements is None:
        raise ArgumentError(f"mode {mode!r} needs elements", fix="pass elements, or mode='remove' with a selector")
    lines: list[str] = []
    if mode != "outer":
        lines.append(f"mode {mode}")
    if selector:
        lines.append(f"selector {_require_line('selector', selector)}")
    if use_view_transition:
        lines.append("useViewTransition true")
    if view_transition_selector:
        lines.append(f"viewTransitionSelector {_require_line('view_transition_selector', view_transition_selector)}")
    if namespace != "html":
        lines.append(f"namespace {namespace}")
    lines.extend(
        f"elements {line}"
        for line in _split_lines(require_str("the HTML of elements", elements or "", "pass HTML as a str"))
    )
    if not lines:
        raise ArgumentError("elements are empty, and there is no selector", fix="pass a selector and a mode")
    return _encode_event("datastar-patch-elements", lines, event_id, retry)


def encode_remove_elements(
    selector: str,
    *,
    use_view_transition: bool = False,
    view_transition_selector: str | None = None,
    event_id: str | None = None,
    retry: int | None = None,
) -> bytes:
    """Encode one `datastar-patch-elements` event that removes the elements that match a CSS selector.

    Options and errors are those of `encode_patch_elements`.
    """
    return encode_patch_elements(
        None,
        selector=selector,
        mode="remove",
        use_view_transition=use_view_transition,
        view_transition_selector=view_transition_selector,
        event_id=event_id,
        retry=retry,
    )


def encode_patch_signals(
    signals: Mapping[str, object],
    *,
    only_if_missing: bool = False,
    event_id: str | None = None,
    retry: int | None = None,
) -> bytes:
    """Encode one `datastar-patch-signals` event. `signals` is a mapping that JSON can represent; None removes a signal.

    Text arrives unchanged, lone surrogates included. `retry` is in milliseconds; 1001 undoes an earlier `retry`. Keys
    at the top are names of signals, made of letters, digits, `_` and `-`; `{"user": {"name": ...}}` is `$user.name`.
    Keys below are data, and may be any text.

    Raises `ArgumentError` for other names, for values that JSON cannot represent (also NaN and infinities: the client
    would evaluate them as JavaScript), for whole numbers that JavaScript rounds, for a name at any depth that every
    JavaScript object has, such as `__proto__` or `constructor` (the client would write outside the signals), for CR,
    LF, NUL or a character beyond Latin-1 in `event_id`, and for a `retry` that is not a whole number from 0 to
    `LONGEST_DELAY`.
    https://data-star.dev/reference/sse_events#datastar-patch-signals
    """
    lines = ["onlyIfMissing true"] if only_if_missing else []
    lines.append(f"signals {signals_text(signals)}")
    return _encode_event("datastar-patch-signals", lines, event_id, retry)


def _encode_event(name: str, data: list[str], event_id: str | None, retry: int | None) -> bytes:
    lines = [f"event: {name}"]
    if event_id:
        lines.append(f"id: {_require_header('event_id', event_id)}")
    if retry is not None and _require_milliseconds(retry) != DEFAULT_RETRY:
        lines.append(f"retry: {retry:d}")
    lines.extend(f"data: {line}" for line in data)
    return _encode_utf8("\n".join(lines) + "\n\n")


def _require_milliseconds(retry: object) -> int:
    if not isinstance(retry, int) or isinstance(retry, bool) or not 0 <= retry <= LONGEST_DELAY:
        raise ArgumentError(
            f"retry is a number of milliseconds, 0 or more and no more than {LONGEST_DELAY}",
            fix="leave it out for the default",
        )
    return retry


def _split_lines(text: str) -> list[str]:
    """Split only where an SSE parser would: U+2028 and U+0085 do not end a line."""
    lines = _LINE_END.split(text)
    if not lines[-1]:
        lines.pop()
    return lines


def _require_header(name: str, text: str) -> str:
    if _NOT_LATIN_1.search(_require_line(name, text)):
        raise ArgumentError(
            f"{name} has characters beyond Latin-1, so the client would fail when it connects again",
            fix="use ASCII: the client sends it as the header last-event-id",
        )
    return text


def _require_line(name: str, text: str) -> str:
    if _NOT_ONE_LINE.search(require_str(name, text, "leave it out, or pass one line of text")):
        raise ArgumentError(f"{name} holds CR, LF or NUL, and is a field of one line", fix="take them out")
    return text


def _check_choice(name: str, value: str, allowed: frozenset[str]) -> None:
    if value not in allowed:
        raise ArgumentError(f"{name} is not a value that Datastar knows", fix=f"one of {', '.join(sorted(allowed))}")


def _encode_utf8(text: str) -> bytes:
    """Encode as UTF-8, with surrogate pairs joined and lone surrogates replaced by U+FFFD."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return replace_surrogates(text).encode()
