"""A route by itself: what it dispatches, and what is refused as soon as it is written down."""

from __future__ import annotations

import doctest
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field
from werkzeug.utils import redirect

from effects import Placeholder, RegistrationError
from plugins.connections import ANY, REST, own_key
from plugins.http import PathParam, Query, Session, Signal
from plugins.routes import Route, _path, _route

MESSAGE = ["lobby/message", Session("name"), Signal("text")]
ROOM = [ANY, ["lobby", PathParam("room"), ANY]]


class Address(BaseModel):
    """A part of a form."""

    city: str = ""


class Person(BaseModel):
    """Another."""

    address: Address | None = None
    name: Annotated[str, Field(validation_alias="fullName")] = ""


class Message(BaseModel):
    """A form."""

    text: str = ""
    user: Person = Person()
    extra: dict[str, Any] = {}
    anything: Any = None
    either: Person | Address | None = None
    tags: list[str] = []


class Open(BaseModel, extra="allow"):
    """A form that may hold anything."""


def test_without_a_target_the_vector_is_dispatched_as_it_is() -> None:
    """What it sends goes to the caller."""
    assert Route("/<room>", signals=Message, dispatch=MESSAGE).effects == [MESSAGE]


def test_a_wildcard_in_the_target_makes_it_a_broadcast() -> None:
    """With whom to leave out, where that is said."""
    route = Route("/<room>", signals=Message, dispatch=MESSAGE, target=ROOM)
    assert route.effects == [["broadcast", {"pattern": ROOM}, MESSAGE]]
    route = Route("/<room>", signals=Message, dispatch=MESSAGE, target=ROOM, exclude=own_key(ANY))
    assert route.effects == [["broadcast", {"pattern": ROOM, "exclude": own_key(ANY)}, MESSAGE]]
    assert Route("/", dispatch=["x"], target=[ANY, ["a", REST]]).effects[0][0] == "broadcast"  # type: ignore[index]


def test_a_target_without_a_wildcard_is_one_connection() -> None:
    """Whatever its placeholders come to."""
    mine = own_key(("lobby", PathParam("room")))
    assert Route("/<room>", dispatch=["x"], target=mine).effects == [["with-connection", mine, ["x"]]]


def test_what_the_caller_is_told_comes_after() -> None:
    """Whoever the vector is dispatched to."""
    clear = ["patch-signals", {"text": ""}]
    route = Route("/<room>", signals=Message, dispatch=MESSAGE, target=ROOM, reply=[clear])
    assert route.effects == [["broadcast", {"pattern": ROOM}, MESSAGE], clear]


@pytest.mark.parametrize(
    "signal",
    [
        ("text",),
        ("user",),
        ("user", "fullName"),
        ("user", "address", "city"),
        ("extra", "a", "b"),
        ("anything", "a"),
        ("either", "city"),
        ("tags",),
    ],
)
def test_signals_that_the_model_has_are_taken(signal: tuple[str, ...]) -> None:
    """By the names that browsers send, at any depth; what may hold anything may hold this."""
    for model in (Message, Open):
        vector = ["x", Signal(*signal)]
        assert Route("/", signals=model, dispatch=vector).effects == [vector]


@pytest.mark.parametrize(
    ("signal", "complaint"),
    [
        (("txt",), "no signal 'txt': Message has no 'txt'\n  near 'text', 'user', "),
        (
            ("user", "name"),
            "no signal 'user.name': Person has no 'name'\n  near 'address', 'fullName'\n  fix  add it to Person",
        ),
        (("user", "address", "town"), "'user.address.town': Address has no 'town'\n  near 'city'"),
        (("text", "length"), "no signal 'text.length': 'text' of Message has no 'length'\n  fix  name what is there"),
        (("user.address.city",), "no signal 'user.address.city': Message has no 'user.address.city'"),
        (("user.address.city",), "\n  fix  write Signal('user', 'address', 'city')"),
        (("tags", "0"), "no signal 'tags.0'"),
    ],
)
def test_signals_that_the_model_does_not_have_are_refused(signal: tuple[str, ...], complaint: str) -> None:
    """With the names that there are."""
    with pytest.raises(RegistrationError) as refused:
        Route("/", signals=Message, dispatch=["x", {"deep": [Signal(*signal)]}])
    assert "route POST /: dispatch: no signal" in str(refused.value)
    assert complaint in str(refused.value)


TOO_MUCH: Any = [
    ({"dispatch": ["x", Signal("a")]}, "dispatch: the signal 'a' is read through no model\n  fix  name a model"),
    ({"dispatch": ["x", PathParam("room")]}, "dispatch: no parameter 'room' in the path\n  fix  write <room>"),
    ({"path": "/<rom>", "dispatch": ["x", PathParam("room")]}, "in the path\n  near 'rom'\n  fix  write <room>"),
    ({"dispatch": ["x"], "target": ROOM}, "target: no parameter 'room' in the path"),
    ({"dispatch": ["x"], "target": [ANY, ANY], "exclude": [ANY, PathParam("a")]}, "exclude: no parameter 'a'"),
    ({"dispatch": ["x"], "reply": [["y", Signal("a")]]}, "reply: the signal 'a' is read through no model"),
    ({}, "nothing to dispatch\n  fix  dispatch=["),
    ({"dispatch": []}, "nothing to dispatch"),
    ({"dispatch": "x"}, "dispatch is an effect vector, not str"),
    ({"dispatch": [["x"]]}, "dispatch is one effect vector, not a list of them"),
    ({"dispatch": [Signal("a")]}, "dispatch is an effect vector, and begins with its key, a str"),
    ({"dispatch": ["x"], "reply": ["y"]}, "reply is a list of effect vectors"),
    ({"dispatch": ["x"], "reply": [["y"], 7]}, "each of reply is an effect vector, not int"),
    ({"dispatch": ["x"], "on_error": ["patch-signals", {}]}, "on_error is a list of effect vectors"),
    ({"dispatch": ["x"], "on_invalid": "x"}, "on_invalid is a list of effect vectors"),
    ({"dispatch": ["x"], "on_error": [["y", Signal("a")]]}, "on_error: the signal 'a' is read through no model"),
    ({"dispatch": ["x"], "allow": "admin"}, "allow is True, False or a function of the request's data"),
    ({"dispatch": ["x"], "otherwise": redirect("/x")}, "otherwise is one Response for all visitors"),
    ({"dispatch": ["x"], "otherwise": (redirect("/x"), 303)}, "otherwise is one Response for all visitors"),
    ({"dispatch": ["x"], "otherwise": "/x"}, "otherwise is a page, and this looks like an address"),
    ({"dispatch": ["x"], "otherwise": 5}, "otherwise is a page, not int"),
    ({"dispatch": ["x"], "endpoint": "a.b"}, "an endpoint is a non-empty str without dots"),
    ({"dispatch": ["x", Placeholder("http/signal")]}, "a placeholder 'http/signal' without a name"),
    ({"path": "/<int:id>", "dispatch": ["x", PathParam("int:id")]}, '\n  fix  write PathParam("id")'),
    ({"path": "/<float:x>", "dispatch": ["x"], "target": [ANY, PathParam("x")]}, "target: 'x' is a float, and keys"),
    ({"dispatch": ["x"], "target": ["room", ANY]}, "target: the scope of a stream is its visitor's session"),
    ({"dispatch": ["x"], "reply": "y"}, "reply is a list of effect vectors"),
    ({"dispatch": ["x"], "target": "lobby"}, "target: a connection is named by a pair of scope and key"),
    ({"dispatch": ["x"], "target": Signal("a")}, "target: a connection is named by a pair"),
    ({"dispatch": ["x"], "target": [["a"], "b"]}, "target: a scope is a single value, or ANY"),
    ({"dispatch": ["x"], "target": ["a", 1.5]}, "target: a float stands in a connection's key"),
    ({"dispatch": ["x"], "target": [ANY, "a"], "exclude": ["a"]}, "exclude: a connection is named by a pair"),
    ({"dispatch": ["x"], "target": [ANY, "a"], "exclude": "a"}, "exclude is a name or pattern, or a list of them"),
    ({"dispatch": ["x"], "target": own_key("a"), "exclude": ["s", "a"]}, "exclude leaves some out of a broadcast, and"),
    ({"dispatch": ["x"], "exclude": ["s", "a"]}, "exclude leaves some out of a broadcast, and this is none"),
    ({"dispatch": ["x"], "method": "psot"}, "the method is one that the Datastar client sends\n  near 'post'"),
    ({"dispatch": ["x"], "method": 1}, "the method is one that the Datastar client sends\n  fix  one of get, post"),
    ({"dispatch": ["x"], "signals": {"a": str}}, "signals is a pydantic model, a class, not dict"),
    ({"dispatch": ["x"], "signals": Message()}, "signals is a pydantic model, a class, not Message"),
    ({"dispatch": ["x"], "path": "lobby"}, "the path of a route is a str that begins with /"),
    ({"dispatch": ["x"], "path": None}, "the path of a route is a str that begins with /"),
    ({"dispatch": ["x"], "path": "/<room"}, "has a parameter that cannot be read\n  fix  write <name>"),
    ({"dispatch": ["x"], "path": "/<int:>"}, "has a parameter that cannot be read"),
    ({"dispatch": ["x"], "path": "/<a-b>"}, "has a parameter that cannot be read"),
    ({"dispatch": ["x"], "path": "/<a>/<a>"}, "has two parameters of one name"),
    ({"dispatch": ["x"], "path": "/a?b=<c>"}, "goes on after its end\n  fix  read the query with Query"),
]


@pytest.mark.parametrize(("wrong", "complaint"), TOO_MUCH)
def test_what_can_never_work_is_refused_when_it_is_written(wrong: dict[str, Any], complaint: str) -> None:
    """With what to do about it."""
    path = wrong.pop("path", "/")
    with pytest.raises(RegistrationError) as refused:
        Route(path, **wrong)
    assert complaint in str(refused.value)


def test_other_placeholders_are_another_s_business() -> None:
    """A route knows what a request may carry, and nothing else."""
    vector = ["x", Query("q"), Session("name"), Placeholder("clock/now")]
    assert Route("/", dispatch=vector).effects == [vector]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("/a/<x>", "/a/<y>", True),
        ("/a/<x>", "/a/<string:y>", True),
        ("/a/<default:x>", "/a/<y>", True),
        ("/a/<int:x>", "/a/<int:y>", True),
        ("/a/<any(b, c):x>", "/a/<any(b, c):y>", True),
        ("/a/<int:x>", "/a/<y>", False),
        ("/a/<x>", "/a/b", False),
        ("/a/<x>/c", "/a/<x>", False),
        ("/a", "/a/", False),
    ],
)
def test_paths_have_one_shape_where_only_names_differ(one: str, other: str, same: bool) -> None:
    """Converters count: `/a/<int:x>` does not match what `/a/<y>` does."""
    assert (_path.shape_of(one) == _path.shape_of(other)) is same


@given(st.lists(st.sampled_from(["a", "b-c", "é", "<x{}>", "<int:x{}>", "<path:x{}>", "v<x{}>.json"]), max_size=5))
def test_parameters_of_a_path_are_those_that_werkzeug_finds(segments: list[str]) -> None:
    """Whatever stands around them."""
    from werkzeug.routing import Map, Rule

    path = "/" + "/".join(segment.format(index) for index, segment in enumerate(segments))
    rule = Rule(path)
    Map([rule])
    assert set(_path.path_params(path)) == rule.arguments


def test_signals_are_named_by_text() -> None:
    """A slip is found where it is made."""
    for wrong in ((), ("",), (1,), (["user", "name"],)):
        with pytest.raises(TypeError, match="Signal is named by non-empty str"):
            Signal(*wrong)
    for kind in (Session, Query, PathParam):
        with pytest.raises(TypeError, match="is named by non-empty str"):
            kind("")


def test_what_the_docstring_shows_is_so() -> None:
    """Word for word."""
    failed, tried = doctest.testmod(_route)
    assert (failed, tried > 0) == (0, True)
