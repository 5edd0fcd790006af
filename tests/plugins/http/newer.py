"""Newer releases of the libraries below, in which one thing is called otherwise: `python -m tests.plugins.http.newer`.

Each is made of the release that is installed, by renaming one name in its source as it is imported, and tried in a
process of its own: a page, a stream, a broadcast, the end. Prints, as JSON, what was logged for each.
"""

from __future__ import annotations

import ast
import importlib.abc
import importlib.machinery
import json
import logging
import os
import sys
import traceback
import types
from collections.abc import Sequence
from functools import partial
from typing import Any

import h11
import quart as quart  # most of what is to be imported has been, when a process begins
import trio

from effects import create_dispatch
from plugins.connections import ANY, Connections
from plugins.datastar import Datastar

NEW = "renamed_"
_SHARED = frozenset({"_send_response", "access", "access_logger", "event_class", "pop", "push", "terminated"})
"""Attributes that other classes than their own have or ask for."""
_BUILT_ON = {"quart": frozenset({"quart", "quart_trio"}), "quart_trio": frozenset({"quart", "quart_trio"})}
"""Packages that would be released together."""


class Renaming(ast.NodeTransformer):
    """Gives one name of a package another: a class or a constant, or one attribute of a class."""

    def __init__(self, owner: str, attribute: str) -> None:
        self._owner = owner
        self._attribute = attribute
        self._inside: list[str] = []

    def _new(self, name: str) -> str:
        return NEW + name if not self._attribute and name == self._owner else name

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        """Rename a class, or what is in it."""
        self._inside.append(node.name)
        self.generic_visit(node)
        self._inside.pop()
        node.name = self._new(node.name)
        return node

    def _visit_function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.AST:
        own = self._inside == [self._owner] or (len(self._inside) == 1 and node.name in _SHARED)
        if own and node.name == self._attribute:
            node.name = NEW + node.name
        if not self._inside:
            node.name = self._new(node.name)
        self._inside.append("")
        self.generic_visit(node)
        self._inside.pop()
        return node

    visit_FunctionDef = visit_AsyncFunctionDef = _visit_function

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        """Rename an attribute of `self`, or of anything where it is shared."""
        own = self._owner in self._inside and isinstance(node.value, ast.Name) and node.value.id == "self"
        if node.attr == self._attribute and (own or node.attr in _SHARED):
            node.attr = NEW + node.attr
        node.attr = self._new(node.attr)
        self.generic_visit(node)
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        """Rename an attribute that is declared, or given a default, in the body of its class."""
        if self._inside == [self._owner] and isinstance(node.target, ast.Name) and node.target.id == self._attribute:
            node.target.id = NEW + node.target.id
        self.generic_visit(node)
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """Rename what stands for itself."""
        node.id = self._new(node.id)
        return node

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST:
        """Rename what is imported."""
        for alias in node.names:
            alias.name = self._new(alias.name)
        return node

    def visit_Import(self, node: ast.Import) -> ast.AST:
        """Have a whole library called otherwise, for those who know."""
        for alias in node.names:
            if self._new(alias.name) != alias.name:
                alias.name, alias.asname = self._new(alias.name), self._new(alias.name)
        return node


class Newer(importlib.abc.MetaPathFinder):
    """Imports packages with a name changed."""

    def __init__(self, packages: frozenset[str], owner: str, attribute: str) -> None:
        self._packages = packages
        self._renaming = owner, attribute

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Find a module of theirs, and change it when it is loaded."""
        if fullname.partition(".")[0] not in self._packages:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is not None and isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            spec.loader = _Loader(fullname, spec.loader.path, self._renaming)
        return spec


class _Loader(importlib.machinery.SourceFileLoader):
    def __init__(self, name: str, path: str, renaming: tuple[str, str]) -> None:
        super().__init__(name, path)
        self._renaming = renaming

    def get_code(self, fullname: str) -> types.CodeType:
        """Compile the changed source."""
        tree = Renaming(*self._renaming).visit(ast.parse(self.get_data(self.path)))
        return compile(ast.fix_missing_locations(tree), self.path, "exec")


async def _ask(port: int, path: str, end: bytes, cookie: str = "") -> tuple[trio.SocketStream, bytes]:
    stream = await trio.open_tcp_stream("127.0.0.1", port)
    said = f"Cookie: {cookie}\r\nDatastar-Request: true\r\n" if cookie else ""
    head = f"GET {path} HTTP/1.1\r\nHost: a\r\nSec-Fetch-Site: same-origin\r\n{said}\r\n"
    await stream.send_all(head.encode())
    return stream, await _until(stream, end)


async def _until(stream: trio.SocketStream, end: bytes) -> bytes:
    answer = b""
    while end not in answer:
        chunk = bytes(await stream.receive_some())
        if not chunk:
            raise EOFError(answer)
        answer += chunk
    return answer


async def try_it() -> None:
    """Serve a page, a stream, a broadcast and an answer, and stop."""
    from hypercorn.config import Config
    from hypercorn.trio import serve
    from quart_trio import QuartTrio

    from plugins.http import Http, Live

    app = QuartTrio("newer")
    app.secret_key = "not very"
    live = Live(app, create_dispatch([Datastar(), Connections(), Http()]))

    @app.get("/")
    async def home() -> str:
        return "<p>hello</p>"

    @app.get("/sse")
    async def sse() -> Any:
        return await live.stream([["patch-signals", {"connected": True}]], key="page")

    @app.get("/greet")
    async def greet() -> Any:
        told = [["broadcast", {"pattern": [ANY, "page"]}, ["patch-signals", {"greeting": "hi"}]]]
        return await live.reply([*told, ["patch-signals", {"done": True}]])

    config = Config()
    config.bind, config.graceful_timeout, config.errorlog = ["127.0.0.1:0"], 0.5, None
    stop = trio.Event()
    with trio.fail_after(20):
        async with trio.open_nursery() as nursery:
            (bind,) = await nursery.start(partial(serve, app, config, shutdown_trigger=stop.wait))
            port = int(bind.rpartition(":")[2])
            page, answer = await _ask(port, "/", b"hello")
            cookie = answer.decode().partition("set-cookie: ")[2].partition(";")[0]
            streams = [(await _ask(port, "/sse", b"connected", cookie))[0] for _ in range(2)]
            await trio.sleep(0.05)  # by now it is idle
            for _ in range(2):
                other, _ = await _ask(port, "/greet", b"done", cookie)
                for stream in streams:
                    await _until(stream, b"greeting")
                await other.aclose()
            await streams.pop().aclose()
            stop.set()
            for stream in (page, *streams):
                while await stream.receive_some():
                    pass
                await stream.aclose()


class _Heard(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())


def _try_without(need: str, place: str) -> list[str]:
    """Have one thing called otherwise, and try it. What was logged."""
    owner, _, attribute = need.partition("(")[0].partition(".")
    package = place.partition(".")[0]
    packages = _BUILT_ON.get(package, frozenset({"hypercorn"}))
    for name in [name for name in sys.modules if name.partition(".")[0] in {*packages, "hypercorn", "quart_trio"}]:
        del sys.modules[name]
    if package == "h11":
        sys.modules[NEW + "h11"] = h11
        sys.modules["h11"] = None  # type: ignore[assignment]
    sys.meta_path.insert(0, Newer(packages, owner, attribute))
    heard = _Heard()
    logging.getLogger("plugins.http").addHandler(heard)
    trio.run(try_it)
    return heard.said


def _in_a_process_of_its_own(need: str, place: str) -> dict[str, object]:
    read, write = os.pipe()
    child = os.fork()
    if not child:
        status = 1
        try:
            os.close(read)
            os.dup2(write, 1)
            print(json.dumps(_try_without(need, place)), flush=True)
            status = 0
        except BaseException:  # noqa: BLE001 - it goes no further
            traceback.print_exc()
        finally:
            os._exit(status)
    os.close(write)
    with os.fdopen(read, encoding="utf-8") as answer:
        said = answer.read()
    return {"status": os.waitpid(child, 0)[1], "said": json.loads(said or "[]")}


def main(needs: dict[str, str]) -> None:
    """Try each, and print what came of it."""
    print(json.dumps({need: _in_a_process_of_its_own(need, place) for need, place in needs.items()}))


if __name__ == "__main__":
    main(json.loads(sys.stdin.read()))
