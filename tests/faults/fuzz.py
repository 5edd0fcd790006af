"""Coverage-guided fuzzing: `python -m tests.faults.fuzz encoder|signals -max_total_time=600`, or what libFuzzer takes.

Any bytes go in; what comes out is a clear refusal, or what was meant and nothing else. A finding is written to the
current folder, as libFuzzer does.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import atheris
import trio

with atheris.instrument_imports(include=["json", "plugins.datastar", "plugins.http._request.signals"]):
    import json
    import json.decoder
    import json.scanner

    from plugins.datastar import encode_patch_elements, encode_patch_signals, encode_remove_elements
    from plugins.http._request import signals as _signals

from quart import Quart
from werkzeug.exceptions import HTTPException

from effects import ArgumentError
from plugins.datastar.testing import SSEParser

# Python's own parser, slow as it is, shows the fuzzer its way through JSON.
vars(json.scanner)["make_scanner"] = vars(json.scanner)["py_make_scanner"]
vars(json.decoder)["scanstring"] = vars(json.decoder)["py_scanstring"]
LINE_ENDS = ("\r\n", "\r")
SEEDS = [b'{"a": [1, -2.5e3, true, null, "\\u00e9\\ud800"]}', b'{"__proto__": {"a": NaN}}']


def encoder(data: bytes) -> None:
    """Elements and fields of one line, of any text: one event, with these lines and no others."""
    given = atheris.FuzzedDataProvider(data)
    selector, event_id = given.ConsumeUnicode(20), given.ConsumeUnicode(10)
    elements = given.ConsumeUnicode(given.remaining_bytes())
    try:
        frame = encode_patch_elements(elements, selector=selector or None, event_id=event_id or None)
    except ArgumentError:
        return
    (event,) = SSEParser().feed(frame)
    assert event.event == "datastar-patch-elements"
    assert event.id == event_id
    meant = _replaced(elements)
    lines = [f"selector {_replaced(selector)}"] if selector else []
    for end in LINE_ENDS:
        meant = meant.replace(end, "\n")
    lines += [f"elements {line}" for line in meant.removesuffix("\n").split("\n")] if elements else []
    assert event.data == "\n".join(lines), (event.data, lines)
    if selector:
        assert len(SSEParser().feed(encode_remove_elements(selector))) == 1


def signals(data: bytes) -> None:
    """A body of any bytes: a refusal, or signals that can be sent back as they are, if they can be sent at all."""
    try:
        read = _signals._decoded(data)
    except HTTPException:
        return
    assert isinstance(read, dict)
    try:
        frame = encode_patch_signals({"read": read})
    except ArgumentError:
        return
    (event,) = SSEParser().feed(frame)
    sent = _whole(json.loads(event.data.removeprefix("signals ")))
    assert sent == {"read": _whole(read)}, (sent, read)


def _replaced(text: str) -> str:
    """The text with U+FFFD in the place of lone surrogates; two that belong together are one character."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _whole(value: object) -> object:
    """The value with U+FFFD in the place of lone surrogates, in all of its texts."""
    if isinstance(value, str):
        return _replaced(value)
    if isinstance(value, list):
        return [_whole(item) for item in value]
    if isinstance(value, dict):
        return {_replaced(str(name)): _whole(item) for name, item in value.items()}
    return value


TARGETS: dict[str, Callable[[bytes], None]] = {"encoder": encoder, "signals": signals}


async def main(target: Callable[[bytes], None], options: list[str]) -> None:
    """Fuzz, inside a request: refusals are answers to one."""
    async with Quart("fuzz").test_request_context("/", method="POST"):
        atheris.Setup([sys.argv[0], *options], target)
        atheris.Fuzz()


if __name__ == "__main__":
    with TemporaryDirectory() as corpus:
        for number, seed in enumerate(SEEDS):
            Path(corpus, str(number)).write_bytes(seed)
        trio.run(main, TARGETS[sys.argv[1]], [*sys.argv[2:], corpus])
