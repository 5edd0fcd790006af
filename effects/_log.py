"""The engine's own error listener: one log record for each error.

What user code put into an exception may be a value, such as a password it could not parse. So the log says which
exception and where in the code it was raised, and leaves its message out except in debug mode.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from typing import cast, final

from ._errors import EffectsError, ErrorRecord
from ._hookspecs import hookimpl
from ._paths import render

__all__ = ["ErrorLog"]

_logger = logging.getLogger("effects")


@final
class ErrorLog:
    """Writes every error record to the logger `effects`, at level ERROR.

    Its parts are attributes of the log record: `effect_phase`, `effect_key`, `effect_path`, `effect_types`,
    `effect_plugin` and `effect_error`, the name of the exception's type. All are text or None, the types a list of it.
    """

    name = "rhialto.log"

    @hookimpl(trylast=True)
    def rhialto_error(self, record: ErrorRecord) -> None:
        """Log one record; the code's own frames go with it, its exception's message in debug mode only."""
        frames = () if isinstance(record.exception, EffectsError) else _frames(record.exception)
        _logger.error("%s", "\n".join([str(record), *frames]), extra=_fields(record))


def _fields(record: ErrorRecord) -> dict[str, object]:
    """What formatters of structured logs find on the log record, beside its message."""
    return {
        "effect_phase": record.phase,
        "effect_key": record.key,
        "effect_path": render(record.path),
        "effect_types": list(record.types),
        "effect_plugin": record.plugin,
        "effect_error": type(record.exception).__name__,
    }


def _frames(error: BaseException, depth: int = 0) -> Iterator[str]:
    """Where in the code an exception was raised, and each of a group's."""
    for frame in traceback.format_tb(error.__traceback__):
        yield frame.rstrip("\n")
    if isinstance(error, BaseExceptionGroup) and depth < 3:
        for inner in cast(BaseExceptionGroup[BaseException], error).exceptions[:5]:
            yield f"  {type(inner).__name__}:"
            yield from _frames(inner, depth + 1)
