"""How much Hypothesis tries, and what a test that is skipped comes to.

With `REQUIRE_ALL=1` it fails, so that nobody takes a skip for a pass. No profile minds how long anything takes, since a
test is not wrong where a machine is slow. `pytest` alone looks for what is new; the Makefile names the other profiles.
"""

import gc
import os
from collections.abc import Generator
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)

settings.register_profile("new", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("new")
settings.register_profile("ci", settings.get_profile("new"), derandomize=True, database=None)
settings.register_profile("brief", settings.get_profile("ci"), max_examples=20)
settings.register_profile("leg", settings.get_profile("ci"), max_examples=5)  # of what differs between Pythons
settings.register_profile("long", settings.get_profile("new"), max_examples=3_000)
settings.register_profile(  # for trying many changes to the code: who fails is asked for no smaller example
    "quick", settings.get_profile("ci"), max_examples=60, phases=[Phase.explicit, Phase.generate]
)


@settings(max_examples=1, database=None)
@given(st.none())
def _begin(_: None) -> None:
    """Have Hypothesis make what it keeps."""


def pytest_collection_finish() -> None:
    """Nothing that was imported is garbage, and looking for it again and again takes a seventh of the time.

    Hypothesis asks who refers to its own random numbers when it makes them, and would not find who is frozen.
    """
    _begin()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test."""
    return _required((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """A module, which may skip itself."""
    return _required((yield))


def _required(report: Report) -> Report:
    if report.skipped and os.environ.get("REQUIRE_ALL"):
        report.outcome = "failed"
        report.longrepr = f"required, and skipped: {report.longreprtext}"
    return report
