"""`describe` describes everything that a dispatch was made from."""

from __future__ import annotations

import functools
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import FrozenInstanceError, dataclass, field
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Annotated, Any, ForwardRef, Literal, NotRequired, Optional, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field, JsonValue
from typing_extensions import Doc, TypeAliasType, TypedDict

from effects import (
    Context,
    Description,
    Effect,
    EffectsError,
    Interceptor,
    ParameterDescription,
    Registry,
    create_dispatch,
    fail_fast,
    hookimpl,
)
from tests.effects.made import Provider, effects

HERE = Path(__file__)
noted = Registry("noted")


class Base(TypedDict, total=False):
    """Options of several."""

    minutes: float
    """For how long."""


class Options(Base):
    """Options of one."""

    who: str
    """Whom it is for."""
    then: NotRequired[Effect]
    """What follows."""


class Phone:
    """Rings."""


@noted.effect("noted/send", each=True, since="1.0")
async def send(
    ctx: Context,
    text: Annotated[str, Doc("What to say.")],
    level: Annotated[int, Field(ge=0, le=5, description="How loud.")] = 3,
    options: Options | None = None,
    *,
    phone: Annotated[Phone, Doc("Where it rings.")],
    quiet: bool = False,
) -> str:
    """Send a text.

    To whoever is on call.
    """
    return text


@noted.action("noted/raise")
def raise_alert(state: object, name, *then: Effect):  # type: ignore[no-untyped-def]
    """Say what should happen."""
    return [["noted/send", name]]


@noted.placeholder("noted/now", each=True)
def now(data: object, member: object, zone: str = "UTC") -> float:
    """The time."""
    return 0.0


@noted.state("app")
def app(*, phone: Phone) -> object:
    """The state of the app."""
    return phone


def only(found: Sequence[Description]) -> Description:
    """The one description."""
    (one,) = found
    return one


def described(*plugins: object, **asked: Any) -> Description:
    """Return the one description of this key."""
    return only(create_dispatch(list(plugins), system={"phone": Phone()}).describe(**asked))


def parameter(annotation: object, **more: Any) -> ParameterDescription:
    """Return the description of a parameter with this annotation."""
    plugin = Registry("plugin")

    def effect(ctx: Context, value: object) -> None: ...

    effect.__annotations__["value"] = annotation
    plugin.effect("effect")(effect)
    return described(plugin, key="effect").parameters[0]


def test_an_effect_is_described_whole() -> None:
    """All facts of its registration are in its description."""
    one = described(noted, key="noted/send")
    assert (one.kind, one.plugin, one.each, one.metadata) == ("effect", "noted", True, {"since": "1.0"})
    assert one.doc == "Send a text.\n\nTo whoever is on call."
    assert one.summary == "Send a text."
    assert one.returns == "str"
    assert one.source is not None
    assert str(one.source) == f"{HERE}:{send.__code__.co_firstlineno}"
    text, level, options = one.parameters
    assert text == ParameterDescription(name="text", type="str", doc="What to say.")
    assert level == ParameterDescription(
        name="level", type="int (ge=0, le=5)", doc="How loud.", required=False, default="3"
    )
    assert (options.type, options.default, [one.name for one in options.options]) == (
        "Options | None",
        "None",
        ["minutes", "who", "then"],
    )


def test_what_is_needed_from_the_system_is_described() -> None:
    """Values with defaults are among them; the content of a system value is not described."""
    phone, quiet = described(noted, key="noted/send").needs
    assert phone == ParameterDescription(name="phone", type="Phone", doc="Where it rings.")
    assert (quiet.name, quiet.required, quiet.default) == ("quiet", False, "False")
    assert [one.name for one in described(noted, key="app").needs] == ["phone"]


def test_options_say_what_their_source_says() -> None:
    """The strings below the fields, those of a base class included."""
    options = described(noted, key="noted/send").parameters[2].options
    assert options == (
        ParameterDescription(name="minutes", type="float", doc="For how long.", required=False),
        ParameterDescription(name="who", type="str", doc="Whom it is for."),
        ParameterDescription(name="then", type="Effect", doc="What follows.", required=False),
    )


def test_what_the_engine_gives_is_no_parameter() -> None:
    """A description has neither the context, the state and the data, nor the member of a group."""
    name, then = described(noted, key="noted/raise").parameters
    assert (name.type, name.required) == ("object", True)
    assert (then.type, then.several, then.required) == ("Effect", True, False)
    (zone,) = described(noted, key="noted/now").parameters
    assert (zone.name, zone.default) == ("zone", "'UTC'")
    assert described(noted, key="noted/raise").returns is None


def test_a_description_is_frozen() -> None:
    """A reader may keep it."""
    with pytest.raises(FrozenInstanceError):
        described(noted, key="app").key = "other"  # type: ignore[misc]


@dataclass
class Point:
    """A place."""

    x: int
    """Across."""
    y: int = 0
    names: list[str] = field(default_factory=list)
    hidden: int = field(init=False, default=1)


class Item(BaseModel):
    """A thing."""

    name: str = Field(description="What it is called.")
    amount: int = 1
    """How many."""


class Tree(TypedDict, total=False):
    """It holds itself."""

    branches: list[Tree]


def test_dataclasses_and_models_have_options() -> None:
    """Their fields are described as options."""
    x, y, names = parameter(list[Point]).options
    assert (x.doc, x.required) == ("Across.", True)
    assert (y.default, names.required, names.default) == ("0", False, None)
    name, amount = parameter(Item).options
    assert (name.doc, name.required, name.default) == ("What it is called.", True, None)
    assert (amount.doc, amount.required, amount.default) == ("How many.", False, "1")


def test_a_type_that_holds_itself_is_told_of_once() -> None:
    """Otherwise, the description would not end."""
    (branches,) = parameter(Tree).options
    assert branches.options == ()


Functional = TypedDict("Functional", {"class": int})
T = TypeVar("T")
Several = TypeAliasType("Several", list[T], type_params=(T,))


def test_options_without_a_source_have_no_docs() -> None:
    """There is no string below a field."""
    (option,) = parameter(Functional).options
    assert (option.name, option.doc) == ("class", "")


@pytest.mark.parametrize(
    ("annotation", "text"),
    [
        (object, "object"),
        (Any, "Any"),
        (Optional[int], "int | None"),  # noqa: UP045
        (list[int] | None, "list[int] | None"),
        (Mapping[str, object], "Mapping[str, object]"),
        (Literal["a", 1], "Literal['a', 1]"),
        (tuple[int, ...], "tuple[int, ...]"),
        (Callable[[int], str], "Callable[[int], str]"),
        (Callable[..., str], "Callable[..., str]"),
        (JsonValue, "JsonValue"),
        (Effect, "Effect"),
        (TypeAliasType("Level", int), "Level"),
        (Several[int], "Several[int]"),
        (ForwardRef("Level"), "Level"),
        (Sequence[Effect], "Sequence[Effect]"),
        (Annotated[str, Field(min_length=1, pattern="a")], "str (min_length=1)"),
        ("Nowhere", "Nowhere"),
    ],
)
def test_a_type_is_told_as_it_would_be_written(annotation: object, text: str) -> None:
    """The text has bounds, and no metadata that a reader cannot use."""
    from effects._annotations.text import text_of

    assert text_of(annotation) == text


def test_an_annotation_that_cannot_be_resolved_stays_as_it_was_written() -> None:
    """The type of a system value may be imported for type checkers only."""
    plugin = Registry("plugin")

    @plugin.effect("effect")
    def effect(ctx: Context, *, phone: Nowhere.Phone) -> Nowhere: ...  # type: ignore[name-defined]  # noqa: F821

    one = described(plugin, key="effect")
    assert (one.needs[0].type, one.returns) == ("Nowhere.Phone", "Nowhere")


class Nameless:
    """Its repr fails."""

    def __repr__(self) -> str:
        raise ValueError("no")


def test_a_default_that_cannot_be_shown_is_a_default() -> None:
    """Its repr may raise."""
    plugin = Registry("plugin")
    default = Nameless()

    @plugin.effect("effect")
    def effect(ctx: Context, value: object = default) -> None: ...

    (value,) = described(plugin, key="effect").parameters
    assert not value.required
    assert str(value.default).startswith("<Nameless instance at")


class Bell:
    """A plugin of an app's own."""

    name = "bell"

    def __call__(self, ctx: Context) -> None:
        """Ring."""

    @hookimpl(trylast=True)
    def rhialto_registry(self) -> list[Registry]:
        """Contribute two."""
        inner = Registry("inner")
        inner.effect("bell/partial")(functools.partial(ring))
        inner.interceptor(Interceptor(id="bell/hook", after_effect=len))  # type: ignore[arg-type]
        own = Registry("bell")
        own.effect("bell/object")(self)
        return [own, inner]


def ring(ctx: Context) -> None:
    """Ring once."""


def test_a_plugin_is_described_by_its_class() -> None:
    """Registries that it contributes under other names are described by their modules."""
    bell, inner = create_dispatch([Bell()], block=["rhialto.log"]).describe(kind="plugin")
    assert (bell.key, bell.doc, bell.hooks) == ("bell", "A plugin of an app's own.", ("rhialto_registry",))
    assert bell.contributes == ("effect bell/object", "effect bell/partial", "interceptor bell/hook")
    assert bell.source is not None
    assert bell.source.file == str(HERE)
    assert (inner.key, inner.plugin, inner.doc) == ("inner", "bell", "")
    assert inner.contributes == ("effect bell/partial", "interceptor bell/hook")
    assert inner.order is not None
    assert inner.order.why.startswith("contributed by 'bell': number 1 in the list")


def test_a_registry_is_described_by_its_module() -> None:
    """It has no docstring of its own, but is made where everything else of a plugin is."""
    one = described(noted, kind="plugin", key="noted")
    assert one.doc == "`describe` describes everything that a dispatch was made from."
    assert one.source is not None
    assert one.source.file == str(HERE)


def test_functions_in_objects_and_partials_are_found() -> None:
    """Their places and docstrings are those of the functions."""
    dispatch = create_dispatch([Bell()])
    inside = only(dispatch.describe(key="bell/partial"))
    assert (inside.doc, inside.source and inside.source.line) == ("Ring once.", ring.__code__.co_firstlineno)
    one = only(dispatch.describe(key="bell/object"))
    assert (one.doc, one.source and one.source.file) == ("A plugin of an app's own.", str(HERE))


def test_what_has_no_source_is_described_all_the_same() -> None:
    """A hook that is built in; a plugin that is a module without a file; one whose class is built in."""
    module = types.ModuleType("made_here", "Made here.")
    module.rhialto_registry = hookimpl(lambda: Registry("inside"), specname="rhialto_registry")  # type: ignore[attr-defined]
    simple = types.SimpleNamespace(name="simple", rhialto_error=hookimpl(lambda record: None, specname="rhialto_error"))
    dispatch = create_dispatch([Bell(), module, simple])
    assert only(dispatch.describe(key="bell/hook")).source is None
    one = only(dispatch.describe(key="made_here"))
    assert (one.doc, one.source, one.hooks) == ("Made here.", None, ("rhialto_registry",))
    assert only(dispatch.describe(key="simple")).source is None


def test_a_module_is_a_plugin_with_a_source(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its first line."""
    from tests.effects import made

    monkeypatch.setattr(
        made, "rhialto_registry", hookimpl(lambda: effects("x", "x"), specname="rhialto_registry"), raising=False
    )
    one = described(made, key="tests.effects.made")
    assert one.source is not None
    assert (one.source.line, one.doc) == (1, made.__doc__)


def test_an_interceptor_is_described_with_its_hooks() -> None:
    """The description has its place among all interceptors."""

    def first(step: object) -> None:
        """Look at it first."""

    plugin = Registry("plugin")
    plugin.interceptor(Interceptor(id="a", before_effect=first))
    plugin.interceptor(Interceptor(id="b", before_action=first, after_dispatch=first))
    dispatch = create_dispatch([effects("other"), plugin], interceptors=[fail_fast])
    fast, a, b = dispatch.describe(kind="interceptor")
    assert (fast.key, fast.plugin) == ("fail-fast", "create_dispatch")
    assert fast.order is not None
    assert (fast.order.place, fast.order.of) == (1, 3)
    assert fast.order.why == "given to create_dispatch, whose interceptors come before those of plugins"
    assert (a.hooks, a.doc) == (("before_effect",), "Look at it first.")
    assert b.hooks == ("after_dispatch", "before_action")
    assert b.order is not None
    assert b.order.why == "number 2 of registry 'plugin', which is registry 2 of 2: other, plugin"


def test_interceptors_that_were_added_later_are_described() -> None:
    """They come before all others."""
    dispatch = create_dispatch([], interceptors=[fail_fast])
    more = dispatch.with_interceptors(Interceptor(id="more", before_effect=lambda step: None))
    first, fast = more.describe(kind="interceptor")
    assert (first.key, first.plugin, fast.key) == ("more", "with_interceptors", "fail-fast")
    assert first.order is not None
    assert first.order.why == "given to with_interceptors, whose interceptors come before those of plugins"
    assert len(dispatch.describe(kind="interceptor")) == 1


def test_tags_are_among_what_a_plugin_contributes() -> None:
    """Every registered thing is named somewhere."""
    plugin = Registry("plugin")
    plugin.tag("point", Point, encode=lambda point: [point.x, point.y], decode=lambda data: Point(*data))
    assert described(plugin, key="plugin").contributes == ("tag point",)


class Early(Provider):
    """A plugin whose hook comes first."""

    @hookimpl(tryfirst=True)
    def rhialto_registry(self) -> Any:
        """Contribute."""
        return super().rhialto_registry()


class Late(Provider):
    """A plugin whose hook comes last."""

    @hookimpl(trylast=True)
    def rhialto_registry(self) -> Any:
        """Contribute."""
        return super().rhialto_registry()


def test_the_order_of_plugins_is_explained() -> None:
    """The reason is its place in the list, and the marks of its hooks."""
    dispatch = create_dispatch([Late("late"), Provider("plain"), Early("early")])
    late, plain, early, log = (one.order for one in dispatch.describe(kind="plugin"))
    assert late is not None
    assert late.why == (
        "number 1 in the list given to create_dispatch; its rhialto_registry is trylast: called after 'early', 'plain'"
    )
    assert plain is not None
    assert (plain.place, plain.of, plain.why) == (2, 4, "number 2 in the list given to create_dispatch")
    assert early is not None
    assert early.why.endswith("its rhialto_registry is tryfirst: called before 'plain', 'late'")
    assert log is not None
    assert log.why == "the engine's own; its rhialto_error is trylast: called after no other plugin"


def test_installed_plugins_come_after_those_of_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """They come after the engine's own plugin, too."""
    points = [EntryPoint("noted", "tests.effects.discover.test_describe:noted", "rhialto")]
    monkeypatch.setattr("effects._assembly.plugins.entry_points", lambda group: points)
    dispatch = create_dispatch([effects("one")], system={"phone": Phone()}, installed=True)
    orders = {one.key: one.order for one in dispatch.describe(kind="plugin")}
    assert list(orders) == ["one", "rhialto.log", "noted"]
    assert orders["noted"] is not None
    assert (orders["noted"].place, orders["noted"].why) == (3, "installed: after those of the list, by name")


def test_a_mark_that_changes_nothing_says_so() -> None:
    """A mark changes nothing if no other plugin has the hook."""
    one = described(Early("early"), key="early")
    assert one.order is not None
    assert one.order.why.endswith("called before no other plugin")


def test_who_was_preferred_is_told_with_the_others() -> None:
    """So a reader does not look for a function that is never called."""
    one = described(effects("loud", "ring"), effects("quiet", "ring", override=True), key="ring")
    assert (one.plugin, one.replaces) == ("quiet", ("loud",))


def test_descriptions_are_asked_for_by_kind_key_and_plugin() -> None:
    """All arguments have to fit; if nothing fits, the answer is empty."""
    dispatch = create_dispatch([noted, effects("other", "x")], system={"phone": Phone()})
    assert [one.key for one in dispatch.describe(kind="state")] == ["app"]
    assert [one.key for one in dispatch.describe(plugin="other")] == ["other", "x"]
    assert [one.key for one in dispatch.describe(plugin="other", kind="effect")] == ["x"]
    assert dispatch.describe(plugin="other", key="noted/send") == ()


def test_a_kind_that_there_is_not_is_refused() -> None:
    """The message names near ones."""
    with pytest.raises(EffectsError, match=r"nothing is of kind 'efect'\n  near 'effect'"):
        create_dispatch([]).describe(kind="efect")  # type: ignore[arg-type]


KEYS = st.lists(st.sampled_from("abcdef"), unique=True)
HOOKS = ("before_dispatch", "after_dispatch", "before_action", "after_action", "before_effect", "after_effect")


@st.composite
def registries(draw: st.DrawFn, name: str) -> Registry:
    """A registry with things of all kinds, under keys of its own."""
    made = Registry(name)
    for key in draw(KEYS):
        made.effect(f"{name}/{key}")(lambda ctx: None)
    for key in draw(KEYS):
        made.action(f"{name}/{key}!")(lambda state: [])
    for key in draw(KEYS):
        made.placeholder(f"{name}/{key}")(lambda data: None)
    for key in draw(KEYS):
        made.state(f"{name}/{key}")(lambda: None)
    for key in draw(KEYS):
        chosen = draw(st.lists(st.sampled_from(HOOKS), unique=True, min_size=1))
        hooks: dict[str, Any] = dict.fromkeys(chosen, lambda step: None)
        made.interceptor(Interceptor(id=f"{name}/{key}", **hooks))
    return made


@settings(deadline=None)
@given(registries("one"), registries("two"), registries("three"), st.booleans())
def test_nothing_that_is_registered_is_invisible(one: Registry, two: Registry, three: Registry, fast: bool) -> None:
    """Everything that the engine looks up or calls is described once."""
    dispatch = create_dispatch([Provider("host", [one, two]), three], interceptors=[fail_fast] if fast else [])
    tables = dispatch._engine.tables
    kinds = {"effect": "effect", "action": "action", "placeholder": "placeholder", "state slice": "state"}
    held = [
        (kinds[entry.registration.kind], entry.key)
        for kind in (tables.entries, tables.placeholders, tables.slices)
        for entry in kind.values()
    ]
    guards = {guard.id for kind in (tables.dispatch_hooks, tables.action_hooks, tables.effect_hooks) for guard in kind}
    plugins = [*dispatch.plugins, "one", "two", "rhialto.log"]
    expected = [*held, *(("interceptor", guard) for guard in guards), *(("plugin", name) for name in plugins)]
    told = [(found.kind, found.key) for found in dispatch.describe()]
    assert sorted(told) == sorted(expected)
