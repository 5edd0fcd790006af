"""The reading of one vector: its shape, its interpreter, its late values, and whether its arguments fit.

Each function records what fails and answers with None or False; the caller then goes on to the next vector.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any, cast

from .._assembly.tables import Entry
from .._language.containers import LEAVES, MAX_ITEMS
from .._language.errors import ArgumentError, PlaceholderError, ShapeError, UnknownKeyError, near
from .._language.paths import Link, flatten
from .._language.sink import Sink
from .._language.vectors import Placeholder, plain_key, vector_problem
from .._registry.signatures import count_problem
from .._registry.spots import NO_EFFECT, Spot, first_misplaced, spots
from .early import too_early
from .frame import Frame
from .placeholders import placeholders_in, rebuild

__all__ = ["Reading", "bind_arguments", "fits", "read", "resolve_all"]

Reading = tuple[Entry, Sequence[object], bool]
"""The entry that interprets a vector, and the arguments; True if they hold placeholders to be resolved for each member.
"""


def read(frame: Frame, vector: object, link: Link) -> Reading | None:
    """Read one vector and resolve its placeholders. Returns None, with a record, if that cannot be done."""
    try:
        if (problem := vector_problem(vector)) is not None:
            frame.fail("shape", None, link, None, ShapeError(problem[0], fix=problem[1]), vector)
            return None
        key, *args = islice(cast("Sequence[Any]", vector), MAX_ITEMS)
        hash(key)  # a key that cannot be hashed is no key, even if it is a str
        key = plain_key(key)
        entry = frame.engine.tables.entries.get(key)
    except Exception as error:  # noqa: BLE001 - a subclass of list or str may fail in any way when it is read
        frame.fail("shape", None, link, None, error, vector)
        return None
    if entry is None:
        frame.fail("shape", key, link, None, _unknown_key_error(key, frame), vector)
        return None
    return bind_arguments(frame, entry, args, vector, link)


def _unknown_key_error(key: str, frame: Frame) -> UnknownKeyError:
    entries = frame.engine.tables.entries
    closest = near(key, entries)
    count = f"{len(entries)} {'effect or action' if len(entries) == 1 else 'effects and actions'} registered"
    fix = "load the plugin that provides it, or register an interpreter"
    return UnknownKeyError(
        f"no interpreter for effect {key[:200]!r}",
        near=f"{closest}; {count}" if closest else None,
        fix=fix if closest else f"{fix}; {count}",
    )


def bind_arguments(frame: Frame, entry: Entry, args: Sequence[object], vector: object, link: Link) -> Reading | None:
    """Resolve placeholders, unless one is resolved for each member. Returns None, with a record, if one fails."""
    try:
        placeholders, is_doubtful = placeholders_in(args, entry.signature, frame.budget)
        wrong = first_misplaced(args, entry.signature, frame.budget.limits.nodes) if is_doubtful else None
    except Exception as error:  # noqa: BLE001 - a limit, an odd type
        frame.fail("interpolate", entry.key, link, None, error, vector)
        return None
    if wrong is not None and wrong.problem is not None:
        is_argument = wrong.problem is NO_EFFECT and len(wrong.path) == 1  # then the vector is at fault, as in a check
        place = link if is_argument else _link_of_spot(link, wrong)
        misfit = PlaceholderError(wrong.problem[0], fix=wrong.problem[1])
        frame.fail("interpolate", entry.key, place, None, misfit, vector)
        return None
    if not placeholders:
        return entry, args, False
    sources = frame.engine.tables.placeholders
    each = False
    for placeholder in placeholders:
        source = sources.get(placeholder.key)
        if source is None or not source.at_least <= len(placeholder.args) <= source.at_most:
            unusable = _placeholder_error(frame, source, placeholder)
            frame.fail(
                "interpolate",
                entry.key,
                _placeholder_link(frame, link, entry, args, placeholder),
                None,
                unusable,
                vector,
            )
            return None
        each = each or source.each
    if each:
        if not entry.is_action:
            return entry, args, True
        misfit = PlaceholderError(
            "a placeholder that is resolved for each member stands in an action's argument",
            fix="an action runs once: put the placeholder into the effects that it returns",
        )
        frame.fail("interpolate", entry.key, link, None, misfit, vector)
        return None
    bound = resolve_all(frame, entry, args, vector, link, None)
    return None if bound is None else (entry, bound, False)


def _placeholder_error(frame: Frame, source: Entry | None, placeholder: Placeholder) -> PlaceholderError:
    if source is None:
        sources = frame.engine.tables.placeholders
        return PlaceholderError(
            f"no placeholder {placeholder.key!r}",
            near=near(placeholder.key, sources),
            fix="load the plugin that provides it, or register one with @registry.placeholder",
        )
    problem = count_problem(source.signature, placeholder.args)
    return PlaceholderError(f"placeholder {placeholder.key!r} {problem}", fix=source.signature.usage)


def resolve_all(
    frame: Frame, entry: Entry, args: Sequence[object], vector: object, link: Link, member: Sink | None
) -> list[object] | None:
    """Return the arguments with their placeholders resolved, for one member if given. Returns None, with a record, if
    one fails.
    """
    sources = frame.engine.tables.placeholders
    data = frame.data
    current: Placeholder | None = None

    def resolve(placeholder: Placeholder) -> object:
        nonlocal current
        current = placeholder
        source = sources[placeholder.key]
        value: object = (
            source.function(data, member, *placeholder.args)
            if source.each
            else source.function(data, *placeholder.args)
        )
        if type(value) not in LEAVES:
            frame.budget.keep(value)
        return value

    try:
        return rebuild(args, entry.signature, resolve)
    except BaseException as error:  # noqa: BLE001 - absorb raises what may not be kept
        owner = None if current is None else sources[current.key].plugin
        here = _placeholder_link(frame, link, entry, args, current)
        place = flatten(here)[len(flatten(link)) :]
        explained = too_early(error, current, place, args, entry.signature, frame.engine.tables.entries)
        frame.absorb(explained, "interpolate", entry.key, here, owner, vector)
        return None


def _placeholder_link(
    frame: Frame, link: Link, entry: Entry, args: Sequence[object], placeholder: Placeholder | None
) -> Link:
    """Return the place of a placeholder in a vector."""
    every = spots(args, entry.signature, frame.budget.limits.nodes)
    matches = (spot for spot in every if spot.value is placeholder)
    return next((_link_of_spot(link, spot) for spot in matches), link)


def _link_of_spot(link: Link, spot: Spot) -> Link:
    """Return the link of a spot in the vector at `link`."""
    for step in spot.path:
        link = (link, step)
    return link


def fits(frame: Frame, entry: Entry, args: Sequence[object], vector: object, link: Link) -> bool:
    """Whether the arguments fit the interpreter: in number always, in type unless validation is off."""
    if not entry.at_least <= len(args) <= entry.at_most:
        error = ArgumentError(f"{entry.key!r} {count_problem(entry.signature, args)}", fix=entry.signature.usage)
        frame.fail("validate", entry.key, link, None, error, vector)
        return False
    if not entry.validate:
        return True
    try:
        complaint = entry.signature.complaint(args)
    except BaseException as raised:  # noqa: BLE001 - a type's own check may raise anything; absorb passes what must
        frame.absorb(raised, "validate", entry.key, link, None, vector)
        return False
    if complaint is not None:
        frame.fail("validate", entry.key, link, None, complaint, vector)
    return complaint is None
