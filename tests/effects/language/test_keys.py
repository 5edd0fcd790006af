"""A key of any subclass of str counts as its text, at every place where a key is written."""

import enum
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from effects import (
    Context,
    Effect,
    Interceptor,
    Limits,
    Placeholder,
    PlaceholderError,
    RegistrationError,
    Registry,
    Step,
    UnknownKeyError,
    check_plugins,
    create_dispatch,
)
from effects.codec import Codec, CodecError
from effects.testing import Fault, Recorder, assert_effects, placeholders, vectors, with_faults
from effects.tracing import Tracer


class Word(enum.StrEnum):
    """Keys in a `StrEnum`."""

    SEND = "mail/send"
    TELL = "mail/tell"
    NOW = "clock/now"
    APP = "app"
    LOST = "mail/sned"
    PLUGIN = "mail"


class Old(str, enum.Enum):  # noqa: UP042 - its members say `Old.SEND` of themselves
    """Keys in an enumeration of str, as written before `StrEnum`."""

    SEND = "mail/send"
    TELL = "mail/tell"
    NOW = "clock/now"
    APP = "app"
    LOST = "mail/sned"
    PLUGIN = "mail"


class Odd(str):
    """A str that overrides its text and its hash."""

    def __hash__(self) -> int:
        return 7

    def __eq__(self, other: object) -> bool:
        return self is other

    def __str__(self) -> str:
        return "odd"

    __repr__ = __format__ = __str__  # type: ignore[assignment]


Key = Callable[[str], Any]
KINDS: dict[str, Key] = {
    "str": str,
    "StrEnum": Word,
    "str and Enum": Old,
    "another": Odd,
}
every_kind = pytest.mark.parametrize("key", KINDS.values(), ids=KINDS)


def mail(key: Key) -> Registry:
    """A plugin whose keys are all of one kind."""
    plugin = Registry(key("mail"))

    @plugin.effect(key("mail/send"))
    def send(ctx: Context, text: object) -> object:
        return ctx.key, text

    @plugin.effect("run")
    async def run(ctx: Context, then: Effect) -> object:
        return [record.value for record in (await ctx.dispatch([then])).results]

    @plugin.action(key("mail/tell"))
    def tell(state: Mapping[str, Any], text: object) -> list[object]:
        return [[key("mail/send"), f"{text} {state['app']}"]]

    plugin.placeholder(key("clock/now"))(lambda data: "noon")
    plugin.state(key("app"))(lambda: "blue")
    return plugin


def assert_plain(value: object, *expected: str) -> None:
    """The texts in it are of no class but str."""
    assert [value] == list(expected)
    assert type(value) is str


@every_kind
async def test_a_vector_is_dispatched_whatever_its_key_is(key: Key) -> None:
    """An effect, an action, a placeholder, a state slice and a continuation."""
    dispatch = create_dispatch([mail(key)])
    result = await dispatch(
        [
            [key("mail/send"), 1],
            (key("mail/send"), Placeholder(key("clock/now"))),
            [key("mail/tell"), "sky"],
            ["run", [key("mail/send"), Placeholder(key("clock/now"))]],
        ]
    )
    values = [record.value for record in result.raise_errors().results]
    sent = [("mail/send", 1), ("mail/send", "noon"), ("mail/send", "sky blue"), [("mail/send", "noon")]]
    assert values == sent
    assert [type(record.key) for record in result.results] == [str] * 4
    assert {record.plugin for record in result.results} == {"mail"}


@every_kind
async def test_a_key_that_nobody_registers_names_its_neighbours(key: Key) -> None:
    """They are named in the record, in a check, and in an expansion."""
    dispatch = create_dispatch([mail(key)])
    vector = [key("mail/sned"), 1]
    (record,) = (await dispatch([vector])).errors
    assert_plain(record.key, "mail/sned")
    for error in (record.exception, *dispatch.check([vector]), dispatch.expand([vector]).errors[0].exception):
        assert isinstance(error, UnknownKeyError)
        assert "no interpreter for effect 'mail/sned'" in str(error)
        assert "near 'mail/send'" in str(error)


@every_kind
async def test_a_placeholder_has_a_plain_key(key: Key) -> None:
    """It is equal to others with the same text, and an unknown key is named."""
    placeholder = Placeholder(key("clock/now"), 1)
    assert_plain(placeholder.key, "clock/now")
    assert placeholder == Placeholder("clock/now", 1)
    assert repr(placeholder) == "Placeholder('clock/now', 1)"
    (record,) = (await create_dispatch([mail(str)])([["mail/send", Placeholder(key("mail/sned"))]])).errors
    assert isinstance(record.exception, PlaceholderError)
    assert record.exception.what == "no placeholder 'mail/sned'"


@every_kind
def test_what_is_registered_is_told_of_in_plain_text(key: Key) -> None:
    """Descriptions, schemas, samples and hits of `grep` are the same for each kind of key."""
    dispatch, plain = create_dispatch([mail(key)]), create_dispatch([mail(str)])
    assert [(type(one.key), one.key, one.plugin) for one in dispatch.describe()] == [
        (str, one.key, one.plugin) for one in plain.describe()
    ]
    assert dispatch.describe(key=key("mail/send")) != ()
    assert dispatch.describe(plugin=key("mail")) != ()
    assert dispatch.schemas() == plain.schemas()
    assert [str(hit) for hit in dispatch.grep("mail/send")] == [str(hit) for hit in plain.grep("mail/send")]
    (sample,) = dispatch.sample(key("mail/send"))
    assert isinstance(sample, list)
    assert_plain(sample[0], "mail/send")
    (late,) = dispatch.sample(key("clock/now"))
    assert late == Placeholder("clock/now")
    with pytest.raises(UnknownKeyError, match=r"'mail/sned'(.|\n)*near 'mail/send'"):
        dispatch.sample(key("mail/sned"))
    assert not vectors(dispatch, key("mail/send")).is_empty
    assert not placeholders(dispatch, key("clock/now")).is_empty


@every_kind
async def test_a_recorder_records_plain_keys(key: Key, tmp_path: Path) -> None:
    """`returns`, `fails` and `runs` take any kind of key, too; a recording is written, and replayed."""
    recorder = Recorder(create_dispatch([mail(key)]))
    recorder.returns(key("mail/send"), 5)
    result = await recorder([[key("mail/tell"), "sky"], [key("mail/sned")], 5, ["run", [key("mail/send"), 1]]])
    assert result.results[0].value == 5
    assert [one[0] for one in recorder.effects] == ["mail/send", "run"]
    assert_plain(recorder.effects[0][0], "mail/send")
    assert_effects(recorder.effects, [[key("mail/send"), "sky blue"], ["run", [key("mail/send"), 1]]])
    assert_effects([[key("mail/send"), "sky blue"]], recorder.effects[:1])
    recorder.save(tmp_path / "saved.json")
    again = Recorder(create_dispatch([mail(str)]))
    again.returns("mail/send", 5)
    await again.replay(tmp_path / "saved.json")
    with pytest.raises(RegistrationError, match=r"'mail/sned' is not registered(.|\n)*near 'mail/send'"):
        recorder.returns(key("mail/sned"), 5)


@every_kind
def test_a_key_that_differs_is_told(key: Key) -> None:
    """Only as a key is text of another class the same: not as an argument."""
    with pytest.raises(AssertionError, match="differ in 1 place"):
        assert_effects([["mail/send", 1]], [[key("mail/tell"), 1]])
    if key is not str:
        with pytest.raises(AssertionError, match="differ in 1 place"):
            assert_effects([["note", "mail/send"]], [["note", key("mail/send")]])


@every_kind
def test_a_key_is_written_as_text(key: Key) -> None:
    """This holds for the codec of a dispatch, which knows the keys, and for one that knows none."""
    vector = [[key("mail/send"), (key("mail/tell"), 1), Placeholder(key("clock/now"))]]
    plain = [["mail/send", ("mail/tell", 1), Placeholder("clock/now")]]
    for codec in (Codec.of(create_dispatch([mail(str)])), Codec()):
        assert codec.dumps(vector) == codec.dumps(plain)
        assert codec.loads(codec.dumps(vector)) == plain


@pytest.mark.parametrize("key", [Word, Old, Odd])
def test_text_of_another_class_that_is_no_key_is_refused(key: Key) -> None:
    """It would come back as another class."""
    codec = Codec.of(create_dispatch([mail(str)]))
    for data in (["note", key("mail/send")], [key("app"), {"a": key("mail")}], [key("mail/sned")], key("mail/send")):
        with pytest.raises(CodecError, match="cannot be written as tagged JSON"):
            codec.dumps(data)


@every_kind
async def test_a_hook_may_write_a_key_of_any_kind(key: Key) -> None:
    """Later hooks see plain text."""
    seen: list[object] = []

    def first(step: Step) -> Step | None:
        return step.replace(vector=[key("mail/send"), 2]) if step.key == "mail/send" else None

    def second(step: Step) -> None:
        seen.append(step.key)

    hooks = [Interceptor(id=key("mail"), before_effect=first), Interceptor(id="second", before_effect=second)]
    dispatch = create_dispatch([mail(key)], interceptors=hooks)
    result = await dispatch([[key("mail/send"), 1]])
    assert [record.value for record in result.raise_errors().results] == [("mail/send", 2)]
    assert_plain(seen[0], "mail/send")
    assert [one.key for one in dispatch.describe(kind="interceptor")] == ["mail", "second"]


@every_kind
async def test_a_hook_that_writes_an_unknown_key_is_told_which(key: Key) -> None:
    """The message has the key as it is written."""
    hook = Interceptor(id="hook", before_effect=lambda step: step.replace(vector=[key("mail/sned")]))
    (record,) = (await create_dispatch([mail(str)], interceptors=[hook])([["mail/send", 1]])).errors
    assert "rewrote the vector to 'mail/sned'" in str(record.exception)


@every_kind
async def test_faults_are_the_same_for_each_kind_of_key(key: Key) -> None:
    """The same ones fail."""

    async def failures(of: Key) -> list[bool]:
        dispatch = with_faults(create_dispatch([mail(of)]), {of("mail/send"): Fault(OSError(), 0.5)})
        return [bool((await dispatch([[of("mail/send"), 1]])).errors) for _ in range(20)]

    assert await failures(key) == await failures(str)


@every_kind
async def test_a_trace_has_plain_keys(key: Key) -> None:
    """This holds for vectors that ran, and for others."""
    tracer = Tracer(create_dispatch([mail(key)]))
    await tracer.dispatch([[key("mail/send"), 1], [key("mail/sned")]])
    assert [(type(node.key), node.key) for node in tracer.trace if node.key is not None] == [
        (str, "mail/send"),
        (str, "mail/sned"),
    ]


@every_kind
async def test_what_crosses_a_limit_has_a_plain_key(key: Key) -> None:
    """It is not even read."""
    result = await create_dispatch([mail(key)], limits=Limits(vectors=1))([[key("mail/send"), 1]] * 2)
    assert_plain(result.errors[0].key, "mail/send")


@every_kind
def test_conflicts_are_settled_by_any_kind_of_key(key: Key) -> None:
    """Two that claim one key are refused, unless one is preferred."""
    other = Registry("other")
    other.effect("mail/send")(lambda ctx, text: None)
    plugins = [mail(key), other]
    with pytest.raises(RegistrationError, match=r"effect or action 'mail/send' is registered by 'mail' (.|\n)*'other'"):
        create_dispatch(plugins)
    dispatch = create_dispatch(plugins, prefer={key("mail/send"): key("mail")})
    assert [one.plugin for one in dispatch.registrations if one.key == "mail/send"] == ["mail"]
    assert check_plugins(plugins, prefer={key("mail/send"): key("mail")}) == ()
    assert create_dispatch(plugins, block=[key("mail")]).plugins == ("other",)
    assert dispatch.plugin("mail") is plugins[0]


@every_kind
def test_a_key_is_registered_once(key: Key) -> None:
    """A second key of any class is refused."""
    plugin = mail(str)
    with pytest.raises(RegistrationError, match="registry 'mail' registers 'mail/send' twice"):
        plugin.effect(key("mail/send"))(lambda ctx: None)


@every_kind
def test_a_system_value_is_named_by_any_kind(key: Key) -> None:
    """This holds for late values, too; missing ones are named in plain text."""
    plugin = Registry("plugin", late=[key("app")])

    @plugin.effect("send")
    def send(ctx: Context, *, app: object, mails: object) -> None: ...

    with pytest.raises(RegistrationError, match=r"missing system value 'mails'(.|\n)*near: 'mail'"):
        create_dispatch([plugin], system={key("mail"): 1})
