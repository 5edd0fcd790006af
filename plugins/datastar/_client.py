"""The browser client as pages load it: which one, from where, and which bytes it must be."""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode, b64encode
from dataclasses import KW_ONLY, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal, final, get_args

from markupsafe import Markup

from effects import ArgumentError

from ._arguments import require_str
from ._attributes import Attributes
from ._constants import DATASTAR_URL, bundle_url
from ._elements import html
from ._nonce import require_nonce
from ._url import require_web_url

__all__ = ["Client", "CrossOrigin"]

CrossOrigin = Literal["anonymous", "use-credentials"]
"""Whether a browser shows another site who it is when it loads the client from there: HTML standard, CORS settings."""

_INTEGRITIES = MappingProxyType(
    {
        bundle_url("1.0.1"): "sha256-VHaM80mFvgIpxyKfHflGn70y4qDAm0o/HoGtjE1oQNo=",
        bundle_url("1.0.2"): "sha256-KDfYes9u4LqOTmN2WSbCWpjWOIOwL4i+GUqGuB0/0ko=",
        bundle_url("1.0.4"): "sha256-cnhErfyCXuZR+5PFRKKnOZhvmiGCCpRSSzXwysRwz5E=",
    }
)
"""Of the official bundles that all browser tests were run on."""
_VERSION = re.compile(r"1\.0\.(0|[1-9][0-9]{0,2})")
_FIRST_LINE = re.compile(rb"// Datastar v1\.0\.(?:0|[1-9][0-9]{0,2})(?![\w.-])")
_MIN_ROCKET_PATCH = 4
_DIGEST_SIZES = {"sha256": 32, "sha384": 48, "sha512": 64}
_FROM_URL_BASE64 = str.maketrans("-_", "+/")
"""Digests may be written in the base64 of URLs, too: CSP 3, 2.3.1."""


@final
@dataclass(frozen=True, slots=True)
class Client:
    """The browser client, as the `<script>` element that loads it: `html[Client(), body[...]]`, or `{{ client }}`.

    `Client()` is the official bundle of `DATASTAR_VERSION`. `Client.of_version` is another official one,
    `Client.of_file` a copy that the app serves itself, and `Client(url)` whatever is there.

    Raises `ArgumentError` for a URL that is none of the web's, an integrity that is none, and a nonce that no policy
    can name.

    >>> Client("/static/datastar.js")
    Client(url='/static/datastar.js', integrity=None, crossorigin=None, nonce=None)
    >>> print(Client("/static/datastar.js"))
    <script type="module" src="/static/datastar.js"></script>
    """

    url: str = DATASTAR_URL
    """Where it is, absolute or relative."""
    _: KW_ONLY
    integrity: str | None = None
    """Which bytes it must be, or the browser does not run it: `sha384-...` (W3C Subresource Integrity, 3.5). None is
    that of an official bundle, where this package was tested on it."""
    crossorigin: CrossOrigin | None = None
    """How another site is asked; `anonymous` where there is an integrity, which needs it."""
    nonce: str | None = None
    """What a Content Security Policy lets it run by: new for each page."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "url", require_web_url("the URL of the client", self.url, "/static/datastar.js"))
        if self.integrity is not None:
            _check_integrity(self.integrity)
        if self.crossorigin not in (None, *get_args(CrossOrigin)):
            raise ArgumentError("crossorigin is none that HTML knows", fix="'anonymous' or 'use-credentials'")
        if self.nonce is not None:
            require_nonce("the nonce of the client", self.nonce)

    @classmethod
    def of_version(cls, version: str, *, rocket: bool = False) -> Client:
        """The official bundle of a version 1.0.x, from its CDN; with `rocket`, the one that has components besides.

        Raises `ArgumentError` for any other version, and for one before 1.0.4 with `rocket`.

        >>> Client.of_version("1.0.2").url
        'https://cdn.jsdelivr.net/gh/starfederation/datastar@v1.0.2/bundles/datastar.js'
        """
        match = _VERSION.fullmatch(require_str("the version of the client", version, "pass one, such as '1.0.4'"))
        if match is None:
            raise ArgumentError(
                "this package speaks to the versions 1.0.x of the client",
                fix="pass one, such as '1.0.4'; or Client(url)",
            )
        if rocket and int(match[1]) < _MIN_ROCKET_PATCH:
            raise ArgumentError("Rocket is no official bundle before 1.0.4", fix="pass a later version, or Client(url)")
        return cls(bundle_url(version, "datastar-rocket" if rocket else "datastar"))

    @classmethod
    def of_file(cls, file: str | Path, url: str) -> Client:
        """A copy of the client that the app serves at `url`, with the integrity that it has now.

        The file is read at once, so make this when the app starts. Raises `OSError` where it cannot be read, and
        `ArgumentError` where it does not begin as a client 1.0.x does, `// Datastar v1.0.4`.
        """
        content = Path(file).read_bytes()
        if not _FIRST_LINE.match(content):
            raise ArgumentError(
                "the file does not begin as a client 1.0.x does, '// Datastar v1.0.4'",
                fix="take an official bundle; or say with Client(url) that any file will do",
            )
        return cls(url, integrity=f"sha384-{b64encode(hashlib.sha384(content).digest()).decode()}")

    @property
    def attributes(self) -> Attributes:
        """Those of the element: `script(client.attributes)` in htpy."""
        integrity = self.integrity or _INTEGRITIES.get(self.url)
        values = {
            "type": "module",
            "src": self.url,
            "integrity": integrity,
            "crossorigin": self.crossorigin or ("anonymous" if integrity else None),
            "nonce": self.nonce,
        }
        return Attributes({name: value for name, value in values.items() if value is not None})

    def __html__(self) -> Markup:
        """The element."""
        return html("<script{}></script>").format(self.attributes)

    def __str__(self) -> str:
        return str(self.__html__())


def _check_integrity(integrity: object) -> None:
    fix = "write sha384- and the digest of the file in base64, as Client.of_file does; several with a space between"
    if not all(map(_is_digest, require_str("integrity", integrity, fix).split(" "))):
        raise ArgumentError("integrity is no digest of a file as browsers read it", fix=fix)


def _is_digest(text: str) -> bool:
    algorithm, _, digest = text.partition("-")
    try:
        return len(b64decode(digest.translate(_FROM_URL_BASE64), validate=True)) == _DIGEST_SIZES.get(algorithm)
    except ValueError:  # no base64, or no ASCII
        return False
