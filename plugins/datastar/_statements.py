"""Where the client loses track of statements.

Expressions that have a value are cut apart at `;` by the client, with a regular expression, so that the last one can be
returned. To that, a division begins a regular expression, which goes on to the next `/`, in a URL perhaps, and hides
the `;` in between: `$a = $b / 2; @post('/save')` compiles to nothing. So does a backslash at the end of a string. Here
it is told only what is certain: expressions with keywords, comments or regular expressions are left alone.
"""

from __future__ import annotations

import re

from effects import ArgumentError

__all__ = ["check_statements"]

_CUT = re.compile(
    r"""(?:/(?:\\/|[^/])*/|"(?:\\"|[^"])*"|'(?:\\'|[^'])*'|`(?:\\`|[^`])*`"""
    r"""|\(\s*(?:function\s*\(\s*\)|\(\s*\)\s*=>)\s*(?:\{[\s\S]*?\}|[^;){]*)\s*\)\s*\(\s*\)|[^;])+"""
)
"""What the client 1.0.1 takes for a statement."""
_STRING = re.compile(r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|`(?:\\.|[^`\\$]|\$(?!\{))*`""", re.DOTALL)
_DIVISION = re.compile(r"(?<=[\w$)\]])(\s*)/(?![/*])")
_UNCERTAIN = re.compile(
    r"[/'\"`]|\b(?:case|const|delete|do|else|for|if|in|instanceof|let|new|of|return|typeof|var|void|while|with)\b"
)


def check_statements(attribute: str, expression: str) -> None:
    """Raise `ArgumentError` where something hides the beginning of the last statement from the client."""
    if ";" not in expression:
        return
    text = expression.strip()
    bare = _DIVISION.sub(r"\1+", _STRING.sub(lambda found: "0" * len(found[0]), text))
    last = max((found.start() for found in _CUT.finditer(text)), default=0)
    if not _UNCERTAIN.search(bare) and last < _last(bare):
        raise ArgumentError(
            f"data-{attribute}: a '/' or a backslash hides the ';' after it from the client",
            fix="put a comma in place of the ';'",
        )


def _last(bare: str) -> int:
    """Where the last statement begins, in text without strings."""
    start = depth = 0
    for at, char in enumerate(bare):
        depth += (char in "([{") - (char in ")]}")
        if char == ";" and not depth and bare[at + 1 :].strip("; \t\n"):
            start = at + 1
    return start
