"""All that is wrong with a set of plugins is said at once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from effects import Context, Interceptor, RegistrationError, Registry, check_plugins, create_dispatch
from tests.effects.made import Provider, effects


def needy(name: str, *, late: tuple[str, ...] = ()) -> Registry:
    """A registry whose effect needs a phone."""
    plugin = Registry(name, late=late)

    @plugin.effect(f"{name}/ring")
    def ring(ctx: Context, *, phone: object) -> None: ...

    return plugin


def test_nothing_is_wrong_with_what_can_be_dispatched() -> None:
    """A dispatch can still be made of them: no registry is closed."""
    plugin = effects("one", "a")
    assert check_plugins([plugin, needy("two", late=("phone",))]) == ()
    plugin.effect("b")(lambda ctx: None)
    assert check_plugins([needy("one")], system={"phone": 1}) == ()


def test_everything_that_is_wrong_is_said_at_once() -> None:
    """It lists unusable plugins, conflicts, and missing system values."""
    broken = Provider("broken", OSError("no disk"))
    hook = Interceptor(id="hook", before_effect=lambda step: None)
    one, other = effects("one", "a"), effects("other", "a")
    one.interceptor(hook)
    problems = check_plugins(
        [one, 7, broken, other, needy("needy"), Provider("one")],
        system={"phones": 1},
        interceptors=[hook],
        prefer={"b": "one"},
    )
    said = [str(problem) for problem in problems]
    assert said[0].startswith("an int stands where a plugin belongs\n  fix  pass a Registry")
    assert said[1].startswith("plugin 'broken' failed to contribute its registry: OSError: no disk")
    assert said[2] == "two plugins are named 'one'\n  fix  rename one, or block it by name"
    assert "effect or action 'a' is registered by 'one'" in said[4]
    assert said[4].endswith("\n  fix  prefer={'a': 'one'}")
    assert said[3] == "prefer names 'b', which no plugin registers"
    assert said[5] == "interceptor 'hook' is registered by 'create_dispatch' and 'one'"
    assert said[6].startswith("missing system value 'phone', needed by 'needy/ring' of 'needy' (near: 'phones')")
    assert len(said) == 7


def test_an_installed_plugin_that_is_broken_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an error, although a dispatch would be made without it."""
    from importlib.metadata import EntryPoint

    points = [EntryPoint("gone", "no_such_module", "rhialto")]
    monkeypatch.setattr("effects._assembly.plugins.entry_points", lambda group: points)
    (problem,) = check_plugins([], installed=True)
    assert problem.what.startswith("installed plugin 'gone' is broken: ModuleNotFoundError")
    assert check_plugins([], installed=True, block=["gone"]) == ()


def test_what_is_no_list_is_refused() -> None:
    """The error is that of `create_dispatch`."""
    with pytest.raises(RegistrationError, match="takes a list of plugins, not a single Registry"):
        check_plugins(Registry("one"))  # type: ignore[arg-type]


PLUGINS = st.lists(
    st.one_of(
        st.builds(effects, st.sampled_from("ab"), st.sampled_from("xy"), override=st.booleans()),
        st.builds(needy, st.sampled_from("cd")),
        st.builds(Provider, st.sampled_from("ae"), st.just(OSError("no"))),
        st.just(None),
    ),
    max_size=5,
)


@given(PLUGINS, st.sampled_from([{}, {"phone": 1}]))
def test_what_is_said_is_what_keeps_a_dispatch_from_being_made(
    plugins: list[object], system: dict[str, object]
) -> None:
    """There are no problems exactly if a dispatch can be made."""
    problems = check_plugins(plugins, system=system)
    try:
        create_dispatch(plugins, system=system)
    except RegistrationError:
        assert problems
    else:
        assert problems == ()
