"""Which signals an action or attribute is about."""

from __future__ import annotations

from typing_extensions import TypedDict

from effects import ArgumentError

from ._arguments import require_mapping

__all__ = ["SignalFilter", "require_filter_patterns"]


class SignalFilter(TypedDict, total=False):
    """Which signals: those whose path matches `include` and not `exclude`, sources of JavaScript regular expressions.

    The client takes off a slash at either end. In requests, `exclude` takes the place of what keeps signals whose name
    begins with `_` in the browser.
    """

    include: str
    """Which signals are meant; all by default."""
    exclude: str
    """Which of them are not."""


def require_filter_patterns(signal_filter: SignalFilter) -> dict[str, str]:
    """The filter's patterns by name. Raises `ArgumentError` for other names, and for what is no str."""
    fields = dict(require_mapping("a filter of signals is", signal_filter, 'pass {"include": "^name"}'))
    if not fields.keys() <= SignalFilter.__optional_keys__ or not all(
        isinstance(value, str) for value in fields.values()
    ):
        raise ArgumentError(
            "a filter of signals has something that the client does not know",
            fix="it has the keys include and exclude, with regular expressions as str",
        )
    return {str(name): str(pattern) for name, pattern in fields.items()}
