"""The dispatches of a recorder and their results, as text that can be replayed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast, final

from .._codec.codec import Codec, CodecError
from .._language.containers import PLAIN
from .._language.paths import render
from .._language.results import DispatchResult
from .._language.vectors import plain_key

__all__ = ["Call", "Recording"]

_FORMAT = "recording 1"

Call = tuple[Sequence[object], Mapping[str, object]]
"""The effects and the data of one dispatch."""


@final
@dataclass(slots=True)
class Recording:
    """The calls of a recorder in order, the state that it was given, and the results of its dispatches."""

    calls: list[Call] = field(default_factory=list[Call])
    state: dict[str, object] = field(default_factory=dict[str, object])
    effects: list[list[object]] = field(default_factory=list[list[object]])
    errors: list[list[object]] = field(default_factory=list[list[object]])
    """The phase, the key and the place of each error."""

    def take_errors(self, result: DispatchResult) -> None:
        """Keep the parts of a result's errors that a replay can compare."""
        self.errors.extend([error.phase, error.key, render(error.path)] for error in result.errors)

    def text(self, codec: Codec) -> str:
        """Return the recording as tagged JSON. Raises `CodecError` for values that have no tag."""
        calls = [
            {"effects": [_with_plain_key(effect) for effect in effects], "data": dict(data)}
            for effects, data in self.calls
        ]
        outcome = {"effects": self.effects, "errors": self.errors}
        return codec.dumps({"format": _FORMAT, "state": self.state, "calls": calls, **outcome}, indent=2) + "\n"

    @classmethod
    def read(cls, text: str | bytes, codec: Codec) -> Recording:
        """Read a recording from its text. Raises `CodecError` for a text that is no recording."""
        saved = codec.loads(text)
        fields = cast("dict[str, object]", saved) if isinstance(saved, dict) else {}
        state, calls, effects, errors = (fields.get(name) for name in ("state", "calls", "effects", "errors"))
        are_lists = all(type(items) is list for items in (calls, effects, errors))
        if fields.get("format") != _FORMAT or not isinstance(state, dict) or not are_lists:
            raise CodecError("this is no recording", fix="write one with Recorder.save")
        return cls(
            [_read_call(call) for call in cast("list[object]", calls)],
            cast("dict[str, object]", state),
            cast("list[list[object]]", effects),
            cast("list[list[object]]", errors),
        )


def _with_plain_key(vector: object) -> object:
    """Return a vector with its key as plain text, even if the key is not registered; any other value as it is."""
    if type(vector) not in PLAIN or not vector:
        return vector
    key, *args = cast("Sequence[object]", vector)
    plain = [plain_key(key), *args]
    return tuple(plain) if type(vector) is tuple else plain


def _read_call(call: object) -> Call:
    fields = cast("dict[str, object]", call) if isinstance(call, dict) else {}
    effects, data = fields.get("effects"), fields.get("data")
    if not isinstance(effects, list) or not isinstance(data, dict):
        raise CodecError("a call of this recording has no effects, or no data", fix="write one with Recorder.save")
    return cast("list[object]", effects), cast("dict[str, object]", data)
