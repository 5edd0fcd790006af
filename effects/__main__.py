"""The command line: `python -m effects --help`."""

import sys

from ._cli.main import main

sys.exit(main())
