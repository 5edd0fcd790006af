"""Nonces of a Content Security Policy: what a page's scripts show to be let run."""

from __future__ import annotations

import re

from effects import ArgumentError

from ._arguments import require_str

__all__ = ["require_nonce"]

_NONCE = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")


def require_nonce(subject: str, nonce: object) -> str:
    """A nonce as it is, or `ArgumentError` for what no policy can name (CSP 3, 2.3.1). `what` says whose it is."""
    fix = "pass what is in the policy, new for each page: secrets.token_urlsafe()"
    if not _NONCE.fullmatch(require_str(subject, nonce, fix)):
        raise ArgumentError(f"{subject} is none that a policy can name", fix=fix)
    return str(nonce)
