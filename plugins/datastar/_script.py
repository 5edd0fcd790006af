"""Encodes scripts for the page to run. They are sent as elements, because Datastar has no event of its own for them.

A script element ends at the first `</script`, even inside a JavaScript string, and `<!--` followed by `<script` hides
that end: HTML standard, 4.12.1.3 (Restrictions for contents of script elements). The client also looks for `</html>`,
`</head>` and `</body>`, to find out whether it got a whole page. A script never contains any of these unescaped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import cast

from markupsafe import escape

from effects import ArgumentError

from ._arguments import require_mapping, require_str
from ._encode import encode_patch_elements
from ._js import quote_text
from ._names import require_attribute_name
from ._url import require_web_url

__all__ = ["encode_execute_script", "encode_redirect"]

_UNSAFE_MARKUP = re.compile(r"<(?=!--|/?script|/(?:html|head|body))", re.IGNORECASE)
_REMOVE_ATTRIBUTES = {"data-effect": "el.remove()"}
_URL_UNQUOTABLE = re.compile(r"[^A-Za-z0-9._~:/?#\[\]@!$&()*+,;=%-]")
"""A character that URLs cannot contain unescaped (RFC 3986, 2.2 and 2.3), or the quote."""


def encode_execute_script(
    script: str,
    *,
    auto_remove: bool = True,
    attributes: Mapping[str, str | bool] | None = None,
    event_id: str | None = None,
    retry: int | None = None,
) -> bytes:
    r"""Encode one `datastar-patch-elements` event that makes the page run `script`, which is trusted JavaScript.

    Write values into the script with `js`, never as text. Before `!--`, `script`, `/script`, `/html`, `/head` and
    `/body`, in upper or lower case, `<` is written `\x3C`. That means the same inside strings, regular expressions and
    comments, and is a syntax error anywhere else. The script runs at the end of `body`, and its element is removed
    unless `auto_remove` is False.

    `attributes` are the attributes of the element: True means an attribute without a value, False leaves it out. Line
    ends become LF, and a lone surrogate becomes U+FFFD. `retry` is in milliseconds. Raises `ArgumentError` for NUL in
    the script or in a value, because browsers replace it; for a name of an attribute that scripts cannot set; for an
    attribute that is given twice (upper and lower case are the same); and for everything that `encode_patch_elements`
    refuses.
    """
    extra = _require_attributes({} if attributes is None else attributes)
    every = _join_attributes({**_REMOVE_ATTRIBUTES} if auto_remove else {}, extra)
    attributes_html = "".join(_format_attribute(name, value) for name, value in every.items())
    text = _UNSAFE_MARKUP.sub(r"\\x3C", _require_no_nul("a script", script))
    element = f"<script{attributes_html}>{text}</script>"
    return encode_patch_elements(element, selector="body", mode="append", event_id=event_id, retry=retry)


def encode_redirect(
    url: str,
    *,
    attributes: Mapping[str, str | bool] | None = None,
    event_id: str | None = None,
    retry: int | None = None,
) -> bytes:
    """Encode one `datastar-patch-elements` event that makes the page go to `url`, absolute or relative.

    Characters that URLs cannot contain are escaped; a lone surrogate becomes U+FFFD. `attributes` are the attributes of
    the script that redirects, such as `nonce` under a Content Security Policy. `retry` is in milliseconds.

    Raises `ArgumentError` for a scheme other than `http` and `https`, such as `javascript`, for an empty URL, and for
    control characters and white space around it, which browsers remove before they look for the scheme (WHATWG URL
    standard, 4.4). The target is not checked: `//example.org`, also with backslashes, and `https://example.org` are
    other sites.
    """
    location = quote_text(require_web_url("the URL of a redirect", url, "/"), _URL_UNQUOTABLE)
    script = f"setTimeout(() => window.location = {location})"
    return encode_execute_script(script, attributes=attributes, event_id=event_id, retry=retry)


def _require_attributes(attributes: object) -> dict[str, object]:
    values = require_mapping("attributes of a script are", attributes, 'pass {"nonce": nonce}')
    return {require_attribute_name("attributes of a script", cast(str, name)): value for name, value in values.items()}


def _join_attributes(default: dict[str, object], extra: dict[str, object]) -> dict[str, object]:
    every = {**default, **extra}
    if len({name.lower() for name in every}) < len(default) + len(extra):
        raise ArgumentError(
            "an attribute of a script is given twice", fix="data-effect is there unless auto_remove is False"
        )
    return every


def _format_attribute(name: str, value: object) -> str:
    if isinstance(value, bool):
        return f" {name}" if value else ""
    return f' {name}="{escape(str(_require_no_nul("an attribute of a script", value)))}"'


def _require_no_nul(subject: str, value: object) -> str:
    text = require_str(subject, value, "pass a str; an attribute may also be True or False")
    if "\0" in text:
        raise ArgumentError(f"{subject} holds NUL, which browsers replace", fix="take it out, or pass it through js()")
    return text
