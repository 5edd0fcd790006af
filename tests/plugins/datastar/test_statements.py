"""Statements: where something hides one from the client, that is said before."""

from __future__ import annotations

import pytest

from effects import ArgumentError
from plugins.datastar import at, attr


@pytest.mark.parametrize(
    "expression",
    [
        f"$avg = $sum / 2; {at.post('/save')}",
        "$a = $b / 2; $c / 3",
        "$a /= 2; f('/') ;",
        "f($a)/ 2; [$b / 2]",
        "$a = '\\\\'; $b = '/'",
    ],
)
def test_a_statement_that_the_client_does_not_find_is_refused(expression: str) -> None:
    """It takes a division for a regular expression, and compiles nothing."""
    with pytest.raises(ArgumentError, match=r"data-on-signal-patch: a '/' or a backslash hides.*\n  fix  put a comma"):
        attr.on_signal_patch(expression)


@pytest.mark.parametrize(
    "expression",
    [
        f"$avg = $sum / 2, {at.post('/save')}",
        f"{at.post('/save')}; $avg = $sum / 2",
        "$a = $b / 2; $c + 1",
        "$a = $b / 2; $c / 3; $d",
        "$a / 2 + ';' + '/'",
        "$a / 2 + '/';",
        "$rows.map(r => { f(r / 2); g(r / 3) })",
        "/a;b/.test($a)",
        "$a / 2; /a/.test($b)",
        "$a / 2; `${$b}/`",
        "$a / 2; // '",
        "return $a / 2; $b / 3",
        "';'",
        ";",
    ],
)
def test_what_the_client_reads_or_nobody_is_certain_of_is_left_alone(expression: str) -> None:
    """As it is."""
    assert attr.on_signal_patch(expression) == {"data-on-signal-patch": expression}


def test_expressions_that_are_not_cut_apart_may_divide() -> None:
    """The client takes them whole."""
    expression = f"$avg = $sum / 2; {at.post('/save')}"
    assert attr.on("click", expression) == {"data-on:click": expression}
