"""Plugins of installed distributions: found by entry point, each on its own risk."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from effects import RegistrationError, Registry, create_dispatch

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
    """`installed=True` is what asks for it."""
    install("pluga", GOOD.format(name="a"), a="pluga:a")
    assert create_dispatch([]).plugins == ()
    dispatch = create_dispatch([], installed=True)
    assert dispatch.plugins == ("a",)
    assert (await dispatch([["a/hello"]])).results[0].value == "hello from a"


def test_installed_plugins_come_after_the_list_by_name(install: Install) -> None:
    """Whatever the order in which they were installed."""
    install("plugb", GOOD.format(name="b"), b="plugb:b")
    install("pluga", GOOD.format(name="a"), a="pluga:a")
    assert create_dispatch([Registry("z")], installed=True).plugins == ("z", "a", "b")


def test_a_blocked_plugin_is_not_even_imported(install: Install) -> None:
    """So that one that does harm can be kept out."""
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
