"""Placeholders for the connection of a dispatch, and for the connection to which one frame of it goes."""

from __future__ import annotations

import pytest

from effects import Context, Dispatch, Placeholder, Registry, Sink, create_dispatch
from effects.testing import MemorySink
from plugins.connections import ANY, REST, Connection, Connections, own_key

ABOUT_ANN = {"connection": {"scope": "ann", "key": ("room", 1)}}


@pytest.fixture
def connections() -> Connections:
    """Return a plugin with two connections in a room."""
    plugin = Connections()
    for scope in ("ann", "ben"):
        plugin.store.add(Connection(scope, ("room", 1)))
    return plugin


@pytest.fixture
def dispatch(connections: Connections) -> Dispatch:
    """Make a dispatch that can send text."""
    test = Registry("test", late=["sink"])

    @test.effect("say")
    def say(ctx: Context, what: object, *, sink: Sink) -> None:
        sink.send(repr(what).encode())

    return create_dispatch([connections, test], block=["rhialto.log"])


async def received_by_scope(connections: Connections) -> dict[object, bytes]:
    """Return the bytes that each scope received."""
    return {connection.scope: await connection.receive() for connection in connections.store if connection.queued}


async def test_own_key_is_the_caller_s_connection(connections: Connections, dispatch: Dispatch) -> None:
    """The server says who the caller is."""
    await dispatch([["with-connection", own_key(("room", 1)), ["say", "hi"]]], data=ABOUT_ANN)
    assert await received_by_scope(connections) == {"ann": b"'hi'"}


@pytest.mark.parametrize("key", [ANY, ["room", REST]])
async def test_own_key_is_a_pattern_where_wildcards_are(
    connections: Connections, dispatch: Dispatch, key: object
) -> None:
    """A broadcast can leave out all connections of the caller."""
    everyone = {"pattern": [ANY, ["room", ANY]], "exclude": own_key(key)}
    await dispatch([["broadcast", everyone, ["say", "hi"]]], data=ABOUT_ANN)
    assert await received_by_scope(connections) == {"ben": b"'hi'"}


async def test_own_key_of_nobody_is_an_error(connections: Connections, dispatch: Dispatch) -> None:
    """A request without a session reaches no connection."""
    for data in ({}, {"connection": {"key": "k"}}, {"connection": "ann"}):
        (record,) = (await dispatch([["with-connection", own_key("k"), ["say", "hi"]]], data=data)).errors
        assert record.phase == "interpolate"
        assert "not about a connection, so there is no scope" in str(record)
    assert await received_by_scope(connections) == {}


async def test_member_placeholders_are_those_of_each_receiver(connections: Connections, dispatch: Dispatch) -> None:
    """The effect runs once for each receiver."""
    about = [Placeholder("connection/scope"), Placeholder("connection/key")]
    await dispatch([["broadcast", {"pattern": [ANY, ["room", ANY]]}, ["say", about]]])
    assert await received_by_scope(connections) == {"ann": b"['ann', ('room', 1)]", "ben": b"['ben', ('room', 1)]"}


async def test_own_placeholders_are_the_sender_s(connections: Connections, dispatch: Dispatch) -> None:
    """All receivers get the same value."""
    about = [Placeholder("connection/own-scope"), Placeholder("connection/own-key")]
    await dispatch([["broadcast", {"pattern": [ANY, ["room", ANY]]}, ["say", about]]], data=ABOUT_ANN)
    assert set((await received_by_scope(connections)).values()) == {b"['ann', ('room', 1)]"}


async def test_a_key_may_be_none(connections: Connections, dispatch: Dispatch) -> None:
    """None is a valid key."""
    connection = Connection("ann", None)
    connections.store.add(connection)
    about = {"connection": {"scope": "ann", "key": None}}
    me = ["with-connection", own_key(None), ["say", Placeholder("connection/own-key")]]
    (await dispatch([me], data=about)).raise_errors()
    assert await connection.receive() == b"None"


async def test_a_sink_that_is_no_connection_has_no_key(dispatch: Dispatch) -> None:
    """The error names the type of the sink."""
    result = await dispatch([["say", Placeholder("connection/key")]], system={"sink": MemorySink()})
    assert "a MemorySink is no connection" in str(result.errors[0])
