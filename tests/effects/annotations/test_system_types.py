"""System values have the types that their takers are annotated with; lifespans take them as interpreters do."""

import io
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Annotated, Any, Literal, NewType, Protocol, TextIO, TypeVar, runtime_checkable
from unittest.mock import create_autospec

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typing_extensions import Doc, TypeAliasType, TypedDict

from effects import (
    Context,
    Dispatch,
    RegistrationError,
    Registry,
    SystemValueError,
    check_plugins,
    create_dispatch,
    hookimpl,
)


class Phone:
    """Rings."""

    def ring(self) -> None:
        """Ring."""


class Mobile(Phone):
    """Rings elsewhere, too."""


class Bell:
    """Rings, and is no phone."""

    def ring(self) -> None:
        """Ring."""


class Clock:
    """Does not ring."""


class Alarm(Clock, Bell):
    """Is two things."""


@runtime_checkable
class Rings(Protocol):
    """A protocol that `isinstance` can be asked about."""

    def ring(self) -> None:
        """Ring."""


class Silent(Protocol):
    """A protocol that it cannot be asked about."""

    def ring(self) -> None:
        """Ring."""


class Options(TypedDict):
    """Options."""

    loud: bool


class Touchy(type):
    """The type of a class that refuses to be asked."""

    def __instancecheck__(cls, value: object) -> bool:
        raise OSError("do not ask")


class Asked(metaclass=Touchy):
    """It."""


Number = NewType("Number", int)
Ringing = TypeVar("Ringing", bound=Phone)
Anything = TypeVar("Anything")
Lost: Any = TypeAliasType("Lost", "Nowhere")  # noqa: F821 - it is found nowhere
Phones = TypeAliasType("Phones", Phone | None)

ROWS: list[tuple[Any, list[object], list[object]]] = [
    (Phone, [Phone(), Mobile(), create_autospec(Phone, instance=True)], [Bell(), None, 5, Phone, "phone"]),
    (Phone | None, [Phone(), None], [5, Bell()]),
    (Phone | Bell, [Phone(), Bell()], [Clock(), None]),
    (Annotated[Phone, Doc("Where it rings.")], [Phone()], [5]),
    (Phones, [Phone(), None], [5]),
    (Ringing, [Mobile()], [5]),
    (Number, [1], ["1", True]),
    (Rings, [Phone(), Bell()], [Clock(), None]),
    (Silent, [Phone(), 5, None], []),
    (dict[str, float], [{}, {"kitchen": "warm"}], [[], None]),
    (Mapping[str, object], [{}], [[]]),
    (list[int], [[], ["x"]], [{}, "x"]),
    (Options, [{}, {"loud": 1}], [[]]),
    (Callable[[int], str], [len, Phone], [5]),
    (type[Phone], [Phone, Bell], [Phone()]),
    (Literal["loud"], ["loud", "quiet"], [1]),
    (int, [1], ["1", True, 1.5]),
    (float, [1, 1.5], ["1", True]),
    (bool, [True], [1, "yes"]),
    (None, [None], [0]),
    (str, ["x"], [b"x"]),
    (int | str, [1, "x"], [1.5, True]),
    (TextIO, [io.StringIO(), 5], []),
    (object, [5, None], []),
    (Any, [5, None], []),
    (Anything, [5, None], []),
    (Phone | Any, [5, None], []),
    (Asked, [5, None], []),
    ("Nowhere", [5, None], []),
    (Lost, [5, None], []),
]


def taking(annotation: Any, name: str = "plugin", *, late: bool = False, default: Any = ...) -> Registry:
    """A plugin with an effect that takes `it` from the system."""
    plugin = Registry(name, late=["it"] if late else [])

    def take(ctx: Context, *, it: annotation) -> object:
        return it

    if default is not ...:
        take.__kwdefaults__ = {"it": default}
    plugin.effect(f"{name}/take")(take)
    return plugin


@settings(deadline=None)
@given(st.data())
async def test_law_06_system_values_have_the_types_that_they_are_taken_as(data: st.DataObject) -> None:
    """They are checked when a dispatch is made, by `check_plugins`, and by `check_system`."""
    annotation, fits, misfits = data.draw(st.sampled_from(ROWS))
    value = data.draw(st.sampled_from(fits + misfits))
    default = data.draw(st.sampled_from([..., None]))
    system, plugin = {"it": value}, taking(annotation, default=default)
    right = any(value is one for one in fits) or value is default
    assert len(check_plugins([plugin], system=system)) == (not right)
    assert len(create_dispatch([taking(annotation, late=True, default=default)]).check_system(system)) == (not right)
    if right:
        result = await create_dispatch([plugin], system=system)([["plugin/take"]])
        assert result.raise_errors().results[0].value is value
    else:
        said = f"system value 'it' is of type {type(value).__name__}, and 'plugin/take' of 'plugin' takes "
        with pytest.raises(RegistrationError, match=f"this dispatch cannot be made\n  - {said}"):
            create_dispatch([plugin], system=system)


@pytest.mark.parametrize(("annotation", "fits", "misfits"), ROWS, ids=[str(row[0])[:60] for row in ROWS])
def test_every_type_is_compared_as_far_as_it_can_be(annotation: Any, fits: list[object], misfits: list[object]) -> None:
    """The content of a value is not checked."""
    for value in fits:
        assert check_plugins([taking(annotation)], system={"it": value}) == ()
    for value in misfits:
        (problem,) = check_plugins([taking(annotation)], system={"it": value})
        assert problem.fix == "give it one that fits, or annotate 'it' with a protocol of what is used of it"


def test_state_slices_take_values_of_a_type_too() -> None:
    """The message names each taker."""
    plugin = taking(Phone | None)

    @plugin.state("phone")
    def phone(*, it: Phone) -> object:
        return it

    (problem,) = check_plugins([plugin], system={"it": None})
    assert problem.what == "system value 'it' is of type NoneType, and 'phone' of 'plugin' takes Phone"
    two = check_plugins([plugin], system={"it": 5})
    assert [one.what.rpartition(" takes ")[2] for one in two] == ["Phone or None", "Phone"]


def test_what_is_not_used_is_not_compared() -> None:
    """An effect that another plugin overrides takes nothing."""
    other = Registry("other")
    other.effect("plugin/take", override=True)(lambda ctx: None)
    assert check_plugins([taking(Phone), other], system={"it": 5}) == ()


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        (Phone, Clock, "is Phone for 'a/take' of 'a', and Clock for 'b/take' of 'b'"),
        (Phone | None, Clock | None, "is Phone or None for 'a/take' of 'a', and Clock or None for 'b/take' of 'b'"),
        (dict[str, int], list[int], "is dict for 'a/take' of 'a', and list for 'b/take' of 'b'"),
        (int, str, "is int for 'a/take' of 'a', and str for 'b/take' of 'b'"),
        (Phone, Mobile, None),
        (Phone | Clock, Mobile, None),
        (Phone, Rings, None),
        (Phone, Silent, None),
        (Phone, object, None),
        (Phone, "Nowhere", None),
        (Phone, Mapping[str, int], None),
        (Phone | None, None, "is Phone or None for 'a/take' of 'a', and None for 'b/take' of 'b'"),
        (float, int, None),
    ],
    ids=str,
)
def test_two_that_take_one_name_as_two_types_are_told(one: Any, other: Any, told: str | None) -> None:
    """Both takers are named, before there is any value."""
    plugins = [taking(one, "a", late=True), taking(other, "b")]
    for pair in (plugins, plugins[::-1]):
        problems = check_plugins(pair)
        assert len(problems) == (told is not None)
    if told is not None:
        with pytest.raises(RegistrationError, match=f"system value 'it' {told}; fix: rename one of the two, or annota"):
            create_dispatch(plugins)


def test_a_value_that_is_both_settles_it() -> None:
    """Classes may be inherited from together."""
    plugins = [taking(Clock, "a"), taking(Bell, "b")]
    assert check_plugins(plugins, system={"it": Alarm()}) == ()
    wrong, odds = check_plugins(plugins, system={"it": Clock()})
    assert wrong.what == "system value 'it' is of type Clock, and 'b/take' of 'b' takes Bell"
    assert odds.what == "system value 'it' is Clock for 'a/take' of 'a', and Bell for 'b/take' of 'b'"


def test_a_system_is_checked_with_what_it_is_merged_over() -> None:
    """The system is merged as for a dispatch."""
    dispatch = create_dispatch([taking(Phone)], system={"it": Phone()})
    assert dispatch.check_system() == ()
    (problem,) = dispatch.check_system({"it": 5})
    assert isinstance(problem, SystemValueError)
    assert problem.what == "system value 'it' is of type int, and 'plugin/take' of 'plugin' takes Phone"


Brought = AbstractAsyncContextManager[Mapping[str, object]]


def bringing(name: str, **values: object) -> Registry:
    """A plugin whose lifespan opens these values."""
    plugin = Registry(name, late=list(values))

    @plugin.lifespan
    @asynccontextmanager
    async def lifespan(dispatch: Dispatch) -> AsyncIterator[Mapping[str, object]]:
        yield values

    return plugin


async def test_a_lifespan_takes_system_values_by_keyword() -> None:
    """It gets values that the dispatch was made with, values of earlier lifespans, and a default for a value that is
    not there.
    """
    seen: list[object] = []
    plugin = Registry("plugin")
    phone, clock = Phone(), Clock()

    @plugin.lifespan
    @asynccontextmanager
    async def lifespan(
        dispatch: Dispatch, *, phone: Phone, clock: Clock, bell: Bell | None = None
    ) -> AsyncIterator[Mapping[str, object]]:
        seen.extend([dispatch, phone, clock, bell])
        yield {"alarm": clock}

    class Last:
        """A plugin that is an object."""

        @hookimpl
        @asynccontextmanager
        async def rhialto_lifespan(self, *, alarm: Clock, bell: object = "none") -> AsyncIterator[None]:
            seen.extend([alarm, bell])
            yield

    class Other:
        """One that provides a registry."""

        @hookimpl
        def rhialto_registry(self) -> Registry:
            late = Registry("late", late=["alarm"])

            @late.lifespan
            @asynccontextmanager
            async def lifespan(dispatch: Dispatch, *, alarm: Clock) -> AsyncIterator[None]:
                seen.append(alarm)
                yield

            return late

    plugins = [bringing("first", clock=clock), plugin, Last(), Other()]
    async with create_dispatch(plugins, system={"phone": phone}).running() as dispatch:
        assert seen == [dispatch, phone, clock, None, clock, "none", clock]


def test_what_a_lifespan_lacks_is_found_when_a_dispatch_is_made() -> None:
    """This is checked as for interpreters, two different types included."""
    plugin = Registry("plugin")

    @plugin.lifespan
    @asynccontextmanager
    async def lifespan(dispatch: Dispatch, *, it: Phone) -> AsyncIterator[None]:
        yield

    (missing,) = check_plugins([plugin], system={"its": 1})
    assert missing.what == "missing system value 'it', needed by the lifespan of plugin 'plugin' (near: 'its')"
    (wrong,) = check_plugins([plugin], system={"it": 5})
    assert wrong.what == "system value 'it' is of type int, and the lifespan of plugin 'plugin' takes Phone"
    (odds,) = check_plugins([plugin, taking(Clock, "other", late=True)])
    assert (
        odds.what
        == "system value 'it' is Clock for 'other/take' of 'other', and Phone for the lifespan of plugin 'plugin'"
    )


async def test_a_lifespan_that_comes_too_early_is_told() -> None:
    """The message names the plugin and the value, and says that it comes before the plugin that opens it."""
    plugin = Registry("plugin")

    @plugin.lifespan
    @asynccontextmanager
    async def lifespan(dispatch: Dispatch, *, clock: Clock) -> AsyncIterator[None]:
        yield

    dispatch = create_dispatch([plugin, bringing("later", clock=Clock())])
    said = "the lifespan of plugin 'plugin' takes the system value 'clock', which is not there"
    with pytest.raises(SystemValueError, match=said) as caught:
        async with dispatch.running():
            raise AssertionError("it runs")
    assert (caught.value.fix or "").startswith("put the plugin that opens it before this one")
    async with create_dispatch([bringing("later", clock=Clock()), plugin]).running():
        pass


async def test_what_a_lifespan_opens_has_the_type_that_it_is_taken_as() -> None:
    """Later lifespans and interpreters may take it; the message names the plugin that opened it."""
    plugin = Registry("plugin")

    @plugin.lifespan
    @asynccontextmanager
    async def lifespan(dispatch: Dispatch, *, it: Phone) -> AsyncIterator[None]:
        yield

    with pytest.raises(
        SystemValueError, match="'it' is of type Clock, and the lifespan of plugin 'plugin' takes Phone"
    ):
        async with create_dispatch([bringing("first", it=Clock()), plugin]).running():
            raise AssertionError("it runs")
    said = (
        "lifespan of plugin 'first' brings a value that does not fit: system value 'it' is of type Clock, and 'plugin/"
    )
    with pytest.raises(RegistrationError, match=said):
        async with create_dispatch([bringing("first", it=Clock()), taking(Phone)]).running():
            raise AssertionError("it runs")


async def positional(dispatch: Dispatch, clock: Clock) -> None:
    """A lifespan with too many positional parameters."""


@pytest.mark.parametrize("lifespan", [positional, lambda: None, lambda *, dispatch: None], ids=["two", "none", "key"])
def test_a_lifespan_that_cannot_be_called_is_refused_when_registered(lifespan: Any) -> None:
    """The message says how to write it."""
    with pytest.raises(RegistrationError, match=r"its lifespan: it cannot be called with(.|\n)*\(dispatch, \*, db"):
        Registry("plugin").lifespan(lifespan)
