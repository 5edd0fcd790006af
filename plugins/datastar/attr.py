"""Attributes that Datastar reads: `attr.on("submit", at.post("/greet"))` is `{"data-on:submit": "@post('/greet')"}`.

Each function is one attribute of the client, and returns `Attributes`: `div(attr.show("$open"))` in htpy,
`<div{{ attributes }}>` in Jinja. The rules are the same for all:

- *Expressions* are code, written by the developer and trusted. Values go into signals, or into expressions with `js`.
- *Values* (`attr.signals`) are Python values, and may come from anywhere.
- *Signals* are named as in expressions, without the `$`, in any case: where HTML would lower it, another form is used.
- *Modifiers* come last, as they are written in an attribute's name: `"debounce.300ms.leading"`, `"prevent"`.

Attributes and actions of Datastar Pro are not covered. Merge with `|`, `div(attr.show("$open") | attr.text("$name"))`,
and with the element's own in the same way, `{"id": "a"} | attr.ignore()`: of two attributes of one name, htpy keeps one
and says nothing, where `|` refuses them.

What is wrong raises `ArgumentError`. See https://data-star.dev/reference/attributes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from effects import ArgumentError

from ._arguments import a_mapping, a_str
from ._attributes import Attributes
from ._filters import SignalFilter, patterns
from ._js import js, object_literal
from ._keys import css_property, event_key, keyable, keyed
from ._modifiers import modified
from ._names import attribute_name, signal_name, signals_text
from ._nonce import nonce_value

__all__ = [
    "attr",
    "bind",
    "class_",
    "computed",
    "effect",
    "ignore",
    "ignore_morph",
    "indicator",
    "init",
    "json_signals",
    "nonce",
    "on",
    "on_intersect",
    "on_interval",
    "on_signal_patch",
    "preserve_attr",
    "ref",
    "show",
    "signals",
    "style",
    "text",
]


def signals(values: Mapping[str, object], *modifiers: str) -> Attributes:
    """Set signals to Python values, which may come from anywhere: `attr.signals({"name": text, "user": {"age": 7}})`.

    Keys at the top are names of signals, of letters, digits, `_` and `-`; `$user.age` is the 7. Keys below may be any.
    Modifiers: `ifmissing`. Raises `ArgumentError` as `js` does, and for names as `encode_patch_signals` does.
    https://data-star.dev/reference/attributes#data-signals

    >>> attr.signals({"open": False}, "ifmissing")
    {'data-signals__ifmissing': '{"open":false}'}
    """
    signals_text(values)
    return _named("signals", js(dict(values)), modifiers)


def bind(signal: str, *modifiers: str) -> Attributes:
    """Bind a signal and the element's value to each other.

    Modifiers: `prop.<property>`, `event.<event>...`. https://data-star.dev/reference/attributes#data-bind

    >>> attr.bind("userName")
    {'data-bind': 'userName'}
    """
    return _named("bind", signal_name("attr.bind", signal), modifiers)


def ref(signal: str) -> Attributes:
    """Make a signal of the element. https://data-star.dev/reference/attributes#data-ref"""
    return _named("ref", signal_name("attr.ref", signal))


def indicator(signal: str) -> Attributes:
    """Make a signal that is true while a request of this element is under way. Write it before what starts the request.

    https://data-star.dev/reference/attributes#data-indicator
    """
    return _named("indicator", signal_name("attr.indicator", signal))


def computed(expressions: Mapping[str, str]) -> Attributes:
    """Make signals of expressions, kept up to date, by name. https://data-star.dev/reference/attributes#data-computed

    Those whose names cannot stand in the name of an attribute, such as `a__b`, are fields of one object.

    >>> attr.computed({"fullName": "$first + ' ' + $last"})
    {'data-computed:full-name': "$first + ' ' + $last"}
    """
    given = {
        signal_name("attr.computed", name): expression for name, expression in _given("computed", expressions).items()
    }
    fields = {name: value for name, value in given.items() if keyable(name, "camel") is None and "." not in name}
    rest = {keyed("computed", name, "camel"): value for name, value in given.items() if name not in fields}
    return _each(rest) | (_object("computed", fields, "() => ") if fields else {})


def text(expression: str) -> Attributes:
    """Show the value of an expression as the element's text. https://data-star.dev/reference/attributes#data-text"""
    return _coded("text", expression)


def show(expression: str) -> Attributes:
    """Show the element only while an expression is true. https://data-star.dev/reference/attributes#data-show"""
    return _coded("show", expression)


def attr(expressions: Mapping[str, str]) -> Attributes:
    """Set attributes to expressions, by name. https://data-star.dev/reference/attributes#data-attr

    >>> attr.attr({"disabled": "$busy"})
    {'data-attr': '{"disabled": ($busy)}'}
    """
    return _object("attr", {attribute_name("attr.attr", name): e for name, e in _given("attr", expressions).items()})


def class_(expressions: Mapping[str, str]) -> Attributes:
    """Give the element classes while expressions are true, by class; several with spaces between them.

    https://data-star.dev/reference/attributes#data-class

    >>> attr.class_({"md:font-bold": "$strong"})
    {'data-class': '{"md:font-bold": ($strong)}'}
    """
    return _object("class", _given("class_", expressions))


def style(expressions: Mapping[str, str]) -> Attributes:
    """Set CSS properties to expressions, by property. https://data-star.dev/reference/attributes#data-style

    >>> attr.style({"background-color": "$color"})
    {'data-style:background-color': '$color'}
    """
    return _each({css_property(name): e for name, e in _given("style", expressions).items()})


def on(event: str, expression: str, *modifiers: str) -> Attributes:
    """Do something when an event happens. The expression has the event as `evt`, and the element as `el`.

    Modifiers: `once`, `passive`, `capture`, `window`, `document`, `outside`, `prevent`, `stop`, `viewtransition`,
    `delay.<time>`, `debounce.<time>` with `.leading` and `.notrailing`, `throttle.<time>` with `.noleading` and
    `.trailing`; a time is `300ms` or `2s`. Events may have capitals. https://data-star.dev/reference/attributes#data-on

    >>> attr.on("input", at.get("/search"), "debounce.300ms.leading")
    {'data-on:input__debounce.300ms.leading': "@get('/search')"}
    """
    return _coded("on", expression, modifiers, event_key(event))


def on_intersect(expression: str, *modifiers: str) -> Attributes:
    """Do something when the element comes into view.

    Modifiers: `once`, `half`, `full`, `threshold.<percent>`, `exit` (when it goes out of view), and those of time as
    for `on`. https://data-star.dev/reference/attributes#data-on-intersect
    """
    return _coded("on-intersect", expression, modifiers)


def on_interval(expression: str, *modifiers: str) -> Attributes:
    """Do something every second, or as often as the modifier says.

    Modifiers: `duration.<time>` with `.leading` to begin at once, `viewtransition`.
    https://data-star.dev/reference/attributes#data-on-interval
    """
    return _coded("on-interval", expression, modifiers)


def on_signal_patch(expression: str, *modifiers: str, filter_signals: SignalFilter | None = None) -> Attributes:
    """Do something when signals change, or those that the filter lets through. The expression has them as `patch`.

    Modifiers: `delay`, `debounce`, `throttle`, as for `on`.
    https://data-star.dev/reference/attributes#data-on-signal-patch
    """
    attributes = _coded("on-signal-patch", expression, modifiers)
    return attributes | (_named("on-signal-patch-filter", _filter(filter_signals)) if filter_signals else {})


def init(expression: str, *modifiers: str) -> Attributes:
    """Do something once the element is there. Modifiers: `delay.<time>`, `viewtransition`.

    https://data-star.dev/reference/attributes#data-init

    >>> attr.init(at.get("/sse/home", retry="always", request_cancellation="cleanup"))
    {'data-init': "@get('/sse/home', {retry: 'always', requestCancellation: 'cleanup'})"}
    """
    return _coded("init", expression, modifiers)


def effect(expression: str) -> Attributes:
    """Do something now, and whenever a signal in it changes. https://data-star.dev/reference/attributes#data-effect"""
    return _coded("effect", expression)


def ignore(*modifiers: str) -> Attributes:
    """Keep Datastar from reading the element and what is in it. Modifiers: `self`, only the element.

    https://data-star.dev/reference/attributes#data-ignore
    """
    return _named("ignore", "", modifiers)


def ignore_morph() -> Attributes:
    """Keep the element as it is when elements are patched; both, old and new, need it.

    https://data-star.dev/reference/attributes#data-ignore-morph
    """
    return _named("ignore-morph", "")


def preserve_attr(*names: str) -> Attributes:
    """Keep attributes as the browser has them when the element is patched: `attr.preserve_attr("open", "class")`.

    https://data-star.dev/reference/attributes#data-preserve-attr
    """
    if not names:
        raise ArgumentError("attr.preserve_attr takes names of attributes", fix="pass at least one, such as 'open'")
    return _named("preserve-attr", " ".join(attribute_name("attr.preserve_attr", name) for name in names))


def json_signals(*modifiers: str, filter_signals: SignalFilter | None = None) -> Attributes:
    """Show the signals, or those that the filter lets through, as JSON. Modifiers: `terse`, in one line.

    https://data-star.dev/reference/attributes#data-json-signals
    """
    return _named("json-signals", _filter(filter_signals), modifiers)


def nonce(value: str) -> Attributes:
    """Let the client do without `'unsafe-eval'` in a Content Security Policy: `html(attr.nonce(nonce))`, of the page.

    It gives the policy's nonce to the scripts that it compiles expressions into, and to those that `execute-script` and
    `redirect` send. For the clients from 1.0.3 on; to older ones it says nothing. Raises `ArgumentError` for what no
    policy can name. https://data-star.dev/reference/security

    >>> attr.nonce("Tm9uY2U")
    {'data-nonce': 'Tm9uY2U'}
    """
    return _named("nonce", nonce_value("attr.nonce: the nonce", value))


def _named(attribute: str, value: str, modifiers: tuple[str, ...] = (), key: str | None = None) -> Attributes:
    return Attributes({f"data-{key or attribute}{modified(attribute, modifiers)}": value})


def _coded(attribute: str, expression: str, modifiers: tuple[str, ...] = (), key: str | None = None) -> Attributes:
    return _named(attribute, _expression(attribute, expression), modifiers, key)


def _each(expressions: Mapping[str, str]) -> Attributes:
    return Attributes(
        {f"data-{key}": _expression(key.split(":")[0], expression) for key, expression in expressions.items()}
    )


def _given(function: str, expressions: object) -> Mapping[str, str]:
    fix = "pass expressions by name: {'name': '$expression'}"
    given = a_mapping(f"attr.{function} takes", expressions, fix)
    return {a_str(f"attr.{function}: a name", name, fix): cast(str, value) for name, value in given.items()}


def _object(attribute: str, expressions: Mapping[str, str], before: str = "") -> Attributes:
    js(dict.fromkeys(expressions))  # refuses what would not be a property of its own
    fields = {js(name): f"{before}({_part(attribute, expression)})" for name, expression in expressions.items()}
    return _named(attribute, object_literal(fields))


def _expression(attribute: str, given: object) -> str:
    """A plain str, so that whoever makes the HTML escapes it. The client throws where there is nothing in it."""
    if not isinstance(given, str) or not given.strip():
        kind = "an empty str" if isinstance(given, str) else type(given).__name__
        raise ArgumentError(
            f"data-{attribute} takes an expression, not {kind}",
            fix="expressions are JavaScript as str; write a value with js(value)",
        )
    return str(given)


def _part(attribute: str, given: object) -> str:
    """An expression between parentheses, where no `;` may stand at its end."""
    return _expression(attribute, given.rstrip("; \t\r\n") if isinstance(given, str) else given)


def _filter(given: SignalFilter | None) -> str:
    return js(patterns(given)) if given else ""
