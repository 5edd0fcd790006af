"""The engine's own error listener: one log record for each error.

What user code put into an exception may be a value, such as a password it could not parse. So the log says which
exception and where in the code it was raised, and leaves its message out except in debug mode.
"""

from __future__ import annotations

import logging
import traceback
from typing import final

from ._errors import EffectsError, ErrorRecord
from ._hookspecs import hookimpl

__all__ = ["ErrorLog"]

_logger = logging.getLogger("effects")


@final
class ErrorLog:
    """Writes every error record to the logger `effects`, at level ERROR."""

    name = "rhialto.log"

    @hookimpl(trylast=True)
    def rhialto_error(self, record: ErrorRecord) -> None:
        """Log one record; the code's own frames go with it, its exception's message in debug mode only."""
        frames = (
            () if isinstance(record.exception, EffectsError) else traceback.format_tb(record.exception.__traceback__)
        )
        _logger.error("%s", "\n".join([str(record), *(frame.rstrip("\n") for frame in frames)]))
