"""Nonces of a Content Security Policy: what a page's scripts show to be let run."""

from __future__ import annotations

import re

from effects import ArgumentError

from ._arguments import a_str

__all__ = ["nonce_value"]

_NONCE = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")


def nonce_value(what: str, given: object) -> str:
    """A nonce as it is, or `ArgumentError` for what no policy can name (CSP 3, 2.3.1). `what` says whose it is."""
    fix = "pass what is in the policy, new for each page: secrets.token_urlsafe()"
    if not _NONCE.fullmatch(a_str(what, given, fix)):
        raise ArgumentError(f"{what} is none that a policy can name", fix=fix)
    return str(given)
