"""Filters of signals, for actions and attributes."""

from __future__ import annotations

from typing_extensions import TypedDict

from effects import ArgumentError

from ._arguments import require_mapping

__all__ = ["SignalFilter", "require_filter_patterns"]


class SignalFilter(TypedDict, total=False):
    """A filter of signals: it selects those whose path matches `include` and not `exclude`.

    Both are sources of JavaScript regular expressions. The client removes a slash at either end. In requests, `exclude`
    replaces the default, which does not send signals whose name begins with `_`.
    """

    include: str
    """The signals to select; all by default."""
    exclude: str
    """The signals to leave out of those."""


def require_filter_patterns(signal_filter: SignalFilter) -> dict[str, str]:
    """Return the patterns of a filter by name. Raises `ArgumentError` for other names, and if one is no str."""
    fields = dict(require_mapping("a filter of signals is", signal_filter, 'pass {"include": "^name"}'))
    if not fields.keys() <= SignalFilter.__optional_keys__ or not all(
        isinstance(value, str) for value in fields.values()
    ):
        raise ArgumentError(
            "a filter of signals has a key or value that the client does not know",
            fix="use the keys include and exclude, with regular expressions as str",
        )
    return {str(name): str(pattern) for name, pattern in fields.items()}
