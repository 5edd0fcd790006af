"""`python -m effects dispatch`: shows what effects would do, or does them."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast, final

import trio

from ._cli_target import load_dispatch
from ._codec import Codec, CodecError
from ._errors import DispatchResult
from ._recorder import Recorder
from ._trace import Trace
from ._tracer import Tracer

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

__all__ = ["add_to", "run"]

_EPILOG = """\
VECTOR is one effect vector or a list of them, in tagged JSON: plain JSON, and {"$html": "<p>"}, {"$wildcard": "ANY"},
{"$placeholder": ["key", ...]} and others, see effects.codec. Exits with 1 where something failed, with 2 where it
could not begin.

  python -m effects dispatch app:dispatch '["page/greet", "Ann"]' --state '{"app": "blue"}'
"""


def add_to(subparsers: Subparsers) -> None:
    """Add the command `dispatch`; the function that runs it is its default `run`."""
    parser = subparsers.add_parser(
        "dispatch",
        help="show what effects would do, or do them",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("target", metavar="TARGET", help="module:attribute of a dispatch, or of what makes one")
    parser.add_argument("vector", metavar="VECTOR", help="the effects, as tagged JSON; - for the standard input")
    parser.add_argument("--real", action="store_true", help="do them: run the interpreters")
    parser.add_argument("--data", metavar="JSON", default="{}", help="the data of the dispatch")
    parser.add_argument("--state", metavar="JSON", default="{}", help="state slices, in place of those of the system")
    parser.add_argument("--values", action="store_true", help="show values, not only types")
    parser.add_argument("--json", action="store_true", help="print the trace as JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Dispatch, and print what has come of it. Returns 1 where something failed, else 0.

    Raises `EffectsError` where it cannot begin: for the target, for JSON, and for what does not go together.
    """
    dispatch = load_dispatch(cast(str, args.target))
    asked = _read(Codec.of(dispatch), args)
    tracer = Tracer(dispatch, values=cast(bool, args.values))
    result = trio.run(_do if args.real else _record, tracer, asked)
    _print(tracer.traces, as_json=cast(bool, args.json))
    return 1 if result.errors else 0


@final
@dataclass(frozen=True, slots=True)
class _Asked:
    """What the command line says of a dispatch."""

    effects: Sequence[object]
    data: Mapping[str, object]
    state: Mapping[str, object]


def _read(codec: Codec, args: argparse.Namespace) -> _Asked:
    text = sys.stdin.read() if args.vector == "-" else cast(str, args.vector)
    listed = _listed(codec.loads(text))
    data, state = (_mapping(codec, name, cast(str, getattr(args, name))) for name in ("data", "state"))
    if args.real and state:
        raise CodecError("--state stands in for the state of effects that are not done", fix="leave it out, or --real")
    return _Asked(listed, data, state)


def _listed(effects: object) -> Sequence[object]:
    """A list of effects, also of a single one."""
    items = cast("list[object]", effects)
    several = isinstance(effects, (list, tuple)) and not isinstance(next(iter(items), None), str)
    return items if several else [items]


def _mapping(codec: Codec, name: str, text: str) -> Mapping[str, object]:
    value = codec.loads(text)
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in cast("dict[object, object]", value)):
        raise CodecError(f"--{name} is an object with names", fix=f"""write --{name} '{{"name": value}}'""")
    return cast("dict[str, object]", value)


async def _do(tracer: Tracer, asked: _Asked) -> DispatchResult:
    async with tracer.dispatch.running():
        return await tracer(asked.effects, data=asked.data)


async def _record(tracer: Tracer, asked: _Asked) -> DispatchResult:
    return await Recorder(tracer.dispatch, state=asked.state)(asked.effects, data=asked.data)


def _print(traces: Iterable[Trace], *, as_json: bool) -> None:
    for trace in traces:
        print(json.dumps(trace.as_data()) if as_json else trace)
