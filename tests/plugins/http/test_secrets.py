"""No secret is in a log, an answer or a record, whatever goes wrong; and what stands for a session."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncGenerator
from datetime import timedelta
from io import StringIO
from typing import Annotated, Any, NamedTuple

import pytest
import trio
from itsdangerous import TimestampSigner
from pydantic import AfterValidator, BaseModel
from quart import session
from quart_trio import QuartTrio
from trio.testing import MockClock

from effects import Context, ErrorRecord, Placeholder, Registry, create_dispatch, hookimpl
from plugins.connections import ANY, Connections
from plugins.datastar import Datastar
from plugins.http import Http, Live, Session, Signal
from plugins.http.testing import open_sse
from tests.plugins.http.small import DATASTAR

JSON = {**DATASTAR, "Content-Type": "application/json"}
SIGNAL, HELD, KEY, ARGUMENT, RAISED = "s1gnal-5ecret", "he1d-5ecret", "k3y-5ecret", "argum3nt-5ecret", "rai5ed-5ecret"
SECRETS = (SIGNAL, HELD, KEY, ARGUMENT, RAISED)


def picky(value: str) -> str:
    """Refuse a value."""
    raise ValueError("This is too short.")


class Login(BaseModel):
    """A form with a field that nothing fits."""

    password: Annotated[str, AfterValidator(picky)] = ""
    age: int = 0


class Vault:
    """An app full of secrets, in which everything goes wrong. All that it logs and records is kept."""

    def __init__(self, *, debug: bool) -> None:
        self.records: list[ErrorRecord] = []
        self.said: list[str] = []
        vault = Registry("vault", late=["absent"])
        vault.effect("vault/open")(self.open)
        vault.effect("vault/count")(self.count)
        vault.effect("vault/need")(self.need)
        vault.effect("vault/later")(self.later)
        vault.action("vault/act")(self.act)
        vault.placeholder("vault/it")(self.it)
        plugins = [Datastar(), Connections(), Http(), vault, self]
        self.dispatch = create_dispatch(plugins, debug=debug)
        self.app = QuartTrio("vault")
        self.app.secret_key = KEY
        self.live = Live(self.app, self.dispatch)
        self._add_routes()

    name = "vault/ear"

    @hookimpl
    def rhialto_error(self, record: ErrorRecord) -> None:
        """Keep what is recorded."""
        self.records.append(record)

    def open(self, ctx: Context, what: object) -> None:
        """Fail, and say over what."""
        raise ValueError(f"{RAISED}: {what}")

    def count(self, ctx: Context, number: int) -> None:
        """Take numbers only."""

    def need(self, ctx: Context, what: object, *, absent: object) -> None:
        """Need what is not there."""

    async def later(self, ctx: Context, what: object) -> None:
        """Fail in the background."""
        ctx.spawn(lambda inner: self.at_last(what))

    async def at_last(self, what: object) -> None:
        """Fail, and say over what."""
        raise ValueError(f"{RAISED}: {what}")

    def act(self, state: object, what: object) -> list[object]:
        """Become what is no effect."""
        return [["vault/open", what], {"no": what}, [[what]]]

    def it(self, data: object, what: object) -> object:
        """Fail, and say over what."""
        raise LookupError(what)

    def _add_routes(self) -> None:
        app, live = self.app, self.live

        @app.get("/")
        async def home() -> str:
            session["card"] = HELD
            return "<p>"

        @app.route("/fail/<number>", methods=["GET", "POST"])
        async def fail(number: str) -> Any:
            return await live.reply([self.failing()[int(number)]])

        @app.post("/form")
        async def form() -> Any:
            return await live.reply([], signals=Login)

        @app.post("/handled")
        async def handled() -> Any:
            return await live.reply([["vault/open", ARGUMENT]], on_error=[["vault/open", ARGUMENT]])

        @app.get("/sse")
        async def sse() -> Any:
            failing = [["vault/open", ARGUMENT]]
            return await live.stream([["close-sse"]], key=ARGUMENT, on_open=failing, on_close=failing, grace=0)

        @app.get("/passing")
        async def passing() -> Any:
            return await live.stream([["vault/open", Session("card")]])

    @staticmethod
    def failing() -> list[list[object]]:
        """Effects that fail with a secret in them, from each place where there are some."""
        found: list[list[object]] = []
        for secret in (ARGUMENT, Signal("password"), Session("card")):
            found += [["vault/open", secret], ["vault/count", secret], ["vault/need", secret], ["vault/act", secret]]
            found += [["vault/later", secret], ["vault/nothing", secret], ["patch-elements", secret]]
            found += [["execute-script", 1, secret], ["patch-session", {"_x": secret}]]
            found += [["broadcast", {"pattern": secret}], ["with-connection", [ANY, secret], ["fail"]]]
            found += [["broadcast", {"pattern": [ANY, ANY], "exclud": secret}], ["disconnect", {"pattern": secret}]]
        found += [
            ["patch-signals", {"a\nb": ARGUMENT}],
            ["patch-signals", {"a": {ARGUMENT}}],
            [{"no": ARGUMENT}],
            [[ARGUMENT]],
        ]
        found += [["vault/open", Placeholder("vault/it", ARGUMENT)], ["redirect", f"javascript:{ARGUMENT}"]]
        return found

    async def attack(self) -> None:
        """Everything that goes wrong, by all who may ask."""
        client: Any = self.app.test_client()
        await client.get("/")
        sent = {"password": SIGNAL, "age": SIGNAL, SIGNAL: SIGNAL}
        for headers in (
            DATASTAR,
            {"Sec-Fetch-Site": "same-origin"},
            {"Origin": "http://localhost", "Accept": "text/html"},
        ):
            for number in range(len(self.failing())):
                await self.ask(client, f"/fail/{number}", json=sent, headers=headers)
            await self.ask(client, "/form", json=sent, headers=headers)
            await self.ask(client, "/form", form=sent, headers=headers)
            await self.ask(client, "/handled", json=sent, headers=headers)
            for body in (f'{{"password": "{SIGNAL}', f'"{SIGNAL}"', f'{{"password": {SIGNAL}}}'):
                await self.ask(client, "/form", data=body, headers={**headers, "Content-Type": "application/json"})
            await self.ask(client, "/form", data=SIGNAL, headers={**headers, "Content-Type": SIGNAL})
        other_site = {"Origin": "https://evil.example", "Referer": f"https://evil.example/{SIGNAL}"}
        await self.ask(client, "/form", json=sent, headers=other_site)
        for path in ("/sse", "/passing"):
            async with open_sse(client, f"{path}?datastar={json.dumps(sent)}") as stream:
                await trio.sleep(1)
                async for _ in stream:
                    pass
            self.said.append(f"{stream.headers}{stream.body!r}")
        for cookie in (f"{KEY}.{HELD}", TimestampSigner(HELD).sign("e30").decode(), HELD):
            forger: Any = self.app.test_client()
            forger.set_cookie("localhost", "session", cookie)
            await self.ask(forger, "/form", json=sent, headers=DATASTAR)
            await self.ask(forger, "/fail/0", json=sent, headers=DATASTAR)

    async def ask(self, client: Any, path: str, **sent: Any) -> None:
        """Post, and keep what is answered, without what only repeats the visitor's own cookie."""
        answer = await client.post(path, **sent)
        headers = [f"{name}: {value}" for name, value in answer.headers if name != "Set-Cookie"]
        self.said.append(f"{headers} {await answer.get_data(as_text=True)}")


class Attacked(NamedTuple):
    """What came of it."""

    log: str
    answers: str
    records: list[ErrorRecord]


def attacked(*, debug: bool) -> Attacked:
    """Have a vault attacked, and keep all that is logged meanwhile, at whatever level."""
    vault, log, logger = Vault(debug=debug), StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(log), logger.level

    async def main() -> None:
        async with vault.app.test_app():
            await vault.attack()

    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        trio.run(main, clock=MockClock(autojump_threshold=0))
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
    return Attacked(log.getvalue(), "\n".join(vault.said), vault.records)


@pytest.fixture(scope="module")
def quiet() -> Attacked:
    """As in production."""
    return attacked(debug=False)


def shown(text: str) -> set[str]:
    """The secrets that are in a text."""
    return {secret for secret in SECRETS if secret in text}


def test_no_secret_is_logged(quiet: Attacked) -> None:
    """At whatever level; and yet every failure is there."""
    assert shown(quiet.log) == set()
    assert quiet.log.count("\n  at ") == len(quiet.records) > 100


def test_no_secret_is_in_an_answer(quiet: Attacked) -> None:
    """Whoever asks, and however."""
    assert shown(quiet.answers) == set()


def test_no_secret_is_in_a_record_as_it_is_shown(quiet: Attacked) -> None:
    """Nor in its place and its notes; the exception itself is the plugin's, and says what the plugin made it say."""
    for record in quiet.records:
        notes = getattr(record.exception, "__notes__", [])
        assert shown(f"{record} {record!r} {record.place} {record.values} {notes}") == set()


def test_debugging_shows_values_shortened() -> None:
    """In the log, in records and in answers: never in production."""
    loud = attacked(debug=True)
    for text in (loud.log, loud.answers, "\n".join(map(str, loud.records))):
        assert {SIGNAL, HELD, ARGUMENT, RAISED} <= shown(text)
        assert KEY not in text
    assert max(len(str(record)) for record in loud.records) < 2_000


class Cookies:
    """An app whose sessions last an hour."""

    def __init__(self, key: str = "not very") -> None:
        self.app = QuartTrio("cookies")
        self.app.secret_key = key
        self.app.permanent_session_lifetime = timedelta(hours=1)
        self.live = Live(self.app, create_dispatch([Connections(), Datastar(), Http()]))
        self.app.get("/")(self.home)
        self.app.get("/sse")(self.sse)
        self.app.get("/who")(self.who)

    async def home(self) -> str:
        """Make a session."""
        session["name"] = "ann"
        return "<p>"

    async def sse(self) -> Any:
        """Open a stream."""
        return await self.live.stream([], key="k")

    async def who(self) -> Any:
        """Say who asks."""
        return {"name": session.get("name")}

    async def cookie(self) -> str:
        """The cookie of somebody who has opened the page."""
        client: Any = self.app.test_client()
        await client.get("/")
        return str(next(iter(client.cookie_jar)).value)

    def visitor(self, cookie: str) -> Any:
        """A browser with this cookie."""
        client: Any = self.app.test_client()
        client.set_cookie("localhost", "session", cookie)
        return client


@pytest.fixture
async def cookies() -> AsyncGenerator[Cookies]:
    """An app that serves."""
    made = Cookies()
    async with made.app.test_app():
        yield made


async def is_nobody(cookies: Cookies, cookie: str) -> bool:
    """Whether a cookie is as good as none: no name, no stream; Datastar's client is told to stay away."""
    client = cookies.visitor(cookie)
    who = await (await client.get("/who")).get_json()
    stream = await client.get("/sse", headers=DATASTAR)
    plain = await client.get("/sse", headers={"Sec-Fetch-Site": "same-origin", "Accept": "text/event-stream"})
    return (who["name"], stream.status_code, plain.status_code) == (None, 204, 403)


async def test_a_session_that_is_good_has_a_stream(cookies: Cookies) -> None:
    """So what follows is about the cookies."""
    async with open_sse(cookies.visitor(await cookies.cookie()), "/sse") as stream:
        assert stream.status == 200


@pytest.mark.parametrize("place", range(3))
async def test_a_cookie_that_was_tampered_with_is_none(cookies: Cookies, place: int) -> None:
    """In what it holds, in its time, or in its signature."""
    parts = (await cookies.cookie()).split(".")
    parts[-3 + place] = parts[-3 + place][:-3] + "abc"
    assert await is_nobody(cookies, ".".join(parts))


async def test_a_cookie_that_was_signed_with_another_key_is_none(cookies: Cookies) -> None:
    """Also if all else is as it would be."""
    assert await is_nobody(cookies, await Cookies("another").cookie())


async def test_a_session_that_has_expired_is_none(cookies: Cookies, monkeypatch: pytest.MonkeyPatch) -> None:
    """After `PERMANENT_SESSION_LIFETIME`, however it was stored."""
    cookie = await cookies.cookie()
    signed = TimestampSigner.get_timestamp
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda signer: signed(signer) + 3_590)
    assert (await (await cookies.visitor(cookie).get("/who")).get_json())["name"] == "ann"
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda signer: signed(signer) + 3_610)
    assert await is_nobody(cookies, cookie)
