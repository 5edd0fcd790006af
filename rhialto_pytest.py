"""The pytest plugin: fixtures for testing effects. Loaded by pytest itself wherever rhialto is installed.

pytest may load it to test another project, whose package is called `effects`, too. So this module has a name of its
own, and it imports no package of ours, and no test dependency, before a test asks for a fixture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from effects import Dispatch
    from effects.testing import Recorder


@pytest.fixture
def dispatch() -> Dispatch:
    """The dispatch under test. Define a fixture of this name in your conftest.py; this one only fails, and says how."""
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
    from effects.testing import Recorder

    return Recorder(dispatch)
