"""`patch-signals` does to the page's signals what it says."""

from __future__ import annotations

import json

import pytest
from htpy import pre

from plugins.datastar import attr
from tests.browser.stage import Stage

pytestmark = pytest.mark.slow

USER = {"name": "Ann", "age": 7, "at": {"city": "Graz", "street": "Main"}}


def show_user(stage: Stage) -> None:
    """Open a page that has a user in its signals, and shows it."""
    signals = attr.json_signals("terse", filter_signals={"include": "^(user|more)"})
    stage.show(pre("#signals", attr.signals({"user": USER}) | signals))


def signals(stage: Stage) -> object:
    """The signals as the page shows them."""
    return json.loads(stage.page.locator("#signals").inner_text())


def test_signals_are_merged(stage: Stage) -> None:
    """At any depth: what is not named stays."""
    show_user(stage)
    stage.send(["patch-signals", {"user": {"age": 8, "at": {"city": "Linz"}}, "more": [1, {"a": 2}]}])
    at = {"city": "Linz", "street": "Main"}
    assert signals(stage) == {"user": {"name": "Ann", "age": 8, "at": at}, "more": [1, {"a": 2}]}


def test_none_removes_a_signal(stage: Stage) -> None:
    """At any depth."""
    show_user(stage)
    stage.send(["patch-signals", {"user": {"age": None, "at": {"city": None}}}])
    assert signals(stage) == {"user": {"name": "Ann", "at": {"street": "Main"}}}
    stage.send(["patch-signals", {"user": None}])
    assert signals(stage) == {}


def test_only_those_that_are_missing_are_set_if_that_is_said(stage: Stage) -> None:
    """The others stay as the visitor has them."""
    show_user(stage)
    stage.send(["patch-signals", {"user": {"age": 99, "shoes": 40}, "more": "new"}, {"only_if_missing": True}])
    assert signals(stage) == {"user": {**USER, "shoes": 40}, "more": "new"}
