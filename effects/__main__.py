"""The command line: `python -m effects --help`."""

import sys

from ._cli import main

sys.exit(main())
