"""Nonces of a Content Security Policy. A script of a page runs only if it has the nonce of the policy."""

from __future__ import annotations

import re

from effects import ArgumentError

from ._arguments import require_str

__all__ = ["require_nonce"]

_NONCE = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")


def require_nonce(subject: str, nonce: object) -> str:
    """Return a nonce. Raises `ArgumentError` if it is not valid in a policy (CSP 3, 2.3.1)."""
    fix = "pass the nonce of the policy, new for each page: secrets.token_urlsafe()"
    if not _NONCE.fullmatch(require_str(subject, nonce, fix)):
        raise ArgumentError(f"{subject} is not valid in a Content Security Policy", fix=fix)
    return str(nonce)
