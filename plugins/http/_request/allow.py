"""Who may: what `allow=` takes, and what it comes to. Whatever is not clearly allowed is refused."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple, TypedDict, cast, final

__all__ = ["Allow", "RequestData", "Verdict", "judge"]


class RequestData(TypedDict):
    """What came with a request: the data of its dispatch, and what `allow` is asked with."""

    signals: Mapping[str, Any]
    """As they were sent; once a model was filled with them, its values."""
    session: Mapping[str, Any]
    """What the visitor's session holds."""
    query: Mapping[str, str]
    """The parameters in the URL's query, of each the first."""
    path: Mapping[str, Any]
    """The parameters in the URL's path, as its converters made them."""
    connection: Mapping[str, Any]
    """The `scope` of the visitor, if there is a session, and for a stream the `key`."""


Allow = bool | Callable[[RequestData], bool | Awaitable[bool]]
"""A verdict, or a function of the request's data, sync or async, that returns one."""


@final
class Verdict(NamedTuple):
    """What `allow` came to."""

    allowed: bool
    waited: bool
    """Whether others ran meanwhile, so that it may no longer hold."""


async def judge(allow: Allow | None, data: RequestData) -> Verdict:
    """Ask. Raises `TypeError` for an answer that is no bool, since a coroutine or a record would count as a yes."""
    if allow is None:
        return Verdict(allowed=True, waited=False)
    answer: object = allow(data) if callable(allow) else allow
    waited = inspect.isawaitable(answer)
    verdict = await cast(Awaitable[object], answer) if waited else answer
    if not isinstance(verdict, bool):
        raise TypeError(f"allow answered with a {type(verdict).__name__}, and only True or False will do")
    return Verdict(verdict, waited)
