"""`patch-session`: what a session holds is changed by an effect, so that tests need no request to see it."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from effects import create_dispatch
from plugins.http import Http, Session
from plugins.http._plugin import _merge_patch
from tests.plugins.http.small import DATASTAR, Small


async def test_a_session_is_patched_and_comes_back() -> None:
    """With the next request of that visitor."""
    small = Small()

    @small.app.post("/join")
    async def join() -> Any:
        return await small.live.reply([["patch-session", {"name": "Ann", "rooms": {"tea": True}}]])

    @small.app.post("/leave")
    async def leave() -> Any:
        return await small.live.reply([["patch-session", {"rooms": {"tea": None}}], ["note", Session("rooms")]])

    @small.app.post("/who")
    async def who() -> Any:
        return await small.live.reply([["note", Session("name"), Session("rooms")]])

    ann = await small.visitor()
    for path in ("/join", "/who", "/leave", "/who"):
        assert (await ann.post(path, headers=DATASTAR)).status_code == 200
    assert small.log == [("Ann", {"tea": True}), {"tea": True}, ("Ann", {})]


async def test_without_http_a_session_is_a_dict() -> None:
    """Any mapping will do; what is not patched stays."""
    session: dict[str, object] = {"a": 1, "b": {"c": [1], "d": 2}}
    dispatch = create_dispatch([Http()], block=["rhialto.log"])
    result = await dispatch(
        [["patch-session", {"b": {"c": None, "e": {"f": None, "g": "x"}}, "a": None}]], system={"session": session}
    )
    assert result.errors == ()
    assert session == {"b": {"d": 2, "e": {"g": "x"}}}


async def test_the_server_s_own_names_are_refused() -> None:
    """A visitor's scope is never what somebody sent."""
    session: dict[str, object] = {"rhialto.id": "mine"}
    dispatch = create_dispatch([Http()], block=["rhialto.log"])
    result = await dispatch([["patch-session", {"x": 1, "rhialto.id": "theirs"}]], system={"session": session})
    assert "names in a session that begin with 'rhialto.' or '_' are the server's" in str(result.errors[0])
    assert session == {"rhialto.id": "mine"}
    assert (await dispatch([["patch-session", {"_permanent": True}]], system={"session": session})).errors


@pytest.mark.parametrize("value", [object(), {1: 2}, {"a": {1, 2}}, b"x"])
async def test_what_no_cookie_can_hold_is_refused(value: object) -> None:
    """Before anything is changed."""
    session: dict[str, object] = {}
    dispatch = create_dispatch([Http()], block=["rhialto.log"])
    result = await dispatch([["patch-session", {"a": value}]], system={"session": session})
    assert [error.phase for error in result.errors] == ["validate"]
    assert session == {}


async def test_a_stream_has_no_session_to_patch() -> None:
    """Its answer has begun, or begins with what is there: that is an error, and not silence."""
    small = Small()

    @small.app.get("/stream")
    async def stream() -> Any:
        return await small.live.stream([["patch-session", {"a": 1}]], key="k")

    ann = await small.visitor()
    answer = await ann.get("/stream", headers=DATASTAR)
    assert answer.status_code == 500
    assert (await answer.get_json())["errors"][0]["error"] == "SystemValueError"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)


@given(json_values, json_values)
def test_merging_twice_is_merging_once_and_changes_nothing_in_place(old: object, patch: object) -> None:
    """As RFC 7396 has it: what is patched holds no None that was asked to be removed."""
    before = copy.deepcopy(old)
    once = _merge_patch(old, patch)
    assert old == before
    assert _merge_patch(once, patch) == once


async def test_more_than_a_cookie_can_hold_is_refused() -> None:
    """A browser would drop it without a word; what keeps sessions elsewhere holds more."""
    small = Small()

    @small.app.post("/<int:size>")
    async def put(size: int) -> Any:
        return await small.live.reply([["patch-session", {"text": chr(233) * size}]])

    ann = await small.visitor()
    assert (await ann.post("/400", headers=DATASTAR)).status_code == 200
    answer = await ann.post("/600", headers=DATASTAR)
    assert (await answer.get_json())["errors"][0]["error"] == "SessionError"
    session: dict[str, object] = {}
    result = await small.dispatch([["patch-session", {"text": "x" * 10_000}]], system={"session": session})
    assert (result.errors, len(str(session["text"]))) == ((), 10_000)
