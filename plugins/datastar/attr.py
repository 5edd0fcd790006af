"""Attributes that Datastar reads: `attr.on("submit", at.post("/greet"))` is `{"data-on:submit": "@post('/greet')"}`.

Each function stands for one attribute of the client, and returns `Attributes`: `div(attr.show("$open"))` in htpy,
`<div{{ attributes }}>` in Jinja. All functions follow the same rules:

- *Expressions* are trusted code of the developer. Put values into signals, or into expressions with `js`.
- *Values* (`attr.signals`) are Python values, and may come from anywhere.
- *Signals* are named as in expressions, without the `$`. Capitals are kept: if HTML would lower them, another form is
  used.
- *Modifiers* come last, as they are written in an attribute's name: `"debounce.300ms.leading"`, `"prevent"`.

Attributes and actions of Datastar Pro are not covered. Join attributes with `|`, also with others of the element:
`div(attr.show("$open") | attr.text("$name"))`, `{"id": "a"} | attr.ignore()`. `|` refuses two attributes of one name;
htpy alone would silently keep only one of them.

Every function raises `ArgumentError` for invalid arguments. See https://data-star.dev/reference/attributes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from effects import ArgumentError

from ._arguments import require_mapping, require_str
from ._attributes import Attributes
from ._filters import SignalFilter, require_filter_patterns
from ._js import js, object_literal
from ._keys import css_property, event_key, find_key, format_key_attribute
from ._modifiers import format_modifiers
from ._names import require_attribute_name, require_signal_name, signals_text
from ._nonce import require_nonce

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

    Keys at the top are names of signals, made of letters, digits, `_` and `-`; `$user.age` is the 7. Keys below may be
    any text. Modifiers: `ifmissing`. Raises `ArgumentError` as `js` does, and for names as `encode_patch_signals` does.
    https://data-star.dev/reference/attributes#data-signals

    >>> attr.signals({"open": False}, "ifmissing")
    {'data-signals__ifmissing': '{"open":false}'}
    """
    signals_text(values)
    return _make_attribute("signals", js(dict(values)), modifiers)


def bind(signal: str, *modifiers: str) -> Attributes:
    """Bind a signal and the value of the element to each other.

    Modifiers: `prop.<property>`, `event.<event>...`. https://data-star.dev/reference/attributes#data-bind

    >>> attr.bind("userName")
    {'data-bind': 'userName'}
    """
    return _make_attribute("bind", require_signal_name("attr.bind", signal), modifiers)


def ref(signal: str) -> Attributes:
    """Make a signal whose value is the element. https://data-star.dev/reference/attributes#data-ref"""
    return _make_attribute("ref", require_signal_name("attr.ref", signal))


def indicator(signal: str) -> Attributes:
    """Make a signal that is true while a request of this element runs. Write it before the attribute that starts it.

    https://data-star.dev/reference/attributes#data-indicator
    """
    return _make_attribute("indicator", require_signal_name("attr.indicator", signal))


def computed(expressions: Mapping[str, str]) -> Attributes:
    """Make signals whose values are expressions, by name. https://data-star.dev/reference/attributes#data-computed

    The client keeps the values up to date. Signals whose names cannot stand in the name of an attribute, such as
    `a__b`, become fields of one object.

    >>> attr.computed({"fullName": "$first + ' ' + $last"})
    {'data-computed:full-name': "$first + ' ' + $last"}
    """
    checked = _require_expressions("computed", expressions)
    by_signal = {require_signal_name("attr.computed", name): code for name, code in checked.items()}
    fields = {name: code for name, code in by_signal.items() if find_key(name, "camel") is None and "." not in name}
    by_key = {
        format_key_attribute("computed", name, "camel"): code for name, code in by_signal.items() if name not in fields
    }
    return _make_key_attributes(by_key) | (_make_object_attribute("computed", fields, "() => ") if fields else {})


def text(expression: str) -> Attributes:
    """Show the value of an expression as the element's text. https://data-star.dev/reference/attributes#data-text"""
    return _make_code_attribute("text", expression)


def show(expression: str) -> Attributes:
    """Show the element only while an expression is true. https://data-star.dev/reference/attributes#data-show"""
    return _make_code_attribute("show", expression)


def attr(expressions: Mapping[str, str]) -> Attributes:
    """Set attributes to expressions, by name. https://data-star.dev/reference/attributes#data-attr

    >>> attr.attr({"disabled": "$busy"})
    {'data-attr': '{"disabled": ($busy)}'}
    """
    by_name = _require_expressions("attr", expressions)
    return _make_object_attribute(
        "attr", {require_attribute_name("attr.attr", name): code for name, code in by_name.items()}
    )


def class_(expressions: Mapping[str, str]) -> Attributes:
    """Give the element classes while expressions are true, by class; a key may hold several classes, with spaces.

    https://data-star.dev/reference/attributes#data-class

    >>> attr.class_({"md:font-bold": "$strong"})
    {'data-class': '{"md:font-bold": ($strong)}'}
    """
    return _make_object_attribute("class", _require_expressions("class_", expressions))


def style(expressions: Mapping[str, str]) -> Attributes:
    """Set CSS properties to expressions, by property. https://data-star.dev/reference/attributes#data-style

    >>> attr.style({"background-color": "$color"})
    {'data-style:background-color': '$color'}
    """
    by_name = _require_expressions("style", expressions)
    return _make_key_attributes({css_property(name): code for name, code in by_name.items()})


def on(event: str, expression: str, *modifiers: str) -> Attributes:
    """Run an expression when an event happens. In it, `evt` is the event, and `el` is the element.

    Modifiers: `once`, `passive`, `capture`, `window`, `document`, `outside`, `prevent`, `stop`, `viewtransition`,
    `delay.<time>`, `debounce.<time>` with `.leading` and `.notrailing`, `throttle.<time>` with `.noleading` and
    `.trailing`; a time is `300ms` or `2s`. Events may have capitals. https://data-star.dev/reference/attributes#data-on

    >>> attr.on("input", at.get("/search"), "debounce.300ms.leading")
    {'data-on:input__debounce.300ms.leading': "@get('/search')"}
    """
    return _make_code_attribute("on", expression, modifiers, event_key(event))


def on_intersect(expression: str, *modifiers: str) -> Attributes:
    """Run an expression when the element comes into view.

    Modifiers: `once`, `half`, `full`, `threshold.<percent>`, `exit` (when it goes out of view), and `viewtransition`,
    `delay`, `debounce` and `throttle` as for `on`. https://data-star.dev/reference/attributes#data-on-intersect
    """
    return _make_code_attribute("on-intersect", expression, modifiers)


def on_interval(expression: str, *modifiers: str) -> Attributes:
    """Run an expression every second, or as often as the modifier says.

    Modifiers: `duration.<time>` with `.leading` to begin at once, `viewtransition`.
    https://data-star.dev/reference/attributes#data-on-interval
    """
    return _make_code_attribute("on-interval", expression, modifiers)


def on_signal_patch(expression: str, *modifiers: str, filter_signals: SignalFilter | None = None) -> Attributes:
    """Run an expression when signals change, or those that the filter selects. In it, `patch` holds the changes.

    Modifiers: `delay`, `debounce`, `throttle`, as for `on`.
    https://data-star.dev/reference/attributes#data-on-signal-patch
    """
    attributes = _make_code_attribute("on-signal-patch", expression, modifiers)
    if not filter_signals:
        return attributes
    return attributes | _make_attribute("on-signal-patch-filter", _format_filter(filter_signals))


def init(expression: str, *modifiers: str) -> Attributes:
    """Run an expression once the element is in the page. Modifiers: `delay.<time>`, `viewtransition`.

    https://data-star.dev/reference/attributes#data-init

    >>> attr.init(at.get("/sse/home", retry="always", request_cancellation="cleanup"))
    {'data-init': "@get('/sse/home', {retry: 'always', requestCancellation: 'cleanup'})"}
    """
    return _make_code_attribute("init", expression, modifiers)


def effect(expression: str) -> Attributes:
    """Run an expression now, and when a signal in it changes. https://data-star.dev/reference/attributes#data-effect"""
    return _make_code_attribute("effect", expression)


def ignore(*modifiers: str) -> Attributes:
    """Keep Datastar from reading the element and its content. Modifiers: `self`, for only the element.

    https://data-star.dev/reference/attributes#data-ignore
    """
    return _make_attribute("ignore", "", modifiers)


def ignore_morph() -> Attributes:
    """Keep the element unchanged when elements are patched. The old and the new element both need this attribute.

    https://data-star.dev/reference/attributes#data-ignore-morph
    """
    return _make_attribute("ignore-morph", "")


def preserve_attr(*names: str) -> Attributes:
    """Keep attributes as the browser has them when the element is patched: `attr.preserve_attr("open", "class")`.

    https://data-star.dev/reference/attributes#data-preserve-attr
    """
    if not names:
        raise ArgumentError("attr.preserve_attr takes names of attributes", fix="pass at least one, such as 'open'")
    return _make_attribute(
        "preserve-attr", " ".join(require_attribute_name("attr.preserve_attr", name) for name in names)
    )


def json_signals(*modifiers: str, filter_signals: SignalFilter | None = None) -> Attributes:
    """Show the signals, or those that the filter selects, as JSON. Modifiers: `terse`, in one line.

    https://data-star.dev/reference/attributes#data-json-signals
    """
    return _make_attribute("json-signals", _format_filter(filter_signals), modifiers)


def nonce(value: str) -> Attributes:
    """Let the client work without `'unsafe-eval'` in a Content Security Policy: `html(attr.nonce(nonce))`.

    Write it on the `html` element; the value is the nonce of the policy. The client gives the nonce to the scripts into
    which it compiles expressions, and to those that `execute-script` and `redirect` send. Clients before 1.0.3 ignore
    it. Raises `ArgumentError` if the nonce is not valid in a policy. https://data-star.dev/reference/security

    >>> attr.nonce("Tm9uY2U")
    {'data-nonce': 'Tm9uY2U'}
    """
    return _make_attribute("nonce", require_nonce("attr.nonce: the nonce", value))


def _make_attribute(attribute: str, value: str, modifiers: tuple[str, ...] = (), key: str | None = None) -> Attributes:
    return Attributes({f"data-{key or attribute}{format_modifiers(attribute, modifiers)}": value})


def _make_code_attribute(
    attribute: str, expression: str, modifiers: tuple[str, ...] = (), key: str | None = None
) -> Attributes:
    return _make_attribute(attribute, _require_expression(attribute, expression), modifiers, key)


def _make_key_attributes(expressions: Mapping[str, str]) -> Attributes:
    return Attributes(
        {f"data-{key}": _require_expression(key.split(":")[0], expression) for key, expression in expressions.items()}
    )


def _require_expressions(function: str, expressions: object) -> Mapping[str, str]:
    fix = "pass expressions by name: {'name': '$expression'}"
    by_name = require_mapping(f"attr.{function} takes", expressions, fix)
    return {require_str(f"attr.{function}: a name", name, fix): cast(str, code) for name, code in by_name.items()}


def _make_object_attribute(attribute: str, expressions: Mapping[str, str], before: str = "") -> Attributes:
    js(dict.fromkeys(expressions))  # refuses names that would not be properties of their own
    fields = {js(name): f"{before}({_require_field(attribute, code)})" for name, code in expressions.items()}
    return _make_attribute(attribute, object_literal(fields))


def _require_expression(attribute: str, expression: object) -> str:
    """Return an expression as a plain str, so that it is escaped in HTML. The client would throw for an empty one."""
    if not isinstance(expression, str) or not expression.strip():
        kind = "an empty str" if isinstance(expression, str) else type(expression).__name__
        raise ArgumentError(
            f"data-{attribute} takes an expression, not {kind}",
            fix="expressions are JavaScript as str; write a value with js(value)",
        )
    return str(expression)


def _require_field(attribute: str, expression: object) -> str:
    """Return an expression without a `;` at its end, because it is put between parentheses."""
    return _require_expression(attribute, expression.rstrip("; \t\r\n") if isinstance(expression, str) else expression)


def _format_filter(signal_filter: SignalFilter | None) -> str:
    return js(require_filter_patterns(signal_filter)) if signal_filter else ""
