"""Builders: they make the same data as one writes by hand, with the options of the effects."""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable
from typing import Union, get_args, get_origin, get_type_hints

import pytest
from htpy import div, li
from markupsafe import Markup

from effects import ArgumentError, create_dispatch
from effects.testing import MemorySink
from plugins.datastar import (
    Datastar,
    ExecuteScriptOptions,
    PatchElementsOptions,
    PatchSignalsOptions,
    RedirectOptions,
    RemoveElementsOptions,
    close_sse,
    encode_execute_script,
    encode_patch_elements,
    encode_patch_signals,
    encode_redirect,
    encode_remove_elements,
    execute_script,
    html,
    patch_elements,
    patch_signals,
    redirect,
    remove_elements,
)

FAMILIES = [
    (patch_elements, PatchElementsOptions, encode_patch_elements),
    (remove_elements, RemoveElementsOptions, encode_remove_elements),
    (patch_signals, PatchSignalsOptions, encode_patch_signals),
    (execute_script, ExecuteScriptOptions, encode_execute_script),
    (redirect, RedirectOptions, encode_redirect),
]


def options(function: Callable[..., object]) -> dict[str, object]:
    """Return the names and types of the keyword parameters, without the None of missing options."""
    hints = get_type_hints(function)
    parameters = inspect.signature(function).parameters.values()
    return {
        parameter.name: without_none(hints[parameter.name])
        for parameter in parameters
        if parameter.kind is parameter.KEYWORD_ONLY
    }


def without_none(hint: object) -> object:
    """Return `X` for `X | None`."""
    if get_origin(hint) not in {Union, types.UnionType}:
        return hint
    rest = tuple(part for part in get_args(hint) if part is not type(None))
    return Union[rest]  # noqa: UP007 - made of what is there


@pytest.mark.parametrize(("builder", "typed", "encoder"), FAMILIES)
def test_builders_effects_and_encoders_have_the_same_options(
    builder: Callable[..., object], typed: type, encoder: Callable[..., object]
) -> None:
    """They have the same names and types."""
    hints = get_type_hints(typed)
    assert options(builder) == hints
    assert options(encoder) == hints


@pytest.mark.parametrize(
    ("built", "written"),
    [
        (patch_elements(div["a"]), ["patch-elements", div["a"]]),
        (patch_elements(selector="#a", mode="remove"), ["patch-elements", None, {"selector": "#a", "mode": "remove"}]),
        (
            patch_elements(
                html("<i>"),
                selector="#a",
                mode="append",
                namespace="svg",
                use_view_transition=False,
                view_transition_selector=".v",
                event_id="7",
                retry=5,
            ),
            [
                "patch-elements",
                Markup("<i>"),
                {
                    "selector": "#a",
                    "mode": "append",
                    "namespace": "svg",
                    "use_view_transition": False,
                    "view_transition_selector": ".v",
                    "event_id": "7",
                    "retry": 5,
                },
            ],
        ),
        (remove_elements("#a"), ["remove-elements", "#a"]),
        (
            remove_elements("#a", use_view_transition=True, view_transition_selector=".v", event_id="7", retry=0),
            [
                "remove-elements",
                "#a",
                {"use_view_transition": True, "view_transition_selector": ".v", "event_id": "7", "retry": 0},
            ],
        ),
        (patch_signals({"a": None}), ["patch-signals", {"a": None}]),
        (
            patch_signals({}, only_if_missing=False, event_id="7", retry=5),
            ["patch-signals", {}, {"only_if_missing": False, "event_id": "7", "retry": 5}],
        ),
        (execute_script("x"), ["execute-script", "x"]),
        (
            execute_script("x", auto_remove=False, attributes={"async": True}, event_id="7", retry=5),
            [
                "execute-script",
                "x",
                {"auto_remove": False, "attributes": {"async": True}, "event_id": "7", "retry": 5},
            ],
        ),
        (redirect("/a"), ["redirect", "/a"]),
        (redirect("/a", event_id="7", retry=5), ["redirect", "/a", {"event_id": "7", "retry": 5}]),
        (redirect("/a", attributes={"nonce": "n"}), ["redirect", "/a", {"attributes": {"nonce": "n"}}]),
        (close_sse(), ["close-sse"]),
    ],
)
async def test_what_is_built_is_what_would_be_written(built: list[object], written: list[object]) -> None:
    """It has the given options and no others, and a dispatch accepts it."""
    dispatch = create_dispatch([Datastar()])
    assert str(built) == str(written)
    (await dispatch([built], system={"sink": MemorySink()})).raise_errors()


def test_several_elements_become_a_fragment() -> None:
    """They become one fragment, in order."""
    assert patch_elements(li["<"], li["2"], selector="ul") == [
        "patch-elements",
        Markup("<li>&lt;</li><li>2</li>"),
        {"selector": "ul"},
    ]


def test_one_of_several_that_is_no_element_is_refused() -> None:
    """A bare str cannot be part of a fragment; type checkers refuse it, too."""
    with pytest.raises(ArgumentError, match="elements are an object with __html__, not str"):
        patch_elements(li["1"], "<li>2</li>")  # type: ignore[arg-type]


async def test_what_is_wrong_is_found_when_the_effect_runs() -> None:
    """A builder only builds data."""
    result = await create_dispatch([Datastar()])([patch_elements()], system={"sink": MemorySink()})
    assert "mode 'outer' needs elements" in str(result.errors[0])
