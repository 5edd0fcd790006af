"""Actions: the client accepts every written option, and each argument stays a value."""

from __future__ import annotations

import inspect
import re
from typing import cast, get_args, get_type_hints

import pytest
from hypothesis import given

from effects import ArgumentError
from plugins.datastar import at, js
from tests.plugins.datastar.conftest import Evaluate
from tests.plugins.datastar.examples import any_text, hostile_text, json_values

texts = (any_text | hostile_text).filter(lambda text: text != "__proto__")
RUN = """
(() => {{
  const seen = [], $ = {{n: 3}}, action = name => (...given) => seen.push(name, ...given);
  const [get, post, setAll, toggleAll] = ['get', 'post', 'setAll', 'toggleAll'].map(action);
  {code};
  return seen;
}})()
"""


def run_action(evaluate: Evaluate, expression: str) -> list[object]:
    """Return the name and the arguments of the action that an expression runs."""
    assert len(re.findall("@", expression)) == 1
    return cast(list[object], evaluate(RUN.format(code=expression.replace("@", "", 1))))


def join_surrogates(text: str) -> str:
    """Return a text as JavaScript has it: a surrogate pair is one character."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def test_ordinary_input_is_written_as_people_write_it() -> None:
    """Short, in single quotes, for reading."""
    assert at.get("/sse/home", retry="always", request_cancellation="cleanup") == (
        "@get('/sse/home', {retry: 'always', requestCancellation: 'cleanup'})"
    )
    assert at.post("/greet") == "@post('/greet')"
    assert at.put("/a-b_c/7.json?x=1") == "@put('/a-b_c/7.json?x=1')"
    assert at.patch("https://example.org:8000/~a#b") == "@patch('https://example.org:8000/~a#b')"
    assert at.delete("/rows/7") == "@delete('/rows/7')"
    assert at.query("/find") == "@query('/find')"
    assert repr(at.get) == "<at.get>"


def test_every_option_has_the_client_s_name() -> None:
    """The expression has the option in the form that the client reads."""
    assert at.post(
        "/a",
        content_type="json",
        filter_signals={"include": "^user", "exclude": "name$"},
        payload={"a": [1, "b"]},
        headers={"X-Token": "abc"},
        open_when_hidden=True,
        retry="error",
        retry_interval=500,
        retry_scaler=1.5,
        retry_max_wait=2**31 - 1,
        retry_max_count=0,
        request_cancellation="disabled",
    ) == (
        "@post('/a', {contentType: 'json', filterSignals: {include: '^user', exclude: 'name\\u0024'}, "
        "payload: {\"a\":[1,\"b\"]}, headers: {'X-Token': 'abc'}, openWhenHidden: true, retry: 'error', "
        "retryInterval: 500, retryScaler: 1.5, retryMaxWait: 2147483647, retryMaxCount: 0, "
        "requestCancellation: 'disabled'})"
    )
    assert at.post("/a", content_type="form", selector="#f") == "@post('/a', {contentType: 'form', selector: '#f'})"


@given(url=texts.filter(bool), selector=texts)
def test_text_arrives_as_it_was(evaluate: Evaluate, url: str, selector: str) -> None:
    """For any text."""
    expression = at.post(url, selector=selector, content_type="form")
    options = {"contentType": "form", "selector": join_surrogates(selector)}
    assert run_action(evaluate, expression) == ["post", join_surrogates(url), options]


@given(value=json_values(texts).filter(lambda value: value is not None))
def test_a_payload_arrives_as_it_was(evaluate: Evaluate, value: object) -> None:
    """For any value that JSON can represent."""
    assert run_action(evaluate, at.get("/", payload=value)) == ["get", "/", {"payload": evaluate(f"({js(value)})")}]


@given(texts.filter(bool))
def test_nothing_in_an_argument_is_read_by_the_client(text: str) -> None:
    """No second action, no signal, no quote and no end of a statement."""
    expression = at.get(text)
    inside = expression.removeprefix("@get('").removesuffix("')")
    assert inside.isascii()
    assert not set(inside) & set("@$;'\"`<>&(){}\n")
    assert "__" not in inside
    assert re.fullmatch(r"([^\\]|\\u[0-9a-f]{4})+", inside)


@given(value=json_values(texts), pattern=texts)
def test_signals_are_set_to_values(evaluate: Evaluate, value: object, pattern: str) -> None:
    """The filter has patterns."""
    assert run_action(evaluate, at.set_all(value, {"include": pattern})) == [
        "setAll",
        evaluate(f"({js(value)})"),
        {"include": join_surrogates(pattern)},
    ]


def test_actions_on_all_signals_need_no_filter() -> None:
    """Without a filter, they change all signals."""
    assert at.set_all(False) == "@setAll(false)"
    assert at.toggle_all() == "@toggleAll()"
    assert at.toggle_all({"include": "^open", "exclude": "x"}) == "@toggleAll({include: '^open', exclude: 'x'})"


def test_peeking_takes_an_expression() -> None:
    """It reads one expression, whatever it contains."""
    assert at.peek("$a, $b") == "@peek(() => ($a, $b))"


@pytest.mark.parametrize("expression", ["", " \n", ";"])
def test_peeking_at_nothing_is_refused(expression: str) -> None:
    """It would not be JavaScript."""
    with pytest.raises(ArgumentError, match=r"at\.peek takes an expression, not an empty str"):
        at.peek(expression)


def test_peeking_at_what_is_no_expression_is_refused() -> None:
    """The error names the type."""
    with pytest.raises(ArgumentError, match=r"at\.peek: an expression is a str, not int"):
        at.peek(3)  # type: ignore[arg-type]


def test_a_url_of_another_type_is_refused() -> None:
    """The error names the type."""
    with pytest.raises(ArgumentError, match=r"at\.get: the URL is a str, not int"):
        at.get(5)  # type: ignore[arg-type]


def test_unknown_options_are_refused_by_python() -> None:
    """They raise TypeError, as for any function."""
    with pytest.raises(TypeError, match="unexpected keyword argument 'retries'"):
        at.get("/", retries=3)  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"content_type": "xml"}, "content_type is not a value that the client knows"),
        ({"retry": "sometimes"}, "retry is not a value"),
        ({"request_cancellation": "no"}, "request_cancellation is not a value"),
        ({"selector": "#f"}, "selector is used only if content_type is 'form'"),
        ({"payload": 1, "content_type": "form"}, "payload is used only if content_type is 'json'"),
        ({"filter_signals": {}, "content_type": "form"}, "filter_signals is used only"),
        ({"filter_signals": {"includes": "a"}}, "a filter of signals has a key or value that the client does not know"),
        ({"filter_signals": {"include": 3}}, "a filter of signals has a key or value"),
        ({"filter_signals": "^a"}, "a filter of signals is a mapping, not str"),
        ({"selector": 5, "content_type": "form"}, "selector is a str, not int"),
        ({"headers": "a"}, "headers are a mapping, not str"),
        ({"headers": {"X-A": 5}}, "the value of a header is a str, not int"),
        ({"headers": {5: "a"}}, "the name of a header is a str, not int"),
        ({"headers": {"a b": "c"}}, "a header has a name or value that browsers do not send"),
        ({"headers": {"": "c"}}, "a header has a name or value"),
        ({"headers": {"a": "b\r\nc: d"}}, "a header has a name or value"),
        ({"headers": {"a": "\u0100"}}, "a header has a name or value"),
        ({"payload": float("nan")}, "a value holds something that JSON cannot represent"),
        ({"open_when_hidden": "no"}, "open_when_hidden is True or False"),
        ({"retry_interval": -1}, "retry_interval is a whole number, 0 or more and no more than 2147483647"),
        ({"retry_interval": 1.5}, "retry_interval is a whole number"),
        ({"retry_interval": True}, "retry_interval is a whole number"),
        ({"retry_interval": 2**31}, "retry_interval is a whole number"),
        ({"retry_max_wait": 2**31}, "retry_max_wait is a whole number"),
        ({"retry_max_count": "3"}, "retry_max_count is a whole number, 0 or more"),
        ({"retry_scaler": float("inf")}, "retry_scaler is a finite number, 0 or more"),
        ({"retry_scaler": float("nan")}, "retry_scaler is a finite number"),
        ({"retry_scaler": -0.5}, "retry_scaler is a finite number"),
    ],
)
def test_options_that_would_not_be_heeded_are_refused(options: dict[str, object], message: str) -> None:
    """The message names the values that are allowed."""
    with pytest.raises(ArgumentError, match=message):
        at.get("/", **options)  # type: ignore[arg-type]


def test_an_action_without_a_url_is_refused() -> None:
    """The client would throw."""
    with pytest.raises(ArgumentError, match=r"at\.post takes a URL"):
        at.post("")


def test_choices_are_literals() -> None:
    """So type checkers know them, too."""
    hints = get_type_hints(type(at.get).__call__)
    assert set(get_args(get_args(hints["retry"])[0])) == {"auto", "error", "always", "never"}
    assert "retry_max_count" in inspect.signature(at.get).parameters
