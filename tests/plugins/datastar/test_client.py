"""The element that loads the browser client."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from hashlib import new, sha384
from html.parser import HTMLParser
from pathlib import Path

import pytest
from htpy import body, html
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment

from effects import ArgumentError
from plugins.datastar import DATASTAR_URL, DATASTAR_VERSION, Client, HasHtml
from tests.browser.fetch_client import OFFICIAL

DIGESTS = [f"{name}-{b64encode(new(name, b'x').digest()).decode()}" for name in ("sha256", "sha384", "sha512")]
OWN = "/static/datastar.js"
NO_VERSIONS = [
    "",
    "1.0",
    "1.0.",
    "1.0.x",
    "1.0.04",
    "1.0.4 ",
    " 1.0.4",
    "1.0.4\n",
    "v1.0.4",
    "1.1.0",
    "2.0.0",
    "0.21.4",
]
NO_VERSIONS += ["1.0.0-RC.7", "1.0.-1", "1.0.1000", "1.0.\u0664", "1.0.4/../x", "1.0.4@1", 'x"']
NO_DIGESTS = [
    "",
    " ",
    "sha384",
    "sha384-",
    "sha384-abc",
    "sha384-AAAA",
    "md5-1B2M2Y8AsgTpgAmY7PhCfg==",
    "sha1-x",
    "\xe9-\xe9",
]
NO_DIGESTS += [
    "sha384-\xe9",
    DIGESTS[0][7:],
    f"{DIGESTS[0]}\n",
    f"{DIGESTS[0]}\r\nX",
    f" {DIGESTS[0]}",
    f"{DIGESTS[0]} md5-x",
]
NO_DIGESTS += [f"{DIGESTS[0]}  {DIGESTS[1]}", f"{DIGESTS[0]}, {DIGESTS[1]}", f"{DIGESTS[0]}?x", DIGESTS[0].rstrip("=")]
NO_DIGESTS += [DIGESTS[0].replace("sha256", "sha384"), DIGESTS[0].replace("sha256", "SHA256"), OFFICIAL["1.0.4"].sha256]
NO_CLIENTS = [b"", b"\xff\xfe", b"let x", b" // Datastar v1.0.4", b"// Datastar v1.0.4-RC.1", b"// Datastar v1.0.45x"]
NO_CLIENTS += [b"// Datastar v1.1.0", b"// Datastar v0.21.4", b"// Datastar v1.0.0-beta.11", b"// Datastar v1.0."]
NO_CLIENTS += [b"// Datastar v11.0.4", b"// Datastar v1.0.4.1"]


class Elements(HTMLParser):
    """The tags of a page with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep one."""
        self.found.append((tag, dict(attrs)))


def attributes(client: Client) -> dict[str, str | None]:
    """Return the attributes of the one element of a client."""
    ((tag, found),) = Elements(str(client)).found
    assert tag == "script"
    return found


def test_the_default_is_the_official_bundle_with_its_integrity() -> None:
    """It is the version that all tests were run on."""
    assert attributes(Client()) == {
        "type": "module",
        "src": DATASTAR_URL,
        "integrity": "sha256-cnhErfyCXuZR+5PFRKKnOZhvmiGCCpRSSzXwysRwz5E=",
        "crossorigin": "anonymous",
    }
    assert Client() == Client.of_version(DATASTAR_VERSION)


@pytest.mark.parametrize("version", OFFICIAL)
def test_each_version_that_was_tested_has_the_integrity_of_that_file(version: str) -> None:
    """It is the digest of the bytes that were tested."""
    digest = b64encode(bytes.fromhex(OFFICIAL[version].sha256)).decode()
    assert attributes(Client.of_version(version))["integrity"] == f"sha256-{digest}"


@pytest.mark.parametrize("version", ["1.0.0", "1.0.3", "1.0.5", "1.0.999"])
def test_of_other_versions_nothing_is_known(version: str) -> None:
    """Their URLs work, without an integrity."""
    url = f"https://cdn.jsdelivr.net/gh/starfederation/datastar@v{version}/bundles/datastar.js"
    assert attributes(Client.of_version(version)) == {"type": "module", "src": url}


def test_the_bundle_with_components_is_a_file_of_its_own() -> None:
    """The bundle contains everything of the ordinary one."""
    client = Client.of_version("1.0.4", rocket=True)
    assert client.url == DATASTAR_URL.replace("datastar.js", "datastar-rocket.js")
    assert "integrity" not in attributes(client)


@pytest.mark.parametrize("version", ["1.0.0", "1.0.1", "1.0.3"])
def test_older_versions_have_no_bundle_with_components(version: str) -> None:
    """Rocket was not free before that version."""
    with pytest.raises(ArgumentError, match=r"official bundles before 1\.0\.4"):
        Client.of_version(version, rocket=True)


@pytest.mark.parametrize("version", NO_VERSIONS)
def test_a_version_that_is_no_1_0_x_is_refused(version: str) -> None:
    """Other versions may read other attributes and events."""
    with pytest.raises(ArgumentError, match=r"the versions 1\.0\.x of the client\n.*fix"):
        Client.of_version(version)


@pytest.mark.parametrize("version", [None, 1.0, 4, b"1.0.4", ["1.0.4"]])
def test_a_version_is_text(version: object) -> None:
    """The error names the type."""
    with pytest.raises(ArgumentError, match="the version of the client is a str, not"):
        Client.of_version(version)  # type: ignore[arg-type]


def test_any_url_may_be_named() -> None:
    """On this site or another, with an integrity and the mode of the request."""
    assert attributes(Client(OWN)) == {"type": "module", "src": OWN}
    client = Client("https://cdn.example/d.js", integrity=DIGESTS[1], crossorigin="use-credentials", nonce="bm9uY2U=")
    assert attributes(client) == {
        "type": "module",
        "src": "https://cdn.example/d.js",
        "integrity": DIGESTS[1],
        "crossorigin": "use-credentials",
        "nonce": "bm9uY2U=",
    }


@given(st.text(min_size=1))
def test_whatever_is_named_stays_in_its_attribute(url: str) -> None:
    """Or it is refused."""
    try:
        client = Client(url)
    except ArgumentError:
        return
    assert attributes(client) == {"type": "module", "src": url}


@pytest.mark.parametrize(
    "url", ["//cdn.example/d.js", "d.js", "./a:b.js", "?d", 'x"><script>alert(1)</script>', "/a b&c"]
)
def test_urls_that_lead_somewhere_are_taken(url: str) -> None:
    """Special characters in it are escaped."""
    assert attributes(Client(url))["src"] == url


def test_a_lone_surrogate_is_replaced() -> None:
    """A page with one could not be sent."""
    assert str(Client("/\ud800.js")).encode() == '<script type="module" src="/\ufffd.js"></script>'.encode()


@pytest.mark.parametrize("scheme", ["javascript", "JavaScript", "data", "vbscript", "file", "blob", "ftp", "x+y.z-1"])
def test_a_url_of_another_scheme_is_refused(scheme: str) -> None:
    """Such as `javascript:`."""
    with pytest.raises(ArgumentError, match="the URL of the client has a scheme other than http and https"):
        Client(f"{scheme}:alert(1)")


@pytest.mark.parametrize(
    "url",
    [
        "",
        " ",
        " /d.js",
        "/d.js ",
        "/d\r\n.js",
        "/d.js\n",
        "\0/d.js",
        "java\tscript:alert(1)",
        "\x01javascript:x",
        "\x85/d.js",
    ],
)
def test_a_url_that_browsers_would_clean_is_refused(url: str) -> None:
    """Browsers would remove characters before they read it."""
    with pytest.raises(ArgumentError, match="the URL of the client is empty, or has control characters"):
        Client(url)


@pytest.mark.parametrize("url", [None, 1, b"/d.js", Path("/d.js")])
def test_a_url_is_text(url: object) -> None:
    """A file has a URL only if an app serves it."""
    with pytest.raises(ArgumentError, match="the URL of the client is a str, not"):
        Client(url)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "integrity", [*DIGESTS, f"{DIGESTS[0]} {DIGESTS[2]}", DIGESTS[0].replace("+", "-").replace("/", "_")]
)
def test_an_integrity_may_be_any_that_browsers_read(integrity: str) -> None:
    """Several digests, also in the base64 of URLs."""
    assert attributes(Client(OWN, integrity=integrity)) == {
        "type": "module",
        "src": OWN,
        "integrity": integrity,
        "crossorigin": "anonymous",
    }


@pytest.mark.parametrize("integrity", NO_DIGESTS)
def test_an_integrity_that_is_none_is_refused(integrity: str) -> None:
    """A browser would ignore a digest that it cannot read, and run any file."""
    with pytest.raises(ArgumentError, match=r"integrity is not a digest that browsers read\n.*fix.*sha384-"):
        Client(OWN, integrity=integrity)


@pytest.mark.parametrize("integrity", [0, False, b"sha256-x", [DIGESTS[0]]])
def test_an_integrity_is_text(integrity: object) -> None:
    """The error names the type."""
    with pytest.raises(ArgumentError, match="integrity is a str, not"):
        Client(OWN, integrity=integrity)  # type: ignore[arg-type]


@pytest.mark.parametrize("crossorigin", ["", "Anonymous", "none", True, ["anonymous"]])
def test_a_crossorigin_that_is_none_is_refused(crossorigin: object) -> None:
    """For a value of any type."""
    with pytest.raises(ArgumentError, match="crossorigin is not a value that HTML knows"):
        Client(OWN, crossorigin=crossorigin)  # type: ignore[arg-type]


@pytest.mark.parametrize("nonce", ["", "a b", "a\n", 'a"b', "a'b", "\xe9", "===", "a===", "a;b"])
def test_a_nonce_that_no_policy_can_name_is_refused(nonce: str) -> None:
    """With such a nonce, the script would not run."""
    with pytest.raises(ArgumentError, match="the nonce of the client is not valid in a Content Security Policy"):
        Client(nonce=nonce)


def test_a_nonce_is_new_for_each_page() -> None:
    """All its other attributes stay."""
    own = Client(OWN, integrity=DIGESTS[0])
    assert attributes(replace(own, nonce="MQ")) == {**attributes(own), "nonce": "MQ"}


FIRST_LINES = [
    "// Datastar v1.0.4",
    "// Datastar v1.0.4 + Rocket beta.2",
    "// Datastar v1.0.1 (patched)",
    "// Datastar v1.0.0",
]


@pytest.mark.parametrize("line", FIRST_LINES)
def test_a_file_has_the_integrity_of_its_bytes(line: str, tmp_path: Path) -> None:
    """Any file that begins as a client does."""
    file = tmp_path / "mine.js"
    file.write_bytes(content := f"{line}\nlet it = '\u2028'".encode())
    integrity = f"sha384-{b64encode(sha384(content).digest()).decode()}"
    assert Client.of_file(file, OWN) == Client.of_file(str(file), OWN) == Client(OWN, integrity=integrity)


@pytest.mark.parametrize("begun", NO_CLIENTS)
def test_a_file_that_is_no_client_1_0_x_is_refused(begun: bytes, tmp_path: Path) -> None:
    """When the app starts, not when a page fails."""
    file = tmp_path / "mine.js"
    file.write_bytes(begun)
    with pytest.raises(ArgumentError, match=r"does not begin as a client 1\.0\.x does\b"):
        Client.of_file(file, OWN)


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    """It is an error of the operating system."""
    with pytest.raises(FileNotFoundError):
        Client.of_file(tmp_path / "nowhere.js", OWN)


def test_htpy_and_jinja_take_it_as_an_element() -> None:
    """In templates it is not escaped again; f-strings work, too."""
    client = Client(OWN)
    element = f'<script type="module" src="{OWN}"></script>'
    assert str(html[client, body]) == f"<!doctype html><html>{element}<body></body></html>"
    assert Environment(autoescape=True).from_string("{{ client }}").render(client=client) == element
    assert isinstance(client, HasHtml)
    assert f"{client}" == str(client) == element
