"""The fast call of a function with the arguments of a vector, for arguments whose types show that they fit and hold no
placeholder.

It is written as source for each shape of signature, and compiled, as dataclasses are: a call that spells its arguments
out costs a fifth of one with `*args, **needs`, and tests that are spelled out a fifth of a loop over arguments and
checks. With it, an effect costs half. It leaves doubtful arguments to `_engine`, which calls the function with any
arguments, and reports errors.
"""

from __future__ import annotations

import linecache
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import count
from types import CodeType
from typing import Any, Final, cast, final

from .._annotations.checkers import Checker
from .._annotations.late import Late, may_be_bound_now
from .._language.containers import PLAIN
from .._registry.signatures import Signature

__all__ = ["NOTHING", "FastCall", "make_fast_call"]

NOTHING: Final = object()
"""Stands for a result if the function was not called, or has failed."""

FastCall = Callable[[object, Sequence[object], Mapping[str, object]], Any]
"""Takes the first argument of the function, the whole vector, and the system."""

_MAX_ARGUMENTS = 8
"""Vectors with more arguments go the slow way."""
_MAX_TYPES = 100
"""At most this many types are remembered for one parameter."""


def make_fast_call(function: Callable[..., object], signature: Signature, *, validate: bool) -> FastCall:
    """Make the fast call of one function. It returns the result of the function, or `NOTHING` without having called
    it.
    """
    most = _MAX_ARGUMENTS if signature.at_most is None else min(signature.at_most, _MAX_ARGUMENTS)
    names: dict[str, object] = {"function": function, "NOTHING": NOTHING, "PLAIN": PLAIN}
    tests: list[str] = []
    for index in range(1, most + 1):
        check = signature.checks[index - 1] if index <= len(signature.checks) else signature.rest
        names[f"sure{index}"] = _PassedByType(check if validate else None, signature.late_at(index - 1))
        tests.append(f"sure{index}[type(vector[{index}])]")
        if check is not None and check.is_effect:
            arg = f"vector[{index}]"
            tests[-1] = f"type({arg}) in PLAIN and {arg} and type({arg}[0]) is str"
        elif check is not None and check.plain_options is not None:
            names[f"options{index}"] = check.plain_options
            tests[-1] = f"options{index}(vector[{index}])"
    code = _compile_call(signature.at_least, tuple(tests), signature.needs + signature.wishes)
    exec(code, names)  # noqa: S102 - the source holds only numbers, and names of parameters
    return cast(FastCall, names["call"])


@cache
def _compile_call(least: int, tests: tuple[str, ...], needs: tuple[str, ...]) -> CodeType:
    """The source for none or one argument, and one need, is

    def call(first, vector, system):
        size = len(vector)
        if size == 1 and "sink" in system:
            return function(first, sink=system["sink"])
        if size == 2 and sure1[type(vector[1])] and "sink" in system:
            return function(first, vector[1], sink=system["sink"])
        return NOTHING
    """
    tests_of_needs = [f"{name!r} in system" for name in needs]
    keywords = [f"{name}=system[{name!r}]" for name in needs]
    lines = ["def call(first, vector, system):", " size = len(vector)"]
    for size in range(least + 1, len(tests) + 2):
        args = ["first", *(f"vector[{index}]" for index in range(1, size)), *keywords]
        lines += [f" if {' and '.join([f'size == {size}', *tests[: size - 1], *tests_of_needs])}:"]
        lines += [f"  return function({', '.join(args)})"]
    source = "\n".join([*lines, " return NOTHING"])
    name = f"<fast call {next(_numbers)}>"
    linecache.cache[name] = len(source), None, source.splitlines(keepends=True), name
    return compile(source, name, "exec")


_numbers = count(1)
"""Each source has a number, so that it is a file of its own to tracebacks and debuggers."""


@final
class _PassedByType(dict[type, bool]):
    """Whether an argument is passed on as it is, by its type alone: a `str` fits a parameter annotated as `str`, and
    holds no placeholder. The answer is found when a type is first met.
    """

    def __init__(self, check: Checker | None, late: Late | None) -> None:
        super().__init__()
        self._check = check
        """None if nothing is checked."""
        self._late = late

    def __missing__(self, kind: type) -> bool:
        is_passed = not may_be_bound_now(kind, self._late) and (self._check is None or self._check.fits_by_type(kind))
        if len(self) < _MAX_TYPES:
            self[kind] = is_passed
        return is_passed
