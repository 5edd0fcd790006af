"""Law 6: everything is checked when it is made, and arguments when they are dispatched."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from typing_extensions import TypedDict

from effects import ArgumentError, Context, RegistrationError, Registry, create_dispatch

Kit = Callable[[], Registry]
Judge = Callable[[Any], bool]


class Options(TypedDict, total=False):
    """Two options."""

    name: str
    size: int


@dataclass
class Point:
    """A leaf with rules of its own."""

    x: int


def exactly(*kinds: type) -> Judge:
    """Values of these very types fit."""
    return lambda value: type(value) in kinds


def every(judge: Judge) -> Judge:
    """A strategy for lists and tuples of values that fit."""
    return lambda value: isinstance(value, (list, tuple)) and all(map(judge, value))


def options(value: Any) -> bool:
    """Whether a value fits `Options`."""
    kinds = {"name": str, "size": int}
    return isinstance(value, dict) and all(key in kinds and type(item) is kinds[key] for key, item in value.items())


ANNOTATIONS: dict[str, tuple[Any, Judge]] = {
    "str": (str, exactly(str)),
    "int": (int, exactly(int)),
    "float": (float, exactly(int, float)),
    "bool": (bool, exactly(bool)),
    "bytes": (bytes, exactly(bytes)),
    "object": (object, lambda value: True),
    "Any": (Any, lambda value: True),
    "int or None": (int | None, exactly(int, type(None))),
    "list of int": (list[int], every(exactly(int))),
    "sequence of str": (Sequence[str], every(exactly(str))),
    "any number of int": (tuple[int, ...], every(exactly(int))),
    "dict": (dict[str, int], lambda value: isinstance(value, dict) and all(map(exactly(int), value.values()))),
    "options": (Options, options),
    "point": (Point, exactly(Point)),
    "list of options": (list[Options], every(options)),
}

scalars = st.sampled_from([None, True, False, 0, 1, 7, 1.5, 2.0, "", "3", "a", b"", b"x", Point(1), object(), {1}])
dicts = st.fixed_dictionaries({}, optional={"name": scalars, "size": scalars})
values = dicts | st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.sampled_from(["name", "size", "nmae"]), inner, max_size=3)
    ),
    max_leaves=5,
)


def taking(annotation: Any, got: list[object], *, many: bool) -> Callable[..., list[object]]:
    """A function with a parameter of this annotation, which keeps its argument."""

    def one(ctx: object, value: annotation) -> list[object]:
        got.append(value)
        return []

    def rest(ctx: object, *values: annotation) -> list[object]:
        got.extend(values)
        return []

    return rest if many else one


@settings(deadline=None, max_examples=2 * settings().max_examples)
@given(kind=st.sampled_from(sorted(ANNOTATIONS)), value=values, many=st.booleans(), as_action=st.booleans())
@example(kind="options", value={"nmae": "a"}, many=False, as_action=False)
@example(kind="options", value={"size": True}, many=False, as_action=False)
@example(kind="options", value={"size": "3"}, many=False, as_action=False)
@example(kind="list of options", value=[{"nmae": "a"}], many=True, as_action=True)
@example(kind="int", value=True, many=False, as_action=False)
async def test_law_06_arguments_are_validated_and_passed_as_they_are(
    kind: str, value: object, many: bool, as_action: bool
) -> None:
    """Containers are lax, leaves strict, unknown options refused; a value that fits arrives as the very same object."""
    annotation, judge = ANNOTATIONS[kind]
    plugin = Registry("plugin")
    got: list[object] = []
    register = plugin.action if as_action else plugin.effect
    register("take")(taking(annotation, got, many=many))
    result = await create_dispatch([plugin], block=["rhialto.log"])([["take", value]])
    if judge(value):
        assert result.errors == ()
        assert got[0] is value
    else:
        assert got == []
        assert [(e.phase, type(e.exception)) for e in result.errors] == [("validate", ArgumentError)]


keys = st.sampled_from(["a", "b", "c"])
kinds = st.sampled_from(["effect", "action", "placeholder", "state"])
entries = st.tuples(kinds, keys, st.booleans())


def fill(registry: Registry, contents: list[tuple[str, str, bool]]) -> None:
    """Register all these claims."""
    for kind, key, override in contents:
        function: Any = (lambda: None) if kind == "state" else (lambda first: None)
        getattr(registry, kind)(key, override=override)(function)


def space(kind: str) -> str:
    """The namespace of a kind."""
    return "effect or action" if kind == "action" else "effect or action" if kind == "effect" else kind


def unique(contents: list[tuple[str, str, bool]]) -> list[tuple[str, str, bool]]:
    """Leave out claims that one registry alone would refuse."""
    return list({(space(kind), key): (kind, key, override) for kind, key, override in contents}.values())


@settings(deadline=None)
@given(st.lists(st.lists(entries, max_size=4).map(unique), max_size=3))
def test_law_06_conflicts_are_found_when_a_dispatch_is_made(contents: list[list[tuple[str, str, bool]]]) -> None:
    """A name that two plugins claim is refused with both their names, unless just one of them overrides on purpose."""
    registries = [Registry(f"plugin{number}") for number in range(len(contents))]
    claims: dict[tuple[str, str], list[tuple[str, bool]]] = {}
    for registry, content in zip(registries, contents, strict=True):
        fill(registry, content)
        for kind, key, override in content:
            claims.setdefault((space(kind), key), []).append((registry.name, override))
    wrong = []
    for claimed in claims.values():
        overriding = sum(override for _, override in claimed)
        if (len(claimed) > 1 and overriding != 1) or (len(claimed) == 1 and overriding):
            wrong.append([owner for owner, _ in claimed])
    if not wrong:
        create_dispatch(registries)
        return
    with pytest.raises(RegistrationError) as caught:
        create_dispatch(registries)
    for owners in wrong:
        assert all(repr(owner) in str(caught.value) for owner in owners)


@settings(deadline=None)
@given(needs=st.sets(st.sampled_from("abcd")), given_now=st.sets(st.sampled_from("abcd")), late=st.sets(keys))
def test_law_06_missing_system_values_are_found_when_a_dispatch_is_made(
    needs: set[str], given_now: set[str], late: set[str]
) -> None:
    """A needed value that is neither given nor announced is named together with its taker."""
    plugin = Registry("plugin", late=late)
    source = f"def needy(ctx, {', '.join(['*', *sorted(needs)]) if needs else ''}): ..."
    namespace: dict[str, Any] = {}
    exec(source, namespace)
    plugin.effect("needy")(namespace["needy"])
    missing = needs - given_now - late
    system = dict.fromkeys(given_now)
    if not missing:
        create_dispatch([plugin], system=system)
        return
    with pytest.raises(RegistrationError) as caught:
        create_dispatch([plugin], system=system)
    for name in missing:
        assert f"missing system value {name!r}, needed by 'needy' of 'plugin'" in str(caught.value)


@settings(deadline=None)
@given(st.lists(st.integers(), min_size=1, max_size=3), st.booleans())
async def test_law_06_without_validation_only_the_number_of_arguments_counts(args: list[int], validate: bool) -> None:
    """`validate=False` leaves types unchecked; a wrong number of arguments is still a record."""
    plugin = Registry("plugin")
    got: list[object] = []

    @plugin.effect("take")
    def take(ctx: Context, one: str, two: str) -> None:
        got.append((one, two))

    result = await create_dispatch([plugin], validate=validate, block=["rhialto.log"])([["take", *args]])
    fits = len(args) == 2 and not validate
    assert got == ([tuple(args)] if fits else [])
    assert [record.phase for record in result.errors] == ([] if fits else ["validate"])
