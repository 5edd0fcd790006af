"""The engine's own error listener: one log record for each error.

User code may put a value into an exception, such as a password that it could not parse. So the log has the type of the
exception and the place in the code where it was raised. It has the message only in debug mode, or if the logger
`effects` itself is set to DEBUG.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from itertools import islice
from typing import cast, final

from .._language.display import shorten_text
from .._language.errors import EffectsError
from .._language.paths import render
from .._language.results import ErrorRecord, message_of
from .._registry.markers import hookimpl

__all__ = ["ErrorLog"]

_logger = logging.getLogger("effects")


@final
class ErrorLog:
    """Writes every error record to the logger `effects`, at level ERROR.

    An error inside an attempt is at level INFO. If this logger itself is set to DEBUG, and not only the root logger,
    the message of the exception is a record of its own.

    Its parts are attributes of the log record: `effect_phase`, `effect_key`, `effect_path`, `effect_types`,
    `effect_plugin` and `effect_error`, the name of the exception's type; if the hook of an interceptor failed, also
    `effect_interceptor` and `effect_hook`. All are text or None; the types are a list of texts.
    """

    name = "rhialto.log"

    @hookimpl(trylast=True)
    def rhialto_error(self, record: ErrorRecord) -> None:
        """Log one record, with the frames of the code that failed. The exception's message is logged in debug mode
        only.
        """
        frames = () if isinstance(record.exception, EffectsError) else _frames(record.exception)
        level, text = (logging.INFO, f"handled: {record}") if record.handled else (logging.ERROR, str(record))
        _logger.log(level, "%s", "\n".join([text, *frames]), extra=_fields(record))
        if frames and 0 < _logger.level <= logging.DEBUG:
            message = f"{record.cause} says: {message_of(record.exception)}"
            _logger.debug("%s", message, extra=_fields(record))


def _fields(record: ErrorRecord) -> dict[str, object]:
    """Return the attributes of the log record for formatters of structured logs."""
    hook = {} if record.hook is None else {"effect_interceptor": record.interceptor, "effect_hook": record.hook}
    return {
        "effect_phase": record.phase,
        "effect_key": None if record.key is None else shorten_text(record.key),
        "effect_path": render(record.path),
        "effect_types": list(record.types),
        "effect_plugin": record.plugin,
        "effect_error": shorten_text(type(record.exception).__name__),
        **hook,
    }


_MAX_FRAMES = 60
"""At most this many frames of an exception are logged, those of a group and its members together."""


def _frames(error: BaseException) -> list[str]:
    """Return the places in the code where an exception was raised, and each member of a group."""
    frames = list(islice(_all_frames(error), _MAX_FRAMES + 1))
    return frames if len(frames) <= _MAX_FRAMES else [*frames[:_MAX_FRAMES], "  ..."]


def _all_frames(error: BaseException, depth: int = 0) -> Iterator[str]:
    for frame in traceback.format_tb(error.__traceback__):
        yield shorten_text(frame.rstrip("\n"), 600)
    if isinstance(error, BaseExceptionGroup) and depth < 3:
        for inner in cast(BaseExceptionGroup[BaseException], error).exceptions[:5]:
            yield f"  {shorten_text(type(inner).__name__)}:"
            yield from _all_frames(inner, depth + 1)
