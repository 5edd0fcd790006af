"""Live pages in a QuartTrio app: requests in, streams out."""

from __future__ import annotations

from functools import partial
from math import isnan
from typing import TypeVar, cast, final

from pydantic import BaseModel
from quart import Response, abort, g, request, session
from quart.typing import ResponseReturnValue
from quart_trio import QuartTrio

from effects import Dispatch, RegistrationError
from plugins.connections import ANY, Connection, Connections, Follower, Lifecycle, TooManyConnectionsError, WhenFull

from ._causes import say_why_briefly
from ._compression import Compression, make_compressor
from ._direct import DirectWrites
from ._request.allow import Allow, RequestData, judge
from ._request.answers import NO_SESSION, event_response, problem, redirect_back, refuse_for_good, refuse_for_now
from ._request.app_effects import Effects, OnError, OnInvalid, Otherwise, Snapshot, call_page, call_snapshot
from ._request.buffer import Buffer
from ._request.client import is_datastar, is_opened_as_page, takes_events
from ._request.failures import Failures
from ._request.invalid import InvalidSignals, Messages, parse
from ._request.models import as_model_input, values_of
from ._request.origin import is_cross_site, shows_no_origin
from ._request.session import make_session_id, prepare_cookies, session_had_ended, session_id, sessions_of
from ._request.signals import is_form, read_signals
from ._serving import Serving
from ._stack import install, lifeline
from ._stream import stream_response
from ._streams import Streams
from ._test_app import show_errors_in_tests

__all__ = ["Live"]

_MAX_SECONDS = 86_400
_CLEARING = "_rhialto_clearing"
_NOT_ALLOWED = "This is not allowed."
_SOON = (1, 2), "The session has just changed. Try again."
_LATER = (5, 15), "There is no room for another stream now. Try again later."
_ELSEWHERE = (1, 5), "This server is about to stop. Try again."
"""Between how many seconds later to come back, and why."""

M = TypeVar("M", bound=BaseModel)


@final
class Live:
    """Ties a dispatch to a QuartTrio app: opens it while the app serves, answers requests with its effects.

    The app needs a `secret_key`: sessions are Quart's signed cookies. The session's id is made by the server when it
    answers with an HTML page, never by a stream. `secure_cookies` sends the cookie only over https, as `__Host-...`. A
    queue of `max_frames` frames and `max_bytes` bytes stands before each stream; a client that falls behind by more is
    cut off, unless `when_full`, such as `merge_patches` of plugins.datastar, merges what waits for it. Signals may have
    `max_signals` bytes. `on_invalid` and `on_error` are what `signals`, `reply` and `stream` do unless told otherwise.

    A client that vanishes without a word, its network or its power gone, is noticed when it has not answered for
    `peer_timeout` seconds, or a third more. Behind a proxy it is the proxy that has to notice, for which, and for those
    that close what is idle, a comment is written where nothing else was for `heartbeat` seconds, or an eighth less.

    Idle streams are parked, and what is sent goes straight to sockets, where that can be: over HTTP/1.1, outside TLS.
    `direct_writes=False` has all of it go the server's own way.

    Raises `RegistrationError` for a dispatch without the Connections plugin, for cookie settings that cannot be made
    secure and for times that are too short or too long, `TypeError` for an app that is no QuartTrio.
    """

    def __init__(
        self,
        app: QuartTrio,
        dispatch: Dispatch,
        *,
        max_frames: int = 1_000,
        max_bytes: int = 1_000_000,
        max_signals: int = 1_000_000,
        peer_timeout: float = 20.0,
        heartbeat: float = 15.0,
        when_full: WhenFull | None = None,
        compress: bool | Compression = False,
        direct_writes: bool = True,
        secure_cookies: bool = False,
        on_invalid: OnInvalid | None = None,
        on_error: OnError | None = None,
    ) -> None:
        connections = dispatch.plugin("connections")
        if not isinstance(connections, Connections):
            raise RegistrationError(
                "Live keeps streams in the plugin Connections, and this dispatch has none",
                fix="create_dispatch([Connections(), ...])",
            )
        for name, seconds, least in (("peer_timeout", peer_timeout, 1), ("heartbeat", heartbeat, 0.01)):
            if not least <= seconds <= _MAX_SECONDS:
                raise RegistrationError(f"{name} is a number of seconds, {least} to {_MAX_SECONDS}", fix="leave it out")
        install(app, direct_writes=direct_writes)
        show_errors_in_tests(app)
        say_why_briefly()
        prepare_cookies(app, secure=secure_cookies)
        app.register_error_handler(InvalidSignals, self._answer_invalid)
        app.extensions["rhialto"] = self  # where tools find the dispatch of an app
        self._app = app
        self._dispatch = dispatch
        self._writes = DirectWrites(heartbeat) if direct_writes else None
        self._compressor = make_compressor(compress)
        self._serving = Serving(app, dispatch, connections, self._writes)
        self._sessions = sessions_of(app)
        self._sessions.enders.append(lambda session_id: connections.disconnect([session_id, ANY]))
        make_connection = partial(
            Connection, max_frames=max_frames, max_bytes=max_bytes, held=True, when_full=when_full
        )
        self._streams = Streams(dispatch, connections, self._serving, make_connection, peer_timeout)
        self._failures = Failures(dispatch, on_invalid, on_error)
        self._max_signals = max_signals
        self._heartbeat = heartbeat

    @property
    def app(self) -> QuartTrio:
        """The app that was given."""
        return self._app

    @property
    def dispatch(self) -> Dispatch:
        """The dispatch that was given."""
        return self._dispatch

    @property
    def ready(self) -> bool:
        """Whether to send requests here: not before it has started, while it drains or stops, or when it cannot go on.

        For a route that a load balancer asks: `return "", 200 if live.ready else 503`.
        """
        terminated = lifeline(request).terminated
        return self._serving.ready and not (terminated is not None and terminated.is_set())

    def drain(self) -> None:
        """Be not `ready` any more, and take no new streams that stay, for whoever is about to stop the server.

        `serve` does so. Streams that are open stay, and other requests are answered. There is no way back.
        """
        self._serving.draining = True

    @property
    def session_id(self) -> str:
        """The id of the current request's session: the scope of its streams.

        Where there is none, aborts: with 204 for the Datastar client, which then stays away, with 403 for others. Open
        a page first. With a cookie that is older than the last `rotate_session`, it is told to come back.
        """
        current = session_id()
        if current is None and session_had_ended():
            abort(refuse_for_now(*_SOON))
        if current is None:
            abort(refuse_for_good(NO_SESSION))
        return current

    def rotate_session(self) -> str:
        """Give the visitor's session a new id, and return it: call it when somebody logs in.

        What the session holds stays. The streams of the old id end when this request has been answered; the browser
        opens them anew, under the new one. So an id that somebody else has planted or seen is worth nothing.
        """
        self._end_own_streams()
        return make_session_id()

    def end_session(self) -> None:
        """Empty the visitor's session: call it when somebody logs out. Their streams end as with `rotate_session`.

        Sessions are signed cookies, kept by browsers. This process remembers the last 10,000 that have ended: a copy
        made before, or brought back by an answer that was under way, holds nothing any more. To other processes it
        stays valid until it expires, so what must end for good is kept on the server.
        """
        self._end_own_streams()
        session.clear()

    async def signals(self, model: type[M], *, on_invalid: OnInvalid | None = None) -> M:
        """The current request's signals as a pydantic model; form posts fill the same model.

        Aborts with 403 for requests from other sites, with 400 for what is not JSON or not an object, 413 for what is
        larger than `max_signals` or the app's `MAX_CONTENT_LENGTH`, 415 for another content type. Raises
        `InvalidSignals` where the model does not fit. Catch it, or let it be answered: with 422 and, for the Datastar
        client, with the effects `on_invalid`, or those that it returns when called with the messages. By default they
        patch the signal `errors`, `{field: message}` nested as the model is and empty for fields that fit. Where the
        page still shows such messages and everything fits, `reply` takes them away.
        """
        self._check_request()
        signals = await read_signals(self._max_signals)
        try:
            form = parse(model, as_model_input(model, signals) if is_form() else signals)
        except InvalidSignals as invalid:
            invalid.answer = partial(self._answer_messages, invalid.messages, on_invalid)
            raise
        setattr(g, _CLEARING, self._failures.clear_messages(model, signals, on_invalid))
        return form

    async def reply(
        self,
        effects: Effects,
        *,
        signals: type[BaseModel] | None = None,
        allow: Allow | None = None,
        otherwise: Otherwise | None = None,
        on_invalid: OnInvalid | None = None,
        on_error: OnError | None = None,
    ) -> ResponseReturnValue:
        """Run effects, then answer in one piece with what they sent, and close.

        With a model for `signals`, the placeholder `Signal` stands for what the model was filled with; what does not
        fit is answered as by `signals()`, and nothing runs. The system's `session` is the visitor's, as
        `patch-session` needs it.

        A plain browser, which cannot read events, gets `otherwise`, or what that returns when it is called, sync or
        async, once the effects are done. By default a browser that posted a form goes back to the page it came from,
        one that followed a link gets 406 before anything runs, and others get 204.

        Cross-site requests, and those for which `allow` says no, get 403 before anything runs. A dispatch in which
        something failed is answered with 500, or with 400 where the request lacks what a placeholder stands for. The
        Datastar client gets the effects `on_error` instead, or those that it returns when called with the error
        records. When the client leaves, the dispatch is cancelled. HEAD gets the headers, and nothing runs.
        """
        self._check_request()
        data = await self._request_data()
        if not (await judge(allow, data)).allowed:
            abort(problem(403, _NOT_ALLOWED))
        if request.method == "HEAD":
            return event_response(b"") if is_datastar() else Response(b"", 204)
        if otherwise is None and is_opened_as_page():
            abort(problem(406, "This address is an answer for the page that asks for it."))
        if signals is not None:
            data["signals"] = values_of(await self.signals(signals, on_invalid=on_invalid))
        clearing = cast(Effects, g.pop(_CLEARING, ()))
        with Buffer() as buffer:
            result = await self._dispatch([*clearing, *effects], data=data, system={"sink": buffer, "session": session})
        if result.errors:
            return await self._failures.answer_errors(result.errors, on_error, data)
        if is_datastar():
            return event_response(buffer.joined())
        return redirect_back() if otherwise is None else await call_page(otherwise)

    async def stream(
        self,
        effects: Snapshot,
        *,
        key: object = None,
        allow: Allow | None = None,
        on_open: Effects = (),
        on_close: Effects = (),
        grace: float = 2.0,
        expires: float | None = None,
        replay: bool = False,
        on_error: OnError | None = None,
    ) -> ResponseReturnValue:
        """Answer with a stream of events.

        Without a key, it carries what the effects send, as they send it, and closes after the last. With a key, it
        stays open under `(session id, key)` for others to broadcast to, until the client leaves, something closes it,
        or the server stops. `effects` may be a function, sync or async, that returns them: it is called when the stream
        is already stored, so that nothing is missed between the state it reads and the first broadcast; what is
        broadcast meanwhile follows the effects. The bounds of the queue are for what others send.

        `on_open` is dispatched, and done, before the effects, when this is the first stream under its key; what it
        sends to this stream follows them. `on_close` is dispatched when the last has been gone for `grace` seconds.
        Where they are at work for longer than the `open_timeout` of the Connections plugin, the effects no longer wait,
        and `on_open` is done later.
        Both get this request's data and, as `connection`, the scope, the key and the cause. When somebody ends the
        stream before the effects are done, they are cancelled.

        After `expires` seconds the stream ends with the cause `lapsed`, such as when the visitor's token does: clients
        come back, and `allow` decides.

        With `replay`, a client that was cut off gets, instead of `effects`, what was sent to its key since, so far as
        the history of the Connections plugin goes back, and what came last perhaps twice: event ids say how far it had
        come. Where the history does not, and for everybody else, the stream begins with `effects`.

        Cross-site requests get 403; so do those without a session, where there is a key, and those for which `allow`
        says no, but 204 if they are the Datastar client's, which then stays away. A browser that opens the address as a
        page gets 406. Where there is no room for one more, the client is told to come back later. With a key, effects
        that fail are answered with 500, or `on_error` as in `reply`; without one the answer has begun, and what
        `on_error` sends follows. HEAD gets the headers, and nothing runs.
        """
        self._check_request()
        if key is None and (on_open or on_close or replay or expires is not None):
            raise TypeError("on_open, on_close, expires and replay belong to a stream with a key")
        if expires is not None and isnan(expires):
            raise TypeError("expires is a number of seconds")
        if not takes_events():
            abort(problem(406, "This address is a stream of events, for the page that opens it."))
        if key is not None and self._serving.draining:
            return refuse_for_now(*_ELSEWHERE)
        scope = None if key is None else self.session_id
        data = await self._request_data(key)
        verdict = await judge(allow, data)
        if not verdict.allowed:
            return refuse_for_good(_NOT_ALLOWED)
        if request.method == "HEAD":
            return event_response(b"")
        if key is None:
            handler = self._failures.handler(on_error)
            return self._carry(self._streams.run(await call_snapshot(effects), data, handler))
        if self._sessions.seconds_since_end(self.session_id) is not None:
            return refuse_for_now(*_SOON)
        try:
            connection = self._streams.enter(scope, key)
        except TooManyConnectionsError:
            return refuse_for_now(*_LATER)
        follower = self._streams.follow(connection) if replay else None
        if verdict.waited and not (await judge(allow, data)).allowed:  # who was disconnected meanwhile stays out
            connection.close()
            return refuse_for_good(_NOT_ALLOWED)
        lifecycle = Lifecycle(on_open, on_close, grace, data) if on_open or on_close else None
        errors = await self._streams.begin(connection, effects, data, lifecycle, follower)
        if errors:
            connection.close()
            return await self._failures.answer_errors(errors, on_error, data)
        if expires is not None:
            self._serving.end_after(connection, expires)
        return self._carry(connection, follower)

    def _carry(self, connection: Connection, follower: Follower | None = None) -> Response:
        return stream_response(connection, self._heartbeat, self._writes, self._compressor, follower)

    async def _answer_invalid(self, invalid: InvalidSignals) -> Response:
        """Answer as whichever `Live` was asked for the signals would; what an app raises itself, as this one."""
        return await (invalid.answer() if invalid.answer else self._answer_messages(invalid.messages, None))

    async def _answer_messages(self, messages: Messages, on_invalid: OnInvalid | None) -> Response:
        return await self._failures.answer_invalid(messages, on_invalid, self._request_data)

    def _end_own_streams(self) -> None:
        """End them when the answer, and with it the new cookie, is out: clients that come back at once bring it."""
        old = session_id()
        if old is not None:
            lifeline(request).exits.append(partial(self._sessions.end, old))

    async def _request_data(self, key: object = None) -> RequestData:
        """What placeholders of the http and connections plugins are resolved from."""
        scope = session_id()
        about = {"scope": scope, "key": key}
        return {
            "signals": await read_signals(self._max_signals),
            "session": dict(session),
            "query": request.args.to_dict(),
            "path": dict(request.view_args or {}),
            "connection": {name: value for name, value in about.items() if value is not None},
        }

    def _check_request(self) -> None:
        if self._serving.failed:
            abort(problem(503, "What this page needs has stopped running."))
        if is_cross_site(request):
            hint = " This one does not show that it is not: send Datastar-Request." if shows_no_origin(request) else ""
            abort(problem(403, f"Requests from other sites are refused.{hint}"))
