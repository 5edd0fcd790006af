"""Every error in a page is found, or no other test here would prove anything."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.visitors import visiting

pytestmark = pytest.mark.slow

WRONG = {
    "an error that nobody catches": ("setTimeout(() => { throw new Error('boom') })", "not caught: .*boom"),
    "a promise that is broken": ("void Promise.reject(new Error('boom'))", "not caught: .*boom"),
    "an error on the console": ("console.error('boom')", "console error: boom"),
    "a warning on the console": ("console.warn('boom')", "console warning: boom"),
    "a dialog": ("setTimeout(() => alert('boom'))", "dialog: boom"),
}


def visit(browser: Browser, script: str, *expected: str) -> None:
    """Two people come, and something happens in the second tab of the second one."""
    with visiting(browser) as visitors:
        visitors.may_say(*expected)
        visitors.person().new_page()
        person = visitors.person()
        person.new_page()
        page = person.new_page()
        page.evaluate(f"() => {{ {script} }}")
        page.evaluate("new Promise(later => setTimeout(later))")


@pytest.mark.parametrize("wrong", WRONG)
def test_what_goes_wrong_in_a_page_fails_the_test(browser: Browser, wrong: str) -> None:
    """Whatever it is, and in whichever page."""
    script, said = WRONG[wrong]
    with pytest.raises(AssertionError, match=said):
        visit(browser, script)


def test_what_a_test_expects_does_not_fail_it(browser: Browser) -> None:
    """One message is expected, the other is not."""
    with pytest.raises(AssertionError, match="crash") as failed:
        visit(browser, "console.error('boom'); console.error('crash')", "bo+m")
    assert "boom" not in str(failed.value)


def test_a_page_that_says_nothing_wrong_fails_nothing(browser: Browser) -> None:
    """Information is no complaint."""
    visit(browser, "console.log('fine'); console.info('very')")
