"""The descriptions of our own plugins: all of it, and all of it true."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from effects import Description, create_dispatch
from effects.testing import placeholders, vectors
from plugins.connections import Connections
from plugins.datastar import Datastar
from plugins.http import Http

DISPATCH = create_dispatch([Datastar(), Connections(), Http()])
DESCRIBED = DISPATCH.describe()
KEYS = [one.key for one in DESCRIBED if one.kind in {"effect", "action"}]


@settings(max_examples=3 * settings().max_examples)
@given(vectors(DISPATCH))
def test_every_sample_is_accepted(vector: list[object]) -> None:
    """Of every effect, with others nested in it."""
    assert DISPATCH.check([vector]) == ()


@pytest.mark.parametrize("key", KEYS)
def test_every_effect_has_samples(key: str) -> None:
    """None is of a type of which nothing can be made."""
    samples = DISPATCH.sample(key, 5, seed=1)
    assert samples
    assert DISPATCH.check(samples) == ()


@given(placeholders(DISPATCH))
def test_placeholders_have_samples(placeholder: object) -> None:
    """They can be made, too."""
    assert placeholder


@pytest.mark.parametrize("one", DESCRIBED, ids=lambda one: f"{one.kind} {one.key}")
def test_everything_says_what_it_is(one: Description) -> None:
    """And where it was written; each option has its docstring, and each schema is one."""
    assert one.doc
    assert one.source is not None
    for parameter in one.parameters:
        assert all(option.doc for option in parameter.options)
    if one.schema is not None:
        Draft202012Validator.check_schema(json.loads(json.dumps(dict(one.schema))))


def test_all_that_may_be_dispatched_has_one_schema() -> None:
    """That a validator agrees with."""
    Draft202012Validator.check_schema(json.loads(json.dumps(dict(DISPATCH.schemas()))))
