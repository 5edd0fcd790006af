"""The demo's pages and settings, in the test client."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from quart_trio import QuartTrio

from demo import settings
from demo.app import app
from plugins.datastar import DATASTAR_URL, Client
from plugins.http.testing import open_sse


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing from outside, and no file of the developer's."""
    monkeypatch.delenv("DATASTAR_URL", raising=False)
    monkeypatch.delenv("DATASTAR_CLIENT", raising=False)
    monkeypatch.delenv("SECRET_KEY", raising=False)
    monkeypatch.setattr(settings, "_SECRET_FILE", tmp_path / "secret")


async def test_home_opens_its_stream_and_has_a_form_that_works_without_javascript() -> None:
    """The page makes the session; the stream is opened by the client."""
    answer = await app.test_client().get("/")
    text = await answer.get_data(as_text=True)
    assert "@get(&#39;/sse/home&#39;" in text
    assert 'action="/greet" method="post"' in text
    assert str(Client()) in text
    assert "set-cookie" in answer.headers


async def test_about_is_a_plain_page() -> None:
    """Without a stream."""
    text = await (await app.test_client().get("/about")).get_data(as_text=True)
    assert "<h1>About</h1>" in text
    assert "@get" not in text


async def test_two_pages_greet_each_other() -> None:
    """One posts by script, one as a plain form; both see both."""
    async with app.test_app():
        one, two = app.test_client(), app.test_client()
        for client in (one, two):
            await client.get("/")
        async with open_sse(one, "/sse/home") as first, open_sse(two, "/sse/home") as second:
            for stream in (first, second):
                assert (await stream.event()).data == 'signals {"connected":true}'
                assert (await stream.event()).event == "datastar-patch-elements"
            await one.post("/greet", json={"name": " Ann "}, headers={"Datastar-Request": "true"})
            plain = await two.post("/greet", form={"name": "<Ben>"})
            assert (plain.status_code, plain.headers["location"]) == (303, "/")
            for stream in (first, second):
                assert "Hello, Ann<" in (await stream.event()).data
                assert "Hello, &lt;Ben&gt;<" in (await stream.event()).data
        assert "Hello, &lt;Ben&gt;<" in await (await two.get("/")).get_data(as_text=True)


async def test_an_empty_name_is_answered_with_a_message() -> None:
    """In words for people."""
    answer = await app.test_client().post("/greet", json={"name": "  "}, headers={"Datastar-Request": "true"})
    assert b'{"errors":{"name":"Type a name first."}}' in await answer.get_data(as_text=False)


def test_the_secret_is_made_once_and_kept_from_others() -> None:
    """In a file that only its owner may read; the environment goes first."""
    made = settings.secret_key()
    assert len(made) > 30
    assert settings.secret_key() == made
    assert settings._SECRET_FILE.stat().st_mode & 0o777 == 0o600


def test_the_secret_comes_from_the_environment_where_it_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """And no file is made."""
    monkeypatch.setenv("SECRET_KEY", "given")
    assert settings.secret_key() == "given"
    assert not settings._SECRET_FILE.exists()


@pytest.mark.parametrize("name", ["DATASTAR_CLIENT", "DATASTAR_URL"])
async def test_the_client_can_be_a_local_file(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Then the demo serves it."""
    (tmp_path / "client.js").write_text("js")
    monkeypatch.setenv(name, str(tmp_path / "client.js"))
    assert settings.client() == Client("/datastar.js")
    offline = QuartTrio("offline")
    settings.serve_client(offline)
    answer = await offline.test_client().get("/datastar.js")
    assert (answer.mimetype, await answer.get_data()) == ("text/javascript", b"js")


async def test_the_client_can_be_another_url(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then nothing is served for it."""
    monkeypatch.setenv("DATASTAR_URL", "https://example.org/datastar.js")
    assert settings.client_url() == "https://example.org/datastar.js"
    online = QuartTrio("online")
    settings.serve_client(online)
    assert (await online.test_client().get("/datastar.js")).status_code == 404


def test_a_url_counts_for_more_than_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Whether the file is there or not."""
    monkeypatch.setenv("DATASTAR_URL", "https://example.org/datastar.js")
    for file in (__file__, str(tmp_path / "nowhere.js")):
        monkeypatch.setenv("DATASTAR_CLIENT", file)
        settings.serve_client(QuartTrio("online"))
        assert settings.client_url() == "https://example.org/datastar.js"
    assert caplog.messages == []


def test_where_the_file_is_missing_the_official_bundle_is_loaded_and_the_log_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Such as where it could not be fetched."""
    monkeypatch.setenv("DATASTAR_CLIENT", str(tmp_path / "nowhere.js"))
    settings.serve_client(QuartTrio("online"))
    assert settings.client() == Client()
    assert caplog.messages == [f"no browser client at {tmp_path}/nowhere.js: pages load it from {DATASTAR_URL}"]


def test_a_client_that_is_neither_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the demo starts, and not when a page is missing its script."""
    monkeypatch.setenv("DATASTAR_URL", "nowhere.js")
    with pytest.raises(FileNotFoundError, match="neither a URL nor a file: nowhere"):
        settings.serve_client(QuartTrio("x"))


def test_an_empty_secret_file_is_made_anew() -> None:
    """Such as a full disk leaves behind."""
    settings._SECRET_FILE.touch()
    assert len(settings.secret_key()) > 30


def test_a_secret_that_cannot_be_kept_is_good_for_the_process(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """In a folder that cannot be written, and the log says what that means."""
    monkeypatch.setattr(settings, "_SECRET_FILE", tmp_path / "no such folder" / "secret")
    assert len(settings.secret_key()) > 30
    assert "sessions end with this process" in caplog.text


def test_workers_that_start_at_once_have_one_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is slower takes the key of the faster one."""
    link = os.link

    def slower(source: str, target: Path) -> None:
        target.write_text("the other one's")
        link(source, target)

    monkeypatch.setattr(os, "link", slower)
    assert settings.secret_key() == "the other one's"


def test_the_secret_is_kept_where_files_have_one_name_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a file system without hard links; nothing else is left behind."""

    def refuse(source: str, target: Path) -> None:
        raise PermissionError("Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    made = settings.secret_key()
    assert settings.secret_key() == made
    assert list(settings._SECRET_FILE.parent.iterdir()) == [settings._SECRET_FILE]


def test_an_empty_client_url_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """As an empty secret is none."""
    monkeypatch.setenv("DATASTAR_URL", "")
    assert settings.client_url() == DATASTAR_URL
