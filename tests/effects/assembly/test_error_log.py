"""The engine's own error listener, `rhialto.log`."""

import json
import logging
from collections.abc import Callable

import pytest
import trio

from effects import Context, Registry, create_dispatch

Kit = Callable[[], Registry]


async def test_each_error_is_one_record_at_level_error(kit: Kit, caplog: pytest.LogCaptureFixture) -> None:
    """It goes to the logger `effects`."""
    result = await create_dispatch([kit()])([["fail"], ["run", ["nobody"]]])
    assert [(record.name, record.levelno) for record in caplog.records] == [("effects", logging.ERROR)] * 2
    assert caplog.messages[1] == str(result.errors[1])


async def test_the_log_says_where_in_the_code_it_was_raised(kit: Kit, caplog: pytest.LogCaptureFixture) -> None:
    """The frames go with an exception of user code, its message does not."""
    await create_dispatch([kit()])([["fail"]])
    assert caplog.messages[0].startswith(
        "execute failed for 'fail': ValueError\n  at   effects[0]\n  from plugin 'kit'"
    )
    assert ", in fail\n" in caplog.messages[0]


async def test_the_log_of_the_engines_own_errors_has_no_frames(kit: Kit, caplog: pytest.LogCaptureFixture) -> None:
    """Their messages already have a fix."""
    await create_dispatch([kit()])([["nobody"]])
    assert "File" not in caplog.text.partition("no interpreter")[2]


async def test_the_log_of_a_group_says_what_is_in_it(caplog: pytest.LogCaptureFixture) -> None:
    """It has the types of the exceptions in it, and the places where each was raised: a nursery wraps every exception
    in a group.
    """
    plugin = Registry("plugin")

    async def child() -> None:
        raise LookupError("no such " + "thing")

    @plugin.effect("nurse")
    async def nurse(ctx: Context) -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(child)

    await create_dispatch([plugin])([["nurse"]])
    assert "LookupError" in caplog.text
    assert ", in child" in caplog.text
    assert "no such thing" not in caplog.text


async def test_in_debug_the_message_is_logged(kit: Kit, caplog: pytest.LogCaptureFixture) -> None:
    """The vector is logged, too."""
    await create_dispatch([kit()], debug=True)([["fail"]])
    assert "ValueError: boom\n  at   effects[0] " in caplog.text
    assert "'fail'" in caplog.text.partition("effects[0] ")[2]


async def test_a_log_record_has_the_parts_of_the_error(kit: Kit, caplog: pytest.LogCaptureFixture) -> None:
    """They are attributes, which formatters of structured logs write out. JSON can represent all of them."""
    await create_dispatch([kit()])([["run", ["fail"]], ["nobody", "s3cr3t"]])
    parts = [
        {name: value for name, value in vars(record).items() if name.startswith("effect_")} for record in caplog.records
    ]
    assert json.loads(json.dumps(parts)) == [
        {
            "effect_phase": "execute",
            "effect_key": "fail",
            "effect_path": "effects[0][1]",
            "effect_types": [],
            "effect_plugin": "kit",
            "effect_error": "ValueError",
        },
        {
            "effect_phase": "shape",
            "effect_key": "nobody",
            "effect_path": "effects[1]",
            "effect_types": ["str"],
            "effect_plugin": None,
            "effect_error": "UnknownKeyError",
        },
    ]
