"""Faults on purpose: effects that fail now and then, the same way each time."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

from .._dispatch.dispatch import Dispatch
from .._language.errors import RegistrationError, near
from .._language.vectors import plain_key
from .._registry.interceptors import Interceptor, Step

__all__ = ["Fault", "with_faults"]


@final
@dataclass(frozen=True, slots=True)
class Fault:
    """How an effect fails: with which exception, and with which probability, from 0 to 1.

    Raises `RegistrationError` if `error` is no `Exception`, and for any other probability.
    """

    error: Exception
    probability: float = 1.0

    def __post_init__(self) -> None:
        if not isinstance(self.error, Exception):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise RegistrationError("a fault is an Exception that is raised", fix='write Fault(OSError("no answer"))')
        if not 0 <= self.probability <= 1:
            raise RegistrationError("a probability is a number from 0 to 1", fix="leave it out for always")


def with_faults(dispatch: Dispatch, faults: Mapping[str, Fault], *, seed: int = 0) -> Dispatch:
    """Return the same dispatch, in which some effects fail.

    An effect that fails is not run; its record has the phase `interceptor`, and the fault's exception. The seed alone
    decides which effects of each key fail: the same ones fail each time, even if other effects run between them. Raises
    `RegistrationError` for a key that is no effect.

    For example, `with_faults(dispatch, {"mail/send": Fault(OSError(), 0.3)})`.
    """
    faults = {plain_key(key): fault for key, fault in faults.items()}
    _check(dispatch, faults)
    dice = {key: random.Random(f"{seed} {key}") for key in faults}  # noqa: S311 - the same each time is the point

    def fail(step: Step) -> None:
        fault = faults.get(str(step.key))
        if fault is not None and dice[str(step.key)].random() < fault.probability:
            raise fault.error.with_traceback(None)

    return dispatch.with_interceptors(Interceptor(id="rhialto.faults", before_effect=fail))


def _check(dispatch: Dispatch, faults: Mapping[str, Fault]) -> None:
    effect_keys = {entry.key for entry in dispatch.registrations if entry.kind == "effect"}
    for key in faults:
        if key not in effect_keys:
            raise RegistrationError(
                f"{key!r} is no effect, so it cannot fail",
                near=near(key, effect_keys),
                fix="name an effect that is registered",
            )
