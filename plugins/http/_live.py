"""Live pages in a QuartTrio app: `Live` answers requests with effects and with streams."""

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
"""The shortest and the longest time in seconds after which the client comes back, and the reason."""

M = TypeVar("M", bound=BaseModel)


@final
class Live:
    """Ties a dispatch to a QuartTrio app: runs it while the app serves, and answers requests with its effects.

    The app needs a `secret_key`, since sessions are Quart's signed cookies. The server makes a session's id when it
    answers with an HTML page, and never when it answers with a stream. With `secure_cookies`, browsers send the cookie
    only over https, and its name begins with `__Host-`.

    Each stream has a queue of at most `max_frames` frames and `max_bytes` bytes. A client that falls behind by more is
    cut off, unless `when_full`, such as `merge_patches` of plugins.datastar, merges the frames that wait for it. The
    signals of a request have at most `max_signals` bytes. `compress` is True, False or a `Compression`. `on_invalid`
    and `on_error` are the defaults of `signals`, `reply` and `stream`.

    If a client vanishes without a word, because it has lost its network or its power, the server notices it once the
    client has not answered for `peer_timeout` seconds, or up to a third more. Behind a proxy, the proxy has to notice
    it. For such proxies, and for those that close idle connections, a stream writes a comment when nothing else was
    written for `heartbeat` seconds, or up to an eighth less.

    Idle streams are parked, and frames go straight to the sockets, where that is possible: over HTTP/1.1, outside TLS.
    With `direct_writes=False`, everything goes the server's own way.

    Raises `RegistrationError` if the dispatch lacks the Connections plugin, if the cookie settings cannot be made
    secure, or if `peer_timeout` is outside 1 to 86,400 seconds or `heartbeat` outside 0.01 to 86,400 seconds. Raises
    `TypeError` if the app is no QuartTrio.
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
        app.extensions["rhialto"] = self  # tools find the dispatch of an app here
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
        """The app that this `Live` was made with."""
        return self._app

    @property
    def dispatch(self) -> Dispatch:
        """The dispatch that this `Live` was made with."""
        return self._dispatch

    @property
    def ready(self) -> bool:
        """Whether this server should be sent requests.

        It is False before the app has started, while it drains or stops, and when it cannot go on. It is for a route
        that a load balancer asks: `return "", 200 if live.ready else 503`.
        """
        terminated = lifeline(request).transport.terminated
        return self._serving.ready and not (terminated is not None and terminated.is_set())

    def drain(self) -> None:
        """Stop being `ready`, and take no new streams with a key. Call it before the server is stopped.

        `serve` calls it. Open streams stay open, and other requests are answered. It cannot be undone.
        """
        self._serving.draining = True

    @property
    def session_id(self) -> str:
        """The id of the current request's session: the scope of its streams.

        If the request has no session, it aborts: with 204 for the Datastar client, which then stays away, and with 403
        for others. The visitor has to open a page first. If the cookie is older than the last `rotate_session`, the
        client is told to come back.
        """
        current = session_id()
        if current is None and session_had_ended():
            abort(refuse_for_now(*_SOON))
        if current is None:
            abort(refuse_for_good(NO_SESSION))
        return current

    def rotate_session(self) -> str:
        """Give the visitor's session a new id, and return it. Call it when somebody logs in.

        The session keeps what it holds. The streams of the old id end when this request has been answered; the browser
        opens them again, under the new id. So an id that somebody else has planted or seen becomes worthless.
        """
        self._end_own_streams()
        return make_session_id()

    def end_session(self) -> None:
        """Empty the visitor's session, and end its streams as `rotate_session` does. Call it when somebody logs out.

        Sessions are signed cookies, and browsers keep them. This process remembers the last 10,000 sessions that have
        ended: a copy of such a cookie, made earlier or brought back by an answer that was under way, counts as empty.
        For other processes the copy stays valid until it expires, so keep on the server whatever must end for good.
        """
        self._end_own_streams()
        session.clear()

    async def signals(self, model: type[M], *, on_invalid: OnInvalid | None = None) -> M:
        """Return the current request's signals as a pydantic model. Form posts fill the same model.

        Aborts with 403 if the request comes from another site, with 400 if the signals are not JSON or not an object,
        with 413 if they are larger than `max_signals` or the app's `MAX_CONTENT_LENGTH`, with 415 for another content
        type.

        Raises `InvalidSignals` if the signals do not fit the model. An app may catch it. Otherwise the answer has the
        status 422; the Datastar client gets the effects `on_invalid` instead, or those that it returns when called with
        the messages. By default, they patch the signal `errors`: `{field: message}`, nested as the model is, with an
        empty message for each field that fits. If the signals fit while the page still shows such messages, `reply`
        clears them.
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
        """Run effects, then answer in one piece with the events they sent, and close.

        With a model for `signals`, the placeholder `Signal` stands for the model's values. Signals that do not fit are
        answered as by `signals()`, and nothing runs. The system has the visitor's `session`, which `patch-session`
        needs.

        A plain browser cannot read events. It gets `otherwise`, or what that returns when it is called, sync or async,
        after the effects have run. Without `otherwise`, a browser that posted a form is sent back to the page it came
        from, one that followed a link gets 406 before anything runs, and others get 204.

        Requests from other sites, and those that `allow` refuses, get 403 before anything runs. If something in the
        dispatch fails, the answer is 500, or 400 if the request lacks what a placeholder stands for. If there is an
        `on_error`, the Datastar client gets these effects instead, or those that it returns when called with the error
        records. If the client leaves, the dispatch is cancelled. HEAD gets the headers, and nothing runs.
        """
        self._check_request()
        data = await self._request_data()
        if not (await judge(allow, data)).allowed:
            abort(problem(403, _NOT_ALLOWED))
        if request.method == "HEAD":
            return event_response(b"") if is_datastar() else Response(b"", 204)
        if otherwise is None and is_opened_as_page():
            abort(problem(406, "This address answers a page that sends a request to it. It is no page itself."))
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

        Without a key, the stream carries what the effects send, as they send it, and closes after the last event. With
        a key, it stays open under `(session id, key)`, for others to broadcast to, until the client leaves, something
        closes it or the server stops.

        `effects` may be a function, sync or async, that returns them. It is called when the stream is already stored,
        so the stream misses nothing between the state that the function reads and the first broadcast. Broadcasts of
        others meanwhile follow the effects. The bounds of the queue apply to what others send.

        If this is the first stream under its key, `on_open` is dispatched, and done, before the effects; what it sends
        to this stream follows them. `on_close` is dispatched when the last stream under the key has been gone for
        `grace` seconds. If `on_open` or `on_close` takes longer than the `open_timeout` of the Connections plugin, the
        effects wait no longer, and `on_open` is done later. Both get this request's data and, as `connection`, the
        scope, the key and the cause. If somebody ends the stream before the effects are done, the effects are
        cancelled.

        After `expires` seconds, the stream ends with the cause `lapsed`, for example when the visitor's token expires:
        clients come back, and `allow` decides again.

        With `replay`, a client that was cut off gets, instead of `effects`, what was sent to its key since then, as far
        as the history of the Connections plugin goes back. It may get the last events twice: the event ids tell how far
        it had come. If the history does not go back far enough, and for every other client, the stream begins with
        `effects`.

        Requests from other sites get 403. So do requests without a session, if there is a key, and those that `allow`
        refuses; the Datastar client gets 204 for these two, and then stays away. A browser that opens the address as a
        page gets 406. If there is no room for another stream, the client is told to come back later. With a key,
        effects that fail are answered with 500, or with `on_error` as in `reply`. Without a key, the answer has begun
        already: what `on_error` sends follows. HEAD gets the headers, and nothing runs.

        Raises `TypeError` for `on_open`, `on_close`, `expires` or `replay` without a key, and for an `expires` that is
        NaN.
        """
        self._check_request()
        if key is None and (on_open or on_close or replay or expires is not None):
            raise TypeError("on_open, on_close, expires and replay belong to a stream with a key")
        if expires is not None and isnan(expires):
            raise TypeError("expires is a number of seconds")
        if not takes_events():
            abort(problem(406, "This address is a stream of events for a page. It is no page itself."))
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
        if verdict.waited and not (await judge(allow, data)).allowed:  # a visitor disconnected meanwhile stays out
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
        """Answer as the `Live` that read the signals does; if the app itself raised the error, as this one."""
        return await (invalid.answer() if invalid.answer else self._answer_messages(invalid.messages, None))

    async def _answer_messages(self, messages: Messages, on_invalid: OnInvalid | None) -> Response:
        return await self._failures.answer_invalid(messages, on_invalid, self._request_data)

    def _end_own_streams(self) -> None:
        """End them once the answer is out, and with it the new cookie: clients that return at once then send it."""
        old = session_id()
        if old is not None:
            lifeline(request).exits.append(partial(self._sessions.end, old))

    async def _request_data(self, key: object = None) -> RequestData:
        """The data that placeholders of the http and connections plugins are resolved from."""
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
            abort(problem(503, "A part of the app that this page needs has stopped running."))
        if is_cross_site(request):
            hint = (
                " This one does not show where it comes from: send Datastar-Request."
                if shows_no_origin(request)
                else ""
            )
            abort(problem(403, f"Requests from other sites are refused.{hint}"))
