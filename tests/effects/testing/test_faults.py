"""Faults on purpose."""

from collections.abc import Callable
from typing import Any

import pytest
import trio

from effects import RegistrationError, Registry, create_dispatch
from effects.testing import Fault, Recorder, with_faults

Kit = Callable[[], Registry]


async def failed(kit: Kit, seed: int, *others: str) -> list[bool]:
    """Which of a hundred notes fail; meanwhile, others may, too."""
    notes: list[object] = []
    faults = {key: Fault(OSError("down"), 0.3) for key in ("note", *others)}
    dispatch = with_faults(create_dispatch([kit()], system={"notes": notes}), faults, seed=seed)
    for number in range(100):
        await dispatch([["note", number], *[[other] for other in others]])
    return [number not in notes for number in range(100)]


async def test_an_effect_fails_in_place_of_being_run(kit: Kit) -> None:
    """It leaves an error record; the others run."""
    notes: list[object] = []
    dispatch = with_faults(create_dispatch([kit()], system={"notes": notes}), {"fail": Fault(OSError("down"))})
    (error,) = (await dispatch([["fail"], ["note", 1]])).errors
    assert (error.key, repr(error.exception)) == ("fail", "OSError('down')")
    assert notes == [1]


async def test_the_seed_settles_which_fail(kit: Kit) -> None:
    """Failures of other effects do not change this."""
    first = await failed(kit, 1)
    assert 10 < sum(first) < 50
    assert await failed(kit, 1) == await failed(kit, 1, "run") == first
    assert await failed(kit, 2) != first


async def test_a_recorder_can_have_faults(kit: Kit) -> None:
    """An effect that fails is not recorded."""
    recorder = Recorder(with_faults(create_dispatch([kit()]), {"note": Fault(OSError(), 0.5)}, seed=1))
    result = await recorder([["note", number] for number in range(20)])
    assert len(recorder.effects) + len(result.errors) == 20
    assert result.errors


async def test_effects_at_the_same_time_fail_as_often(kit: Kit) -> None:
    """Their order does not count."""
    dispatch = with_faults(create_dispatch([kit()], system={"notes": []}), {"note": Fault(OSError(), 0.5)}, seed=1)
    counts: list[int] = []

    async def one() -> None:
        counts.append(len((await dispatch([["note", 1]])).errors))

    async with trio.open_nursery() as nursery:
        for _ in range(20):
            nursery.start_soon(one)
    again = with_faults(create_dispatch([kit()], system={"notes": []}), {"note": Fault(OSError(), 0.5)}, seed=1)
    assert sum(counts) == len((await again([["note", 1]] * 20)).errors)


@pytest.mark.parametrize("key", ["nots", "tree"])
def test_what_is_no_effect_cannot_fail(kit: Kit, key: str) -> None:
    """With a misspelled key, a test would pass without testing anything."""
    with pytest.raises(RegistrationError, match=f"{key!r} is no effect"):
        with_faults(create_dispatch([kit()]), {key: Fault(OSError())})


@pytest.mark.parametrize("args", [(trio.Cancelled,), (OSError,), (OSError(), 1.5), (OSError(), -0.1)])
def test_a_fault_that_cannot_be_is_refused(args: Any) -> None:
    """The error comes when it is made."""
    with pytest.raises(RegistrationError):
        Fault(*args)
