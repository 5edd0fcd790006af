"""Objects of classes that break every rule, anywhere in dispatched data: no exception leaves a dispatch."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typing_extensions import TypedDict

from effects import Context, Dispatch, Effect, Interceptor, Limits, Placeholder, Registry, Skip, Step, create_dispatch
from effects.testing import MemorySink

pytestmark = pytest.mark.filterwarnings(  # pydantic writes to stderr what `__class__` raises when it asks isinstance
    "ignore::pytest.PytestUnraisableExceptionWarning"
)


class HostileError(Exception):
    """The exception that such objects raise."""


def fails(*_: object) -> NoReturn:
    """Fail."""
    raise HostileError


MADE_BY = {"__new__", "__init__", "__init_subclass__", "__subclasshook__", "__class_getitem__", "__dict__", "__doc__"}
BASES: Mapping[str, tuple[Any, ...]] = {
    "object": (object,),
    "list": (list,),
    "tuple": (tuple, ("note", 1)),
    "dict": (dict,),
    "str": (str, "note"),
    "int": (int,),
    "set": (set,),
    "bytes": (bytes,),
    "deque": (deque,),
    "ordered": (OrderedDict,),
}
NAMES = sorted({name for base, *_ in BASES.values() for name in dir(base)} - MADE_BY - {"__slots__", "__weakref__"})
META = ["__hash__", "__eq__", "__repr__", "__getattr__", "__instancecheck__", "__subclasscheck__", "__name__"]
ANSWERS: Mapping[str, Any] = {
    "raises": fails,
    "raises when it is looked up": property(fails),
    "lies": property(lambda self: list),
    "is None": lambda *_: None,
    "is a number": lambda *_: 5,
}

# Hypothesis looks at what it makes, too: so it makes recipes, which are plain data.

Recipe = Any
reactions = st.sampled_from(sorted(ANSWERS))
hostile = st.fixed_dictionaries(
    {
        "make": st.just("hostile"),
        "base": st.sampled_from(sorted(BASES)),
        "names": st.dictionaries(st.sampled_from(NAMES), reactions, max_size=5),
        "all": st.sampled_from(["", "", "raises", "raises when it is looked up"]),
        "meta": st.just({}) | st.dictionaries(st.sampled_from(META), reactions, max_size=2),
    }
)


def recipe(make: str, **parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Recipe]:
    """Recipes of one kind."""
    return st.fixed_dictionaries({"make": st.just(make), **parts})


keys = st.sampled_from(["note", "run", "options", "typed", "act", "each", "hand-on", "nobody"])
leaves = (
    hostile
    | hostile
    | recipe("late", of=st.sampled_from(["it", "each", "nobody", "fails"]))
    | recipe("leaf", of=st.sampled_from([1, "a", None, 2.5]))
)
values = st.recursive(
    leaves,
    lambda inner: (
        recipe("list", of=st.lists(inner, max_size=3))
        | recipe("dict", of=st.dictionaries(st.sampled_from(["then", "n", "x"]), inner, max_size=3))
        | recipe("vector", key=keys, of=st.lists(inner, max_size=3))
        | recipe("deque", of=st.lists(inner, max_size=3))
    ),
    max_leaves=6,
)
lists = values | recipe("list", of=st.lists(recipe("vector", key=keys, of=st.lists(values, max_size=3)), max_size=4))


def made_of(recipe: Recipe) -> Any:
    """Make the value of a recipe."""
    if recipe["make"] == "hostile":
        return hostile_object(**{name: part for name, part in recipe.items() if name != "make"})
    if recipe["make"] == "dict":
        return {name: made_of(part) for name, part in recipe["of"].items()}
    if recipe["make"] in {"list", "vector", "deque"}:
        items = [made_of(part) for part in recipe["of"]]
        return {"list": items, "vector": [recipe.get("key"), *items], "deque": deque(items)}[recipe["make"]]
    return Placeholder(recipe["of"]) if recipe["make"] == "late" else recipe["of"]


def hostile_object(base: str, names: Mapping[str, str], all: str, meta: Mapping[str, str]) -> object:
    """An object that raises, or lies, when it is looked at in one way or another."""
    namespace = dict.fromkeys(NAMES, ANSWERS[all]) if all else {}
    namespace |= {name: ANSWERS[answer] for name, answer in names.items()}
    kind, *content = BASES[base]
    try:
        made = type("Meta", (type,), {name: ANSWERS[answer] for name, answer in meta.items()})
        return kind.__new__(made("Hostile", (kind,), namespace), *content)
    except Exception:  # noqa: BLE001 - some are so broken that there are none of them
        return object()


class Options(TypedDict, total=False):
    """Options of which one holds effects."""

    n: int
    x: object
    then: Sequence[Effect]


def registry() -> Registry:
    """Effects and actions that use their arguments."""
    plugin = Registry("plugin", late=["sink"])

    @plugin.effect("note")
    def note(ctx: Context, *values: object) -> object:
        return values

    @plugin.effect("run")
    async def run(ctx: Context, *then: Effect) -> None:
        await ctx.dispatch(then)

    @plugin.effect("options")
    async def options(ctx: Context, options: Options, *then: Effect) -> None:
        await ctx.dispatch(options.get("then", []))

    @plugin.effect("typed")
    def typed(ctx: Context, number: int, names: dict[str, int] | None = None) -> None: ...

    @plugin.effect("hand-on")
    async def hand_on(ctx: Context, value: Any) -> None:
        await ctx.dispatch(value)

    @plugin.action("act")
    def act(state: object, value: Any) -> Any:
        return value

    plugin.effect("each", each=True)(lambda ctx, value: value)
    plugin.placeholder("it")(lambda data: data["it"])
    plugin.placeholder("each", each=True)(lambda data, member: data["it"])
    plugin.placeholder("fails")(lambda data: fails())
    return plugin


def hooked(answers: list[Any]) -> Interceptor:
    """Hooks that answer with the step as it is, or with another one, by turns."""

    def hook(step: Step) -> Any:
        if not answers:
            return None
        answer = answers.pop()
        return [answer, step.replace(vector=answer), Skip(answer), step.replace(result=answer)][len(answers) % 4]

    return Interceptor(id="i", before_effect=hook, after_effect=hook, before_action=hook, after_action=hook)


def dispatch_with(hooks: Interceptor, *, validate: bool = True, debug: bool = True, most: int = 10_000) -> Dispatch:
    """A dispatch without listeners."""
    return create_dispatch(
        [registry()],
        system={"sink": MemorySink(members=2)},
        validate=validate,
        debug=debug,
        interceptors=[hooks],
        limits=Limits(vectors=most),
        block=["rhialto.log"],
    )


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(effects=lists, sent=values, hooks=st.lists(values, max_size=4), validate=st.booleans(), debug=st.booleans())
async def test_law_03_no_exception_leaves_a_dispatch(
    effects: Recipe, sent: Recipe, hooks: list[Recipe], validate: bool, debug: bool
) -> None:
    """None leaves `expand` or a check, either; each record can be shown."""
    dispatch = dispatch_with(hooked([*map(made_of, hooks)]), validate=validate, debug=debug)
    dispatched, data = made_of(effects), {"it": made_of(sent)}
    result = await dispatch(dispatched, data=data)
    assert all(str(record) and repr(record) for record in result.errors)
    expansion = dispatch.expand(dispatched, data=data)
    assert all(str(record) and repr(record) for record in expansion.errors)
    assert all(str(problem) for problem in dispatch.check(dispatched))


class Meta(type):
    """A type that cannot be looked up, compared or named."""

    __hash__ = __eq__ = fails
    __name__ = property(fails)


class Unaskable(metaclass=Meta):
    """An object whose `__class__` raises."""

    __class__ = property(fails)


class Ever(list[object]):
    """A list that never ends."""

    def __iter__(self) -> Any:
        while True:
            yield ["note", 1]


HOSTILE: dict[str, Callable[[], Any]] = {
    "a vector": Unaskable,
    "a key": lambda: [Unaskable()],
    "an argument": lambda: ["note", Unaskable()],
    "an argument that is checked": lambda: ["typed", Unaskable()],
    "an expansion": lambda: ["act", Unaskable()],
    "an expansion that was sent": lambda: ["act", Placeholder("it")],
    "a continuation": lambda: ["run", Unaskable()],
    "options": lambda: ["options", Unaskable()],
    "a continuation in options": lambda: ["options", {"then": Unaskable()}],
    "effects that were sent": lambda: ["hand-on", Placeholder("it")],
    "a vector without end": lambda: Ever(["note"]),
    "a continuation without end": lambda: ["run", Ever(["note"])],
    "an expansion without end": lambda: ["act", Ever([["note", 1]])],
    "effects without end": lambda: ["hand-on", Ever([["note", 1]])],
}


class Unsaid:
    """A key of a dict that has no text."""

    __str__ = __repr__ = fails


SENT: dict[str, Callable[[], Any]] = {
    "alone": Unaskable,
    "in a list": lambda: [Unaskable()],
    "under a key": lambda: {Unsaid(): [Unaskable()], (Unsaid(),): 1},
}
HOSTILE |= {
    "effects that were sent, beside another": lambda: ["hand-on", [Placeholder("it"), ["note", 1]]],
    "an argument that was sent under such keys": lambda: ["typed", {Unsaid(): {(Unsaid(), 1): Placeholder("it")}}],
    "an option that was sent under such keys": lambda: [
        "options",
        {"x": {Unsaid(): {(Unsaid(), 1): Placeholder("it")}}},
    ],
    "options that were sent under such names": lambda: ["options", {Unsaid(): Placeholder("it"), (Unsaid(), 1): 2}],
}


@pytest.mark.parametrize(
    ("what", "sent"),
    [(what, sent) for what in HOSTILE for sent in (SENT if " sent" in what else ["alone"])],
)
async def test_the_siblings_of_what_cannot_be_looked_at_run(what: str, sent: str) -> None:
    """This holds for every exception, and for data without end."""
    dispatch = dispatch_with(hooked([]), most=100)
    effect = HOSTILE[what]()
    result = await dispatch([["note", "before"], effect, ["note", "after"]], data={"it": SENT[sent]()})
    kept = [record.value for record in result.results if record.path in {(0,), (2,)}]
    is_endless = "effects without end" in what or "expansion without end" in what
    assert kept == [("before",), ("after",)][: 1 if is_endless else 2]
    assert all(str(record) and repr(record) for record in result.errors)
    assert all(str(problem) for problem in dispatch.check([effect]))
