"""Registries: registrations, refusals, and several of them in one dispatch."""

import functools
from collections.abc import Callable
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest

from effects import Context, Dispatch, Interceptor, Limits, RegistrationError, Registry, create_dispatch
from tests.effects.made import effects

Kit = Callable[[], Registry]


def test_a_decorated_function_is_returned_as_it_is() -> None:
    """It can be called and tested like any function."""
    plugin = Registry("plugin")

    def act(state: object) -> list[object]:
        return [["a"]]

    assert plugin.action("act")(act) is act
    assert plugin.effect("eff")(act) is act
    assert plugin.placeholder("late")(act) is act
    slice_of_state = functools.partial(act, None)
    assert plugin.state("slice")(slice_of_state) is slice_of_state


def test_a_registry_lists_what_it_holds_in_order() -> None:
    """Each with its kind, key, owner, source and metadata."""
    plugin = Registry("plugin")

    @plugin.effect("b", route="/b", each=True)
    def b(ctx: Context) -> None: ...

    plugin.action("a")(lambda state: [])
    one = plugin.interceptor(Interceptor(id="i", before_effect=lambda step: None))
    first, second = plugin.registrations
    assert (first.kind, first.key, first.plugin, first.function, first.each) == ("effect", "b", "plugin", b, True)
    assert dict(first.metadata) == {"route": "/b"}
    assert first.source.startswith("test_a_registry_lists_what_it_holds_in_order.<locals>.b, test_registry.py:")
    assert (second.kind, second.key, second.each, second.override) == ("action", "a", False, False)
    assert plugin.interceptors == (one,)
    assert repr(plugin) == "<Registry 'plugin' with 2 registrations>"


def test_metadata_is_read_only() -> None:
    """A registration cannot be changed."""
    metadata: Any = effects("plugin", "a", route="/a").registrations[0].metadata
    with pytest.raises(TypeError):
        metadata["route"] = "/b"


@pytest.mark.parametrize("name", ["", None, 5])
def test_a_registrys_name_is_a_str(name: Any) -> None:
    """An empty str is refused."""
    with pytest.raises(RegistrationError, match="a registry's name is a non-empty str"):
        Registry(name)


@pytest.mark.parametrize("key", ["", None, 5])
def test_a_key_is_a_str(key: Any) -> None:
    """An empty str is refused."""
    with pytest.raises(RegistrationError, match="is a non-empty str"):
        Registry("plugin").effect(key)


def test_a_decorator_without_its_key_is_refused() -> None:
    """`@registry.effect` directly over a function."""
    effect: Any = Registry("plugin").effect
    with pytest.raises(RegistrationError, match="not function"):
        effect(lambda ctx: None)


def test_late_is_a_collection_of_names() -> None:
    """A single str would be taken apart into letters."""
    with pytest.raises(RegistrationError, match=r"write late=\('db',\)"):
        Registry("plugin", late="db")


def test_what_cannot_be_called_is_refused() -> None:
    """The error has the kind and the key."""
    thing: Any = 5
    with pytest.raises(RegistrationError, match="effect 'a': int cannot be called"):
        Registry("plugin").effect("a")(thing)


@pytest.mark.parametrize(
    ("kind", "option"),
    [("effect", "eahc"), ("effect", "overide"), ("action", "each"), ("state", "each"), ("placeholder", "overrides")],
)
def test_an_option_that_does_not_exist_is_refused(kind: str, option: str) -> None:
    """A slip for an option, or an option of another kind, is not taken for metadata."""
    with pytest.raises(RegistrationError, match=f"unknown option {option!r}"):
        getattr(Registry("plugin"), kind)("a", **{option: True})


def test_metadata_may_have_any_other_name() -> None:
    """A name may even contain the name of an option."""
    plugin = Registry("plugin")
    plugin.effect("a", route="/", reach=1, teacher=2, eager=3)(lambda ctx: None)
    assert set(plugin.registrations[0].metadata) == {"route", "reach", "teacher", "eager"}


def test_the_same_key_twice_in_one_registry_is_refused_at_once() -> None:
    """Effects and actions share one namespace; both functions are named."""
    plugin = effects("plugin", "a")
    with pytest.raises(RegistrationError, match=r"registers 'a' twice: effect .*made.py:\d+ and action"):
        plugin.action("a")(lambda state: [])


def test_an_effect_a_placeholder_and_a_slice_may_share_a_name() -> None:
    """These are namespaces of their own."""
    plugin = effects("plugin", "a")
    plugin.placeholder("a")(lambda data: 1)
    plugin.state("a")(lambda: 1)
    create_dispatch([plugin])


def test_a_registry_is_closed_once_a_dispatch_is_made_from_it() -> None:
    """A late registration is refused, not lost."""
    plugin = effects("plugin", "a")
    create_dispatch([plugin])
    with pytest.raises(RegistrationError, match=r"registry 'plugin' is closed: .* before effect 'b' was registered"):
        plugin.effect("b")(lambda ctx: None)
    with pytest.raises(RegistrationError, match="before interceptor 'i' was registered"):
        plugin.interceptor(Interceptor(id="i", before_effect=lambda step: None))
    with pytest.raises(RegistrationError, match="before a lifespan was registered"):
        plugin.lifespan(lifespan)


def test_a_registry_stays_open_where_no_dispatch_could_be_made() -> None:
    """The missing registration may be added."""
    plugin = effects("plugin", "a")
    with pytest.raises(RegistrationError):
        create_dispatch([plugin], prefer={"b": "plugin"})
    plugin.effect("b")(lambda ctx: None)


async def test_several_dispatches_may_be_made_from_one_registry() -> None:
    """They know nothing of each other."""
    plugin = effects("plugin", "a")
    one, two = create_dispatch([plugin]), create_dispatch([plugin])
    assert (await one([["a"]])).results == (await two([["a"]])).results


@asynccontextmanager
async def lifespan(dispatch: Dispatch) -> Any:
    """Open nothing."""
    yield


def test_a_second_lifespan_is_refused() -> None:
    """A registry has one."""
    plugin = Registry("plugin")
    assert plugin.lifespan(lifespan) is lifespan
    with pytest.raises(RegistrationError, match="has a lifespan already"):
        plugin.lifespan(lifespan)


def test_a_lifespan_whose_signature_cannot_be_read_is_taken_at_its_word() -> None:
    """A function that is written in C may have no signature."""
    assert Registry("plugin").lifespan(cast(Any, dict)) is cast(Any, dict)


def test_a_lifespan_that_cannot_be_called_is_refused() -> None:
    """The error comes at registration, not when the dispatch runs."""
    thing: Any = 5
    with pytest.raises(RegistrationError):
        Registry("plugin").lifespan(thing)


def test_what_is_no_interceptor_is_refused() -> None:
    """A bare function has no moment to run at."""
    thing: Any = lambda step: None  # noqa: E731
    with pytest.raises(RegistrationError, match="an interceptor is an Interceptor, not function"):
        Registry("plugin").interceptor(thing)


def test_a_single_registry_where_a_list_belongs_is_refused() -> None:
    """The fix is brackets."""
    plugin: Any = Registry("plugin")
    with pytest.raises(RegistrationError, match="takes a list of plugins, not a single Registry"):
        create_dispatch(plugin)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("system", []),
        ("prefer", ["a"]),
        ("interceptors", Interceptor(id="i", before_effect=lambda step: None)),
        ("interceptors", [lambda step: None]),
        ("interceptors", None),
        ("interceptors", 5),
        ("limits", {"vectors": 5}),
        ("limits", 5),
        ("block", "plugin"),
        ("block", 5),
    ],
)
def test_an_option_of_a_wrong_type_is_refused_when_a_dispatch_is_made(option: str, value: Any) -> None:
    """The error names the option, and does not come later."""
    with pytest.raises(RegistrationError, match=option):
        create_dispatch([], **{option: value})


@pytest.mark.parametrize("value", [0, -1, True, 1.5, None, "5"])
def test_a_limit_is_a_positive_int(value: Any) -> None:
    """Anything else is refused under the limit's name, with the default."""
    with pytest.raises(RegistrationError, match=r"limit 'nodes' is a positive int(.|\n)*the default is 1000000"):
        Limits(nodes=value)
