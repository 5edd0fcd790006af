"""Actions in Datastar expressions: `at.get("/sse/home", retry="always")` is `"@get('/sse/home', {retry: 'always'})"`.

Each function returns an expression, a str for an attribute such as `attr.init(...)`. Expressions can be combined. The
arguments are Python values, and text in them stays text. See https://data-star.dev/reference/actions.

In an expression that has a value (`attr.text`, `attr.computed`, `attr.on_signal_patch` and others), put an action after
a comma, not after a `;`, if a division stands before it: `f"$mean = $sum / 2, {at.post('/save')}"`. The client splits
such an expression at `;`, and mistakes a division for a regular expression that ends at the `/` of the URL.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final, Literal, TypeVar, final, get_args

from effects import ArgumentError

from ._arguments import require_mapping, require_str
from ._constants import LONGEST_DELAY
from ._filters import SignalFilter, require_filter_patterns
from ._js import js, object_literal, quote_text

__all__ = [
    "BackendAction",
    "Cancellation",
    "ContentType",
    "Retry",
    "delete",
    "get",
    "patch",
    "peek",
    "post",
    "put",
    "query",
    "set_all",
    "toggle_all",
]

ContentType = Literal["json", "form"]
"""The content of a request: the signals as JSON, or the fields of a form."""
Retry = Literal["auto", "error", "always", "never"]
"""When the client sends the request again. `auto`: after a failure of the network. `error`: also after 4xx and 5xx.
`always`: also after a regular end. `never`: not at all, but the clients up to 1.0.4 read `never` as `auto`."""
Cancellation = Literal["auto", "cleanup", "disabled"]
"""The events that cancel a request. `auto`: the next request of the page with the same method and URL. `cleanup`: also
the removal of its element. `disabled`: neither. In the client 1.0.1, the next request is any of the same element."""

T = TypeVar("T")

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_FIELD_VALUE = re.compile(r"[\t\x20-\x7e\xa0-\xff]*")
"""The names (above) and values that `fetch` accepts in headers: RFC 9110, 5.1 and 5.5."""


@final
class BackendAction:
    """A request to the server, with the page's signals in it.

    `url` and the options are Python values. Raises `ArgumentError` for an empty URL and for options that the client
    does not know or would ignore, and `TypeError`, as any function, for unknown names.
    https://data-star.dev/reference/actions#backend-actions

    - `content_type`: `form` sends the closest form, or the form that matches the CSS selector `selector`, and no
      signals.
    - `filter_signals`: the signals to send. `payload`: any value that JSON can represent, to send instead of them.
    - `headers`: headers to send in addition to those of the client.
    - `open_when_hidden`: whether to stay open while the page is hidden. By default a GET request does not, and is sent
      again when the page is shown.
    - `retry`: when to send the request again. The first wait is `retry_interval` milliseconds (1000), each further wait
      is `retry_scaler` times as long (2), up to `retry_max_wait` milliseconds (30,000). The client retries at most
      `retry_max_count` times (10) since the last 200. The client 1.0.1 counts only failures of the network: for all
      other causes it retries for ever, with the first wait.
    - `request_cancellation`: the events that cancel the request; `auto` by default.

    >>> at.get("/sse/home", retry="always", request_cancellation="cleanup")
    "@get('/sse/home', {retry: 'always', requestCancellation: 'cleanup'})"
    """

    __slots__ = ("_method",)

    def __init__(self, method: str) -> None:
        self._method = method

    def __repr__(self) -> str:
        return f"<at.{self._method}>"

    def __call__(
        self,
        url: str,
        *,
        content_type: ContentType | None = None,
        selector: str | None = None,
        filter_signals: SignalFilter | None = None,
        payload: object = None,
        headers: Mapping[str, str] | None = None,
        open_when_hidden: bool | None = None,
        retry: Retry | None = None,
        retry_interval: int | None = None,
        retry_scaler: float | None = None,
        retry_max_wait: int | None = None,
        retry_max_count: int | None = None,
        request_cancellation: Cancellation | None = None,
    ) -> str:
        """Return the expression. The class describes the options."""
        if not require_str(f"at.{self._method}: the URL", url, "pass one, such as '/greet'"):
            raise ArgumentError(f"at.{self._method} takes a URL", fix="pass one, such as '/greet'")
        is_form = _choice_literal("content_type", content_type, get_args(ContentType)) == "'form'"
        _check_heeded("selector", selector, is_form, "form")
        _check_heeded("filter_signals", filter_signals, not is_form, "json")
        _check_heeded("payload", payload, not is_form, "json")
        return self._format_call(
            url,
            contentType=_choice_literal("content_type", content_type, get_args(ContentType)),
            selector=_write_optional(selector, _selector_literal),
            filterSignals=_write_optional(filter_signals, _filter_literal),
            payload=_write_optional(payload, js),
            headers=_write_optional(headers, _headers_literal),
            openWhenHidden=_flag_literal("open_when_hidden", open_when_hidden),
            retry=_choice_literal("retry", retry, get_args(Retry)),
            retryInterval=_number_literal("retry_interval", retry_interval, LONGEST_DELAY),
            retryScaler=_number_literal("retry_scaler", retry_scaler, float("inf"), is_whole=False),
            retryMaxWait=_number_literal("retry_max_wait", retry_max_wait, LONGEST_DELAY),
            retryMaxCount=_number_literal("retry_max_count", retry_max_count, float("inf")),
            requestCancellation=_choice_literal("request_cancellation", request_cancellation, get_args(Cancellation)),
        )

    def _format_call(self, url: str, **options: str | None) -> str:
        literals = {name: literal for name, literal in options.items() if literal is not None}
        return f"@{self._method}({quote_text(url)}{f', {object_literal(literals)}' if literals else ''})"


get: Final = BackendAction("get")
post: Final = BackendAction("post")
put: Final = BackendAction("put")
patch: Final = BackendAction("patch")
delete: Final = BackendAction("delete")
query: Final = BackendAction("query")
"""A request that has its signals in the body, and changes nothing on the server. For the clients from 1.0.4 on."""


def peek(expression: str) -> str:
    """Read the value of a trusted expression. The code around it does not run again when signals in it change.

    Raises `ArgumentError` if `expression` is no str or is empty.

    https://data-star.dev/reference/actions#peek

    >>> at.peek("$total")
    '@peek(() => ($total))'
    """
    if not require_str("at.peek: an expression", expression, "pass JavaScript, such as '$total'").strip("; \t\r\n"):
        raise ArgumentError("at.peek takes an expression, not an empty str", fix="pass one, such as '$total'")
    return f"@peek(() => ({expression}))"


def set_all(value: object, filter_signals: SignalFilter | None = None) -> str:
    """Set all signals, or those that the filter selects, to a Python value. Raises `ArgumentError` as `js` does.

    https://data-star.dev/reference/actions#setall

    >>> at.set_all(False, {"include": "^open"})
    "@setAll(false, {include: '^open'})"
    """
    return f"@setAll({', '.join([js(value), *_filter_arguments(filter_signals)])})"


def toggle_all(filter_signals: SignalFilter | None = None) -> str:
    """Change all signals, or those that the filter selects, from true to false or the other way round.

    https://data-star.dev/reference/actions#toggleall

    >>> at.toggle_all({"include": "open"})
    "@toggleAll({include: 'open'})"
    """
    return f"@toggleAll({', '.join(_filter_arguments(filter_signals))})"


def _write_optional(value: T | None, write: Callable[[T], str]) -> str | None:
    return None if value is None else write(value)


def _filter_arguments(signal_filter: SignalFilter | None) -> list[str]:
    return [] if signal_filter is None else [_filter_literal(signal_filter)]


def _filter_literal(signal_filter: SignalFilter) -> str:
    patterns = require_filter_patterns(signal_filter)
    return object_literal({name: quote_text(pattern) for name, pattern in patterns.items()})


def _headers_literal(headers: Mapping[str, str]) -> str:
    fields = require_mapping("headers are", headers, 'pass {"X-Token": text}')
    return object_literal(dict(_header_literals(name, value) for name, value in fields.items()))


def _header_literals(header_name: object, header_value: object) -> tuple[str, str]:
    fix = "names are tokens as in HTTP, values Latin-1 in one line"
    name = require_str("the name of a header", header_name, fix)
    value = require_str("the value of a header", header_value, fix)
    if not _TOKEN.fullmatch(name) or not _FIELD_VALUE.fullmatch(value):
        raise ArgumentError("a header has a name or value that browsers do not send", fix=fix)
    return quote_text(name), quote_text(value)


def _selector_literal(selector: object) -> str:
    return quote_text(require_str("selector", selector, "pass CSS, such as '#form'"))


def _choice_literal(name: str, value: str | None, choices: tuple[str, ...]) -> str | None:
    if value is not None and value not in choices:
        raise ArgumentError(f"{name} is not a value that the client knows", fix=f"one of {', '.join(choices)}")
    return None if value is None else f"'{value}'"


def _flag_literal(name: str, value: object) -> str | None:
    if not isinstance(value, (bool, type(None))):
        raise ArgumentError(f"{name} is True or False", fix="leave it out for the default")
    return None if value is None else js(value)


def _check_heeded(name: str, value: object, is_heeded: bool, content_type: ContentType) -> None:
    if value is not None and not is_heeded:
        raise ArgumentError(f"{name} is used only if content_type is {content_type!r}", fix="leave one of them out")


def _number_literal(name: str, value: object, maximum: float, *, is_whole: bool = True) -> str | None:
    if value is None:
        return None
    is_valid = isinstance(value, int if is_whole else (int, float)) and not isinstance(value, bool)
    if not is_valid or not 0 <= value < float("inf") or value > maximum:  # type: ignore[operator]
        kind = "a whole number" if is_whole else "a finite number"
        limit = f" and no more than {maximum}" if maximum < float("inf") else ""
        raise ArgumentError(f"{name} is {kind}, 0 or more{limit}", fix="leave it out for the default")
    return js(value)
