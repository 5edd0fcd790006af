"""How much Hypothesis tries, and what a test that is skipped comes to.

With `REQUIRE_ALL=1` it fails, so that nobody takes a skip for a pass. No profile has a deadline: a test is not wrong
because the machine is slow. `pytest` alone looks for what is new; the others are named by commands of the Makefile.
"""

import os
from collections.abc import Generator
from typing import TypeVar

import pytest
from hypothesis import Phase, settings

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)

settings.register_profile("new", deadline=None)
settings.load_profile("new")
settings.register_profile("ci", deadline=None, derandomize=True, database=None)
settings.register_profile("brief", settings.get_profile("ci"), max_examples=20)
settings.register_profile("long", deadline=None, max_examples=3_000)
settings.register_profile(  # for trying many changes to the code: who fails is asked for no smaller example
    "quick", settings.get_profile("ci"), max_examples=60, phases=[Phase.explicit, Phase.generate]
)


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
