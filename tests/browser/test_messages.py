"""A message about a value that does not fit stands beside its field, however deep."""

from __future__ import annotations

import pytest
from htpy import button, p
from htpy import input as field
from playwright.sync_api import expect
from pydantic import BaseModel, Field
from quart.typing import ResponseReturnValue

from plugins.datastar import at, attr
from plugins.http import no_errors
from tests.browser.stage import Stage

pytestmark = pytest.mark.slow


class Address(BaseModel):
    """Within an order."""

    city: str = Field(min_length=2)
    zip: int


class Order(BaseModel):
    """What the page sends."""

    name: str = Field(min_length=1)
    address: Address


def test_messages_of_nested_models_are_shown_and_go_away(stage: Stage) -> None:
    """Each with its field, while the others have none."""

    @stage.app.post("/order")
    async def order() -> ResponseReturnValue:
        sent = await stage.live.signals(Order)
        thanks = p("#thanks")[f"Thank you, {sent.name} in {sent.address.city}."]
        return await stage.live.reply([["patch-elements", thanks], ["patch-signals", {"errors": no_errors(Order)}]])

    signals = {"name": "Ann", "address": {"city": "", "zip": "x"}, "errors": no_errors(Order)}
    page = stage.show(
        p("#thanks", attr.signals(signals)),
        field("#city", attr.bind("address.city")),
        button("#zip", attr.on("click", "$address.zip = 8010"))["8010"],
        button("#send", attr.on("click", at.post("/order")))["Order"],
        p("#name-error", attr.text("$errors.name")),
        p("#city-error", attr.text("$errors.address.city")),
        p("#zip-error", attr.text("$errors.address.zip")),
    )
    page.click("#send")
    expect(page.locator("#city-error")).to_contain_text("at least 2")
    expect(page.locator("#zip-error")).to_contain_text("integer")
    expect(page.locator("#name-error")).to_have_text("")
    page.fill("#city", "Graz")
    page.click("#send")
    expect(page.locator("#city-error")).to_have_text("")
    expect(page.locator("#zip-error")).to_contain_text("integer")
    page.click("#zip")
    page.click("#send")
    expect(page.locator("#thanks")).to_have_text("Thank you, Ann in Graz.")
    expect(page.locator("#zip-error")).to_have_text("")
