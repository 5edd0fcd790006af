"""The command line: `python -m effects --help`."""

import argparse
import sys

from . import _cli_dispatch
from ._errors import EffectsError


def main() -> int:
    """Run one command. Returns 2 where it cannot begin."""
    parser = argparse.ArgumentParser("python -m effects")
    _cli_dispatch.add_to(parser.add_subparsers(metavar="COMMAND", required=True))
    args = parser.parse_args()
    try:
        return int(args.run(args))
    except EffectsError as error:
        print(error, file=sys.stderr)
        return 2


sys.exit(main())
