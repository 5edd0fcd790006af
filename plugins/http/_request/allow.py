"""Permission: the values of `allow=`, and their verdict. A request that is not clearly allowed is refused."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple, TypedDict, cast, final

__all__ = ["Allow", "RequestData", "Verdict", "judge"]


class RequestData(TypedDict):
    """The parts of a request: the data of its dispatch, and the argument of `allow`."""

    signals: Mapping[str, Any]
    """The signals as they were sent; once a model has been filled with them, the model's values."""
    session: Mapping[str, Any]
    """The content of the visitor's session."""
    query: Mapping[str, str]
    """The parameters in the URL's query: the first value of each."""
    path: Mapping[str, Any]
    """The parameters in the URL's path, as the path's converters made them."""
    connection: Mapping[str, Any]
    """The `scope` of the visitor, if there is a session, and the `key` of the stream, if this is one with a key."""


Allow = bool | Callable[[RequestData], bool | Awaitable[bool]]
"""A verdict, or a function of the request's data, sync or async, that returns one."""


@final
class Verdict(NamedTuple):
    """The result of `allow`."""

    allowed: bool
    waited: bool
    """Whether `allow` had to be awaited: other tasks ran meanwhile, so the verdict may no longer hold."""


async def judge(allow: Allow | None, data: RequestData) -> Verdict:
    """Ask `allow`. Raises `TypeError` for an answer that is no bool: a coroutine or a record would count as a yes."""
    if allow is None:
        return Verdict(allowed=True, waited=False)
    answer: object = allow(data) if callable(allow) else allow
    waited = inspect.isawaitable(answer)
    verdict = await cast(Awaitable[object], answer) if waited else answer
    if not isinstance(verdict, bool):
        raise TypeError(f"allow returned a {type(verdict).__name__}, and must return True or False")
    return Verdict(verdict, waited)
