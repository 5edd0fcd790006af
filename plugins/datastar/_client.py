"""The `<script>` element that loads the browser client: its version, its URL and its integrity."""

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
"""Whether a browser sends credentials when it loads the client from another site: HTML standard, CORS settings."""

_INTEGRITIES = MappingProxyType(
    {
        bundle_url("1.0.1"): "sha256-VHaM80mFvgIpxyKfHflGn70y4qDAm0o/HoGtjE1oQNo=",
        bundle_url("1.0.2"): "sha256-KDfYes9u4LqOTmN2WSbCWpjWOIOwL4i+GUqGuB0/0ko=",
        bundle_url("1.0.4"): "sha256-cnhErfyCXuZR+5PFRKKnOZhvmiGCCpRSSzXwysRwz5E=",
    }
)
"""The integrities of the official bundles on which all browser tests were run."""
_VERSION = re.compile(r"1\.0\.(0|[1-9][0-9]{0,2})")
_FIRST_LINE = re.compile(rb"// Datastar v1\.0\.(?:0|[1-9][0-9]{0,2})(?![\w.-])")
_MIN_ROCKET_PATCH = 4
_DIGEST_SIZES = {"sha256": 32, "sha384": 48, "sha512": 64}
_FROM_URL_BASE64 = str.maketrans("-_", "+/")
"""Digests may also be written in the base64 of URLs: CSP 3, 2.3.1."""


@final
@dataclass(frozen=True, slots=True)
class Client:
    """The browser client, as the `<script>` element that loads it: `html[Client(), body[...]]`, or `{{ client }}`.

    `Client()` is the official bundle of `DATASTAR_VERSION`. `Client.of_version` is the official bundle of another
    version, `Client.of_file` is a copy that the app serves, and `Client(url)` is any file at a URL.

    Raises `ArgumentError` if the URL is empty, has control characters or white space around it, or a scheme other than
    http and https; if the integrity is no digest that browsers read; if `crossorigin` is another value; and if the
    nonce is not valid in a Content Security Policy.

    >>> Client("/static/datastar.js")
    Client(url='/static/datastar.js', integrity=None, crossorigin=None, nonce=None)
    >>> print(Client("/static/datastar.js"))
    <script type="module" src="/static/datastar.js"></script>
    """

    url: str = DATASTAR_URL
    """The URL of the client, absolute or relative."""
    _: KW_ONLY
    integrity: str | None = None
    """The digest of the file, `sha384-...`: the browser runs no other file (W3C Subresource Integrity, 3.5). None means
    the digest of an official bundle, if this package was tested on it, and else no digest."""
    crossorigin: CrossOrigin | None = None
    """Whether credentials go to another site; `anonymous` by default if there is an integrity, which needs it."""
    nonce: str | None = None
    """The nonce by which a Content Security Policy lets the script run. It is new for each page."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "url", require_web_url("the URL of the client", self.url, "/static/datastar.js"))
        if self.integrity is not None:
            _check_integrity(self.integrity)
        if self.crossorigin not in (None, *get_args(CrossOrigin)):
            raise ArgumentError("crossorigin is not a value that HTML knows", fix="'anonymous' or 'use-credentials'")
        if self.nonce is not None:
            require_nonce("the nonce of the client", self.nonce)

    @classmethod
    def of_version(cls, version: str, *, rocket: bool = False) -> Client:
        """Return the official bundle of a version 1.0.x, from its CDN. The `rocket` bundle also has components.

        Raises `ArgumentError` for any other version, and for a version before 1.0.4 if `rocket` is true.

        >>> Client.of_version("1.0.2").url
        'https://cdn.jsdelivr.net/gh/starfederation/datastar@v1.0.2/bundles/datastar.js'
        """
        match = _VERSION.fullmatch(require_str("the version of the client", version, "pass one, such as '1.0.4'"))
        if match is None:
            raise ArgumentError(
                "this package supports the versions 1.0.x of the client",
                fix="pass one, such as '1.0.4'; or Client(url)",
            )
        if rocket and int(match[1]) < _MIN_ROCKET_PATCH:
            raise ArgumentError("official bundles before 1.0.4 have no Rocket", fix="pass a later one, or Client(url)")
        return cls(bundle_url(version, "datastar-rocket" if rocket else "datastar"))

    @classmethod
    def of_file(cls, file: str | Path, url: str) -> Client:
        """Return a copy of the client that the app serves at `url`, with the integrity that the file has now.

        The file is read at once, so call this when the app starts. Raises `OSError` if the file cannot be read, and
        `ArgumentError` if it does not begin as a client 1.0.x does, `// Datastar v1.0.4`.
        """
        content = Path(file).read_bytes()
        if not _FIRST_LINE.match(content):
            raise ArgumentError(
                "the file does not begin as a client 1.0.x does, '// Datastar v1.0.4'",
                fix="take an official bundle; or use Client(url), which takes any file",
            )
        return cls(url, integrity=f"sha384-{b64encode(hashlib.sha384(content).digest()).decode()}")

    @property
    def attributes(self) -> Attributes:
        """The attributes of the element: `script(client.attributes)` in htpy."""
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
        """Return the element."""
        return html("<script{}></script>").format(self.attributes)

    def __str__(self) -> str:
        return str(self.__html__())


def _check_integrity(integrity: object) -> None:
    fix = "write sha384- and the digest of the file in base64, as Client.of_file does; several with a space between"
    if not all(map(_is_digest, require_str("integrity", integrity, fix).split(" "))):
        raise ArgumentError("integrity is not a digest that browsers read", fix=fix)


def _is_digest(text: str) -> bool:
    algorithm, _, digest = text.partition("-")
    try:
        return len(b64decode(digest.translate(_FROM_URL_BASE64), validate=True)) == _DIGEST_SIZES.get(algorithm)
    except ValueError:  # not base64, or not ASCII
        return False
