"""Plugins of installed distributions are found by entry point, and a broken one does not harm the others."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from effects import RegistrationError, Registry, check_plugins, create_dispatch

GOOD = """
from effects import Registry, hookimpl

{name} = Registry("{name}")


@{name}.effect("{name}/hello")
def hello(ctx):
    return "hello from {name}"
"""
Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Put a distribution with one module and entry points on the path: `install("name", source, point="module:x")`."""
    monkeypatch.syspath_prepend(str(tmp_path))

    modules: list[str] = []

    def put(distribution: str, source: str, **points: str) -> None:
        modules.append(distribution)
        (tmp_path / f"{distribution}.py").write_text(source)
        info = tmp_path / f"{distribution}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
        lines = [f"{name} = {value}" for name, value in points.items()]
        (info / "entry_points.txt").write_text("\n".join(["[rhialto]", *lines]))

    yield put
    for name in modules:
        sys.modules.pop(name, None)


async def test_an_installed_plugin_is_loaded_on_request_only(install: Install) -> None:
    """Only `installed=True` loads it."""
    install("pluga", GOOD.format(name="a"), a="pluga:a")
    assert create_dispatch([]).plugins == ()
    dispatch = create_dispatch([], installed=True)
    assert dispatch.plugins == ("a",)
    assert (await dispatch([["a/hello"]])).results[0].value == "hello from a"


def test_installed_plugins_come_after_the_list_by_name(install: Install) -> None:
    """The order of installation does not count."""
    install("plugb", GOOD.format(name="b"), b="plugb:b")
    install("pluga", GOOD.format(name="a"), a="pluga:a")
    assert create_dispatch([Registry("z")], installed=True).plugins == ("z", "a", "b")


def test_a_blocked_plugin_is_not_even_imported(install: Install) -> None:
    """So a harmful plugin can be kept out."""
    install("pluga", "raise SystemExit('imported')", a="pluga:a")
    dispatch = create_dispatch([], installed=True, block=["a"])
    assert (dispatch.plugins, dict(dispatch.broken)) == ((), {})


def test_a_plugin_of_the_list_is_not_loaded_again(install: Install) -> None:
    """The one in the list counts."""
    install("pluga", GOOD.format(name="a"), a="pluga:a")
    import pluga  # type: ignore[import-not-found]

    assert create_dispatch([pluga.a], installed=True).plugins == ("a",)


BROKEN = {
    "import": "raise ImportError('no such thing')",
    "missing": "x = 1",
    "class": "class a: pass",
    "no hooks": "a = object()",
    "misspelt": "from effects import hookimpl\nclass A:\n    @hookimpl\n    def rhialto_x(self): ...\na = A()",
    "raises": (
        "from effects import hookimpl\nclass A:\n    @hookimpl\n"
        "    def rhialto_registry(self):\n        raise OSError('no disk')\na = A()"
    ),
    "contributes nonsense": (
        "from effects import hookimpl\nclass A:\n    @hookimpl\n    def rhialto_registry(self): return 5\na = A()"
    ),
    "refused registration": "from effects import Registry\na = Registry('a')\na.action('x')(lambda: [])",
}


@pytest.mark.parametrize("source", BROKEN.values(), ids=BROKEN.keys())
async def test_a_broken_installed_plugin_is_left_out_and_named(
    install: Install, source: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The others load and work."""
    install("pluga", source, a="pluga:a")
    install("plugb", GOOD.format(name="b"), b="plugb:b")
    dispatch = create_dispatch([], installed=True)
    assert dispatch.plugins == ("b",)
    assert set(dispatch.broken) == {"a"}
    assert "installed plugin 'a' is broken and was left out" in caplog.text
    assert "block=['a']" in caplog.text
    assert (await dispatch([["b/hello"]])).results[0].value == "hello from b"


async def test_a_broken_installed_plugin_hears_nothing(install: Install) -> None:
    """None of its hooks is called once it is left out."""
    source = (
        "from effects import hookimpl\nheard = []\nclass A:\n    @hookimpl\n"
        "    def rhialto_registry(self):\n        raise OSError('no disk')\n"
        "    @hookimpl\n    def rhialto_error(self, record):\n        heard.append(record)\na = A()"
    )
    install("plugh", source, a="plugh:a")
    dispatch = create_dispatch([], installed=True)
    await dispatch([["nobody"]])
    import plugh  # type: ignore[import-not-found]

    assert plugh.heard == []


def test_what_is_broken_is_for_reading_only(install: Install) -> None:
    """The mapping holds the exception of each."""
    install("pluga", "raise ImportError('no such thing')", a="pluga:a")
    broken = create_dispatch([], installed=True).broken
    assert isinstance(broken["a"], ImportError)
    with pytest.raises(TypeError):
        broken["a"] = ValueError()  # type: ignore[index]


async def test_two_installed_plugins_with_one_name(install: Install) -> None:
    """The first is kept, the clash is reported: neither takes the other down."""
    install("pluga", GOOD.format(name="a"), same="pluga:a")
    install("plugb", GOOD.format(name="b"), same="plugb:b")
    dispatch = create_dispatch([], installed=True)
    assert "two plugins are named 'same'" in str(dispatch.broken["same"])
    assert dispatch.plugins == ("same",)


def test_an_installed_plugin_that_takes_the_logs_name_does_not_take_the_rest_down(install: Install) -> None:
    """It is broken like any other whose name is taken."""
    install("pluga", GOOD.format(name="a"), **{"rhialto.log": "pluga:a"})
    assert set(create_dispatch([], installed=True).broken) == {"rhialto.log"}


def test_a_conflict_with_an_installed_plugin_is_settled_where_the_dispatch_is_made(install: Install) -> None:
    """It is an error that names both, and `prefer` settles it."""
    install("pluga", GOOD.format(name="a"), a="pluga:a")
    own = Registry("own")
    own.effect("a/hello")(lambda ctx: "own")
    with pytest.raises(RegistrationError, match=r"is registered by 'own' .* and 'a'"):
        create_dispatch([own], installed=True)
    create_dispatch([own], installed=True, prefer={"a/hello": "own"})


def test_one_object_is_one_plugin_whatever_it_is_called(install: Install) -> None:
    """Its second name is left out, and named."""
    install("pluga", GOOD.format(name="a"), a="pluga:a", b="pluga:a")
    dispatch = create_dispatch([], installed=True)
    assert dispatch.plugins == ("a",)
    assert "plugin 'b' cannot be registered" in str(dispatch.broken["b"])


OFFERS = {"pluga": "one", "plugb": "two", "plugc": "three"}


def offers(install: Install) -> None:
    """Three distributions whose plugin has the same name."""
    for distribution, name in reversed(OFFERS.items()):
        install(distribution, GOOD.format(name=name), same=f"{distribution}:{name}")


@pytest.mark.parametrize(
    ("options", "used", "settled"),
    [
        ({}, "one", False),
        ({"block": ["pluga:same"]}, "two", False),
        ({"block": ["plugb:same", "plugc:same"]}, "one", True),
        ({"block": ["pluga:same", "plugb:same"]}, "three", True),
        ({"prefer": {"same": "plugc"}}, "three", True),
        ({"prefer": {"same": "PlugB"}}, "two", True),
        ({"prefer": {"same": "plugb"}, "block": ["plugc:same"]}, "two", True),
        ({"block": ["same"]}, None, True),
        ({"block": [f"{name}:same" for name in OFFERS]}, None, True),
    ],
)
async def test_which_of_several_of_a_name_is_used_is_settled(
    install: Install, options: dict[str, Any], used: str | None, settled: bool
) -> None:
    """The first distribution by name is used, unless `prefer` names another."""
    offers(install)
    dispatch = create_dispatch([], installed=True, **options)
    assert dispatch.plugins == (("same",) if used else ())
    assert [one.name for one in dispatch.registries] == ([used] if used else [])
    assert set(dispatch.broken) == (set() if settled else {"same"})
    assert [problem.what for problem in check_plugins([], installed=True, **options)] == [
        f"installed plugin 'same' is broken: RegistrationError: {error}" for error in dispatch.broken.values()
    ]


def test_all_of_a_name_are_named_with_their_versions(install: Install) -> None:
    """The message names all of them; the test above tries its fix."""
    offers(install)
    said = str(create_dispatch([], installed=True).broken["same"])
    assert (
        "3 plugins are named 'same', those of pluga 1.0 and plugb 1.0 and plugc 1.0; that of pluga 1.0 is used" in said
    )
    assert "fix  prefer={'same': 'plugb'}, or block=['pluga:same']" in said


def test_a_distribution_that_offers_no_such_plugin_settles_nothing(install: Install) -> None:
    """`prefer` for a plugin that is not there is still an error."""
    offers(install)
    with pytest.raises(RegistrationError, match="prefer names 'same', which no plugin registers"):
        create_dispatch([], installed=True, prefer={"same": "plugd"})


@pytest.mark.parametrize(
    "source",
    [
        "import sys\nsys.exit('no licence')",
        "from effects import hookimpl\nclass A:\n    @hookimpl\n"
        "    def rhialto_registry(self): raise SystemExit\na = A()",
    ],
    ids=["when it is imported", "when it contributes"],
)
async def test_an_installed_plugin_that_ends_the_program_is_broken(install: Install, source: str) -> None:
    """It is broken as any other."""
    install("pluga", source, a="pluga:a")
    install("plugb", GOOD.format(name="b"), b="plugb:b")
    dispatch = create_dispatch([], installed=True)
    assert dispatch.plugins == ("b",)
    assert "ends the program" in str(dispatch.broken["a"])
    assert "instead of sys.exit()" in str(dispatch.broken["a"])


def test_a_keyboard_interrupt_while_plugins_load_passes(install: Install) -> None:
    """Ctrl-C of the user is not taken for a broken plugin."""
    install("pluga", "raise KeyboardInterrupt", a="pluga:a")
    with pytest.raises(KeyboardInterrupt):
        create_dispatch([], installed=True)


def test_entry_points_of_no_distribution_are_told_by_what_they_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Such entry points may be made by hand, or come from a distribution without a name."""
    from importlib.metadata import EntryPoint

    points = [EntryPoint("same", "no_such_module", "rhialto"), EntryPoint("same", "nor_this", "rhialto")]
    monkeypatch.setattr("effects._assembly.plugins.entry_points", lambda group: points)
    problems = [str(problem) for problem in check_plugins([], installed=True)]
    assert "no_such_module" in problems[0]
