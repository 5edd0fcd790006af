"""Live pages in a QuartTrio app: requests in, streams out."""

from __future__ import annotations

import inspect
import logging
import secrets
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import TypeVar, cast, final

import trio
from pydantic import BaseModel
from quart import Response, abort, request, session
from quart.typing import ResponseReturnValue
from quart_trio import QuartTrio

from effects import Dispatch, RegistrationError
from plugins.connections import Connection, Connections
from plugins.datastar import encode_patch_signals

from ._origin import is_cross_site
from ._problems import dispatch_problem, problem
from ._signals import InvalidSignals, as_model_input, filled, is_form, parse, raw_signals
from ._stack import Lifeline, Terminated, install, lifeline
from ._stream import Buffer, Opening, event_response, stream_response

__all__ = ["Live"]

M = TypeVar("M", bound=BaseModel)
Effects = Sequence[object]
Snapshot = Effects | Callable[[], Effects] | Callable[[], Awaitable[Effects]]

_SESSION_ID = "rhialto.id"
_logger = logging.getLogger("plugins.http")


@final
class Live:
    """Ties a dispatch to a QuartTrio app: opens it while the app serves, answers requests with its effects.

    The app needs a `secret_key`: sessions are Quart's signed cookies. The session's id is made by the server when it
    answers with an HTML page, never by a stream. A queue of `max_frames` frames and `max_bytes` bytes stands before
    each stream; a client that falls behind by more is cut off.

    Raises `RegistrationError` for a dispatch without the Connections plugin, `TypeError` for an app that is no plain
    QuartTrio.
    """

    def __init__(
        self, app: QuartTrio, dispatch: Dispatch, *, max_frames: int = 1_000, max_bytes: int = 1_000_000
    ) -> None:
        connections = dispatch.plugin("connections")
        if not isinstance(connections, Connections):
            raise RegistrationError(
                "Live keeps streams in the plugin Connections, and this dispatch has none",
                fix="create_dispatch([Connections(), ...])",
            )
        install(app)
        self._app = app
        self._dispatch = dispatch
        self._store = connections.store
        self._connection = partial(Connection, max_frames=max_frames, max_bytes=max_bytes)
        self._open: set[Connection] = set()
        self._nursery: trio.Nursery | None = None
        self._watched: set[Terminated] = set()
        self._failed = False
        self._stop = trio.Event()
        self._stopped = trio.Event()
        app.config["SESSION_COOKIE_SAMESITE"] = app.config["SESSION_COOKIE_SAMESITE"] or "Lax"
        app.before_serving(self._start)
        app.after_serving(self._end)
        app.after_request(self._give_session)
        app.register_error_handler(InvalidSignals, self._answer_invalid)

    @property
    def session_id(self) -> str:
        """The id of the current request's session: the scope of its streams.

        Where there is none, aborts: with 204 for the Datastar client, which then stays away, with 403 for others. Open
        a page first.
        """
        found: object = session.get(_SESSION_ID)
        if not isinstance(found, str):
            abort(self._without_session())
        return found

    async def signals(self, model: type[M]) -> M:
        """The current request's signals as a pydantic model; form posts fill the same model.

        Aborts with 400 for what is not JSON or not an object, with 415 for another content type. Raises
        `InvalidSignals` where the model does not fit, which is answered with a patch of the signal `errors`,
        `{field: message}` nested as the model is and empty for fields that fit, for the Datastar client, and with 422
        for others.
        """
        signals = await raw_signals()
        return parse(model, as_model_input(model, signals) if is_form() else signals)

    async def reply(self, effects: Effects, *, otherwise: ResponseReturnValue | None = None) -> ResponseReturnValue:
        """Run effects, then answer in one piece with what they sent, and close.

        A plain browser, which cannot read events, gets `otherwise`, by default 204. Cross-site requests get 403 before
        anything runs; a dispatch in which something failed is answered with 500. When the client leaves, the dispatch
        is cancelled.
        """
        self._refuse()
        buffer = Buffer()
        result = await self._dispatch(effects, data=await _request_data(), system={"sink": buffer})
        if result.errors:
            return dispatch_problem(result.errors)
        if _is_datastar():
            return event_response(buffer.joined())
        return ("", 204) if otherwise is None else otherwise

    async def stream(self, effects: Snapshot, *, key: object = None) -> ResponseReturnValue:
        """Answer with a stream of events.

        Without a key, it carries what the effects send, as they send it, and closes after the last. With a key, it
        stays open under `(session id, key)` for others to broadcast to, until the client leaves, something closes it,
        or the server stops. `effects` may be a function, sync or async, that returns them: it is called when the stream
        is already stored, so that nothing is missed between the state it reads and the first broadcast; what is
        broadcast meanwhile follows the effects. The bounds of the queue are for what others send.

        Cross-site requests get 403. With a key, a request without a session gets 204 from the Datastar client, which
        then stays away, and 403 from others; effects that fail are answered with 500. HEAD gets the headers, and
        nothing runs.
        """
        self._refuse()
        if request.method == "HEAD":
            return event_response(b"")
        line = lifeline(request)
        data = await _request_data()
        if key is None:  # nobody else sends to it: what it holds is bounded by the work that its dispatch may do
            connection = Connection(None, None, max_frames=sys.maxsize, max_bytes=sys.maxsize)
            cast(trio.Nursery, line.nursery).start_soon(self._run_into, connection, await _taken(effects), data)
            return stream_response(connection)
        connection = self._connection(self.session_id, key, held=True)
        self._enter(connection, line)
        result = await self._dispatch(await _taken(effects), data=data, system={"sink": Opening(connection)})
        connection.release()
        return dispatch_problem(result.errors) if result.errors else stream_response(connection)

    async def _run_into(self, connection: Connection, effects: Effects, data: Mapping[str, object]) -> None:
        try:
            await self._dispatch(effects, data=data, system={"sink": connection})
        finally:
            connection.close()

    def _enter(self, connection: Connection, line: Lifeline) -> None:
        """Store a connection for as long as its request lives."""
        line.exits.append(partial(self._leave, connection))
        self._store.add(connection)
        self._open.add(connection)
        if line.terminated is None or self._nursery is None:
            return
        if line.terminated.is_set():
            connection.close("shutdown")
        elif line.terminated not in self._watched:
            self._watched.add(line.terminated)
            self._nursery.start_soon(self._watch, line.terminated)

    def _leave(self, connection: Connection) -> None:
        self._store.remove(connection)
        self._open.discard(connection)
        connection.close()

    async def _watch(self, terminated: Terminated) -> None:
        """End all streams as soon as the server begins to stop."""
        await terminated.wait()
        self._end_streams()

    def _end_streams(self) -> None:
        for connection in tuple(self._open):
            connection.close("shutdown")

    async def _start(self) -> None:
        if not self._app.secret_key:
            raise RegistrationError(
                "the app has no secret_key, so its sessions cannot be signed",
                fix='app.secret_key = os.environ["SECRET_KEY"]',
            )
        self._stop, self._stopped = trio.Event(), trio.Event()
        await self._app.nursery.start(self._serve)

    async def _serve(self, task_status: trio.TaskStatus[None]) -> None:
        """Keep the dispatch running until the app stops, and the nursery that ends streams a little longer.

        Should something that a plugin opened fail meanwhile, that is logged, streams end, and requests are refused; an
        exception that left this task would end the app's lifespan and leave it serving.
        """
        try:
            async with trio.open_nursery() as self._nursery:
                could_not_open = await self._keep_running(task_status)
                if could_not_open is None:
                    self._end_streams()
                    await self._stop.wait()
                self._nursery.cancel_scope.cancel()
            if could_not_open is not None:
                raise could_not_open
        finally:
            self._nursery = None
            self._failed = False
            self._watched.clear()
            self._stopped.set()

    async def _keep_running(self, task_status: trio.TaskStatus[None]) -> Exception | None:
        """Keep the dispatch running until the app stops, or something fails; what kept it from starting is returned."""
        started = False
        try:
            async with self._dispatch.running():
                started = True
                task_status.started()
                await self._stop.wait()
                self._end_streams()
        except Exception as error:
            if not started:
                return error
            self._failed = True
            _logger.exception("the dispatch has stopped running: requests to it are refused until the app is restarted")
        return None

    async def _end(self) -> None:
        self._stop.set()
        await self._stopped.wait()

    async def _give_session(self, response: Response) -> Response:
        """A page makes the session; a stream, an answer or a file does not."""
        is_page = request.method == "GET" and response.status_code == 200 and response.mimetype == "text/html"
        if is_page and not _is_datastar() and _SESSION_ID not in session:
            session[_SESSION_ID] = secrets.token_urlsafe(24)
        return response

    async def _answer_invalid(self, error: InvalidSignals) -> Response:
        if _is_datastar():
            return event_response(encode_patch_signals({"errors": error.messages}))
        return problem(422, "The signals do not fit.", errors=filled(error.messages))

    def _refuse(self) -> None:
        if self._failed:
            abort(problem(503, "What this page needs has stopped running."))
        if is_cross_site(request):
            abort(problem(403, "Requests from other sites are refused."))

    def _without_session(self) -> Response:
        if _is_datastar():
            return Response(b"", 204)
        return problem(403, "There is no session yet. Open a page first, and accept its cookie.")


def _is_datastar() -> bool:
    return request.headers.get("Datastar-Request") == "true"


async def _request_data() -> dict[str, object]:
    """What placeholders of the http plugin are resolved from."""
    return {"signals": await raw_signals(), "session": dict(session), "path": dict(request.view_args or {})}


async def _taken(effects: Snapshot) -> Effects:
    if not callable(effects):
        return effects
    answer = effects()
    return await answer if inspect.isawaitable(answer) else answer
