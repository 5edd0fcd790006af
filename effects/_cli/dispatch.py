"""`dispatch`: shows what effects would do, or runs them."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast, final

import trio

from .._codec.codec import Codec, CodecError
from .._language.results import DispatchResult
from .._testing.recorder import Recorder
from .._tracing.trace import Trace
from .._tracing.tracer import Tracer
from .command import Command, Exit
from .printing import print_as_it_is, print_text
from .target import dispatch_in, find_dispatch, load_value

__all__ = ["COMMAND"]

_VECTOR = """\
VECTOR is one effect vector or a list of them, in tagged JSON: plain JSON, and {"$html": "<p>"}, {"$wildcard": "ANY"},
{"$placeholder": ["key", ...]} and others, see effects.codec.
"""


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("vector", metavar="VECTOR", help="the effects, as tagged JSON; - for the standard input")
    parser.add_argument("--real", action="store_true", help="run the interpreters")
    parser.add_argument("--data", metavar="JSON", default="{}", help="the data of the dispatch")
    parser.add_argument("--state", metavar="JSON", default="{}", help="state slices, in place of those of the system")
    parser.add_argument("--values", action="store_true", help="show values, not only types")


def _run(args: argparse.Namespace) -> Exit:
    """Dispatch, and print the traces. Returns `Exit.NOTHING` if something has failed.

    Raises `EffectsError` if it cannot begin: for a wrong target, for wrong JSON, and for options that do not go
    together.
    """
    target = cast(str, args.target)
    # With `--real`, plugins alone are no target: they have no system.
    dispatch = find_dispatch(load_value(target), target) if args.real else dispatch_in(target)
    arguments = _read_arguments(Codec.of(dispatch), args)
    tracer = Tracer(dispatch, values=cast(bool, args.values))
    result = trio.run(_execute if args.real else _record, tracer, arguments)
    _print(tracer.traces, as_json=cast(bool, args.json))
    return Exit.NOTHING if result.errors else Exit.FINE


@final
@dataclass(frozen=True, slots=True)
class _Arguments:
    """The arguments of the command line."""

    effects: Sequence[object]
    data: Mapping[str, object]
    state: Mapping[str, object]


def _read_arguments(codec: Codec, args: argparse.Namespace) -> _Arguments:
    effects = _as_list(codec.loads(_read_stdin() if args.vector == "-" else cast(str, args.vector)))
    data, state = (_read_mapping(codec, name, cast(str, getattr(args, name))) for name in ("data", "state"))
    if args.real and state:
        raise CodecError("--state stands in for the state of effects that are not done", fix="leave it out, or --real")
    return _Arguments(effects, data, state)


def _read_stdin() -> str | bytes:
    """Return the standard input, as bytes: JSON is UTF-8 in any locale (RFC 8259, section 8.1)."""
    return "" if sys.stdin is None else cast("str | bytes", getattr(sys.stdin, "buffer", sys.stdin).read())


def _as_list(effects: object) -> Sequence[object]:
    """Return a list of effects; a single effect becomes a list of one."""
    items = cast("list[object]", effects)
    is_list = isinstance(effects, (list, tuple)) and not isinstance(next(iter(items), None), str)
    return items if is_list else [items]


def _read_mapping(codec: Codec, name: str, text: str) -> Mapping[str, object]:
    value = codec.loads(text)
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in cast("dict[object, object]", value)):
        raise CodecError(f"--{name} is an object with names", fix=f"""write --{name} '{{"name": value}}'""")
    return cast("dict[str, object]", value)


async def _execute(tracer: Tracer, arguments: _Arguments) -> DispatchResult:
    async with tracer.dispatch.running():
        return await tracer(arguments.effects, data=arguments.data)


async def _record(tracer: Tracer, arguments: _Arguments) -> DispatchResult:
    return await Recorder(tracer.dispatch, state=arguments.state)(arguments.effects, data=arguments.data)


def _print(traces: Iterable[Trace], *, as_json: bool) -> None:
    for trace in traces:
        if as_json:
            print_as_it_is(json.dumps(trace.as_data()))
        else:
            print_text(str(trace))


COMMAND = Command(
    name="dispatch",
    help="Show what effects would do, or run them.",
    examples=("""app:dispatch '["page/greet", "Ann"]' --state '{"app": "blue"}'""", "app:app - --real < effects.json"),
    arguments=_arguments,
    run=_run,
    note=_VECTOR,
)
