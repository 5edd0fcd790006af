"""`sample`: made-up vectors that a dispatch would accept."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from .._codec.codec import Codec
from .._discover.sample import SampleError
from .._language.errors import UnknownKeyError
from .command import Command, Exit
from .printing import print_as_it_is, print_error, print_text
from .target import dispatch_in

__all__ = ["COMMAND"]


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("key", metavar="KEY", help="an effect, an action or a placeholder")
    parser.add_argument("-n", type=int, default=1, metavar="COUNT", help="how many, 1 by default")
    parser.add_argument("--seed", type=int, help="a number: the same again")


def _run(options: Namespace) -> Exit:
    dispatch = dispatch_in(options.target)
    try:
        samples = dispatch.sample(options.key, options.n, options.seed)
    except (UnknownKeyError, SampleError) as error:
        print_error(error)
        return Exit.NOTHING
    if options.json:
        print_as_it_is(Codec.of(dispatch).dumps(list(samples)))
    else:
        print_text("\n".join(map(repr, samples)))
    return Exit.FINE


COMMAND = Command(
    name="sample",
    help="Make up vectors of a key that pass the check of arguments.",
    examples=("app:dispatch alerts/send", "app:dispatch alerts/send -n 5 --seed 1", "app:app http/signal --json"),
    arguments=_arguments,
    run=_run,
)
