"""Every page in every state can be read: by contrast, on a phone, with a keyboard."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.serving import Server
from tests.browser.states import SCHEMES, STATES
from tests.browser.visitors import Visitors

pytestmark = pytest.mark.slow

_LEAST_CONTRAST = 4.5
"""WCAG 2.2, 1.4.3, level AA, for text of any size."""

_CONTRASTS = """() => {
    const channel = value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    const parts = color => color.match(/[\\d.]+/g).map(Number);
    const luminance = ([r, g, b]) => [0.2126, 0.7152, 0.0722].reduce(
        (sum, weight, at) => sum + weight * channel([r, g, b][at] / 255), 0);
    const ground = element => {
        for (let one = element; one; one = one.parentElement) {
            const color = parts(getComputedStyle(one).backgroundColor);
            if (color.length < 4 || color[3] === 1) return color;
        }
        return parts(getComputedStyle(document.documentElement).colorScheme === "dark" ? "0 0 0" : "255 255 255");
    };
    const shown = [...document.body.querySelectorAll("*")].filter(one =>
        [...one.childNodes].some(node => node.nodeType === 3 && node.textContent.trim()) && one.checkVisibility());
    return shown.map(one => {
        const text = luminance(parts(getComputedStyle(one).color)), behind = luminance(ground(one));
        const light = Math.max(text, behind), dark = Math.min(text, behind);
        return [one.textContent.trim().slice(0, 40), (light + 0.05) / (dark + 0.05)];
    });
}"""


@pytest.mark.parametrize("name", STATES)
def test_a_page_can_be_read(demo: Server, visitors: Visitors, name: str) -> None:
    """Its text stands out, light and dark; on a phone nothing is wider than the screen."""
    page = STATES[name](demo.url, visitors)
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        contrasts: list[Any] = page.evaluate(_CONTRASTS)
        assert len(contrasts) > 4
        assert [one for one in contrasts if one[1] < _LEAST_CONTRAST] == []
    page.set_viewport_size({"width": 360, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_too_little_contrast_is_found_out(demo: Server, visitors: Visitors) -> None:
    """Or the test above would prove nothing."""
    page = visitors.page(f"{demo.url}/about")
    page.evaluate("document.querySelector('footer').style.color = '#999'")
    (found,) = (one for one in page.evaluate(_CONTRASTS) if one[1] < _LEAST_CONTRAST)
    assert found[0] == "Effects as data, on trio."
    assert found[1] == pytest.approx(2.7, abs=0.1)


def test_everything_is_reached_with_the_keyboard(demo: Server, visitors: Visitors) -> None:
    """In the order in which it stands there, and one sees where one is."""
    page = visitors.page(f"{demo.url}/lobby?room=tea")
    page.get_by_label("Your name").fill("Ann")
    page.keyboard.press("Enter")
    expect(page.locator(".connection")).to_have_text("Connected")
    page.get_by_role("link", name="Greet").focus()
    reached: list[str] = []
    for _ in range(10):
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        reached.append(page.evaluate("document.activeElement.innerText || document.activeElement.id"))
        assert outline != "none", reached[-1]
        page.keyboard.press("Tab")
    assert reached[:7] == ["Greet", "Lobby", "About", "garden", "tea", "workshop", "Leave"]
    assert reached[8:] == ["text", "Send"]
