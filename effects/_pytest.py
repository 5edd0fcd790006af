"""The pytest plugin: fixtures for testing effects. Loaded by pytest itself wherever rhialto is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ._dispatch import Dispatch
    from .testing import Recorder


@pytest.fixture
def dispatch() -> Dispatch:
    """The dispatch under test. Define a fixture of this name in your conftest.py; this one only says so."""
    pytest.fail(
        "the fixture `recorder` needs a fixture `dispatch` that returns your dispatch\n"
        "  fix  define one in conftest.py, such as\n"
        "       @pytest.fixture\n"
        "       def dispatch(): return create_dispatch([...])",
        pytrace=False,
    )


@pytest.fixture
def recorder(dispatch: Dispatch) -> Recorder:
    """A `Recorder` over the fixture `dispatch`: it records effects instead of doing them."""
    from .testing import Recorder

    return Recorder(dispatch)
