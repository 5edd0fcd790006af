"""`python -m demo`: an address, and then the plain command."""

from __future__ import annotations

import os
import runpy
import socket
import sys

import pytest

from demo.__main__ import main

FREE = "127.0.0.1:0"


@pytest.fixture(autouse=True)
def became(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that the process became, if it could."""
    commands: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda _, command: commands.append(command))
    return commands


def test_it_becomes_the_command_that_the_readme_shows(became: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    """With the address that was asked for."""
    monkeypatch.setattr(sys, "argv", ["demo", FREE])
    monkeypatch.delitem(sys.modules, "demo.__main__")
    runpy.run_module("demo", run_name="__main__")
    (command,) = became
    assert command[1:] == ["-m", "hypercorn", "-k", "trio", "--bind", FREE, "demo.app:app"]


@pytest.mark.parametrize("bind", ["[::1]:0", "unix:/tmp/demo.sock", "localhost"])
def test_whatever_else_a_server_may_be_bound_to_is_passed_on(bind: str, became: list[list[str]]) -> None:
    """As it is."""
    main(bind)
    assert became[0][-2] == bind


@pytest.mark.parametrize(
    ("bind", "why"),
    [
        ("127.0.0.1:99999", "port must be 0-65535. Choose"),
        ("192.0.2.1:0", "Cannot assign requested address"),
        ("no such host:0", "Name or service not known|No address associated|nodename nor servname"),
    ],
)
def test_an_address_that_cannot_be_used_is_one_line(bind: str, why: str, became: list[list[str]]) -> None:
    """It names another, and nothing is started."""
    with pytest.raises(SystemExit, match=f"^{bind} cannot be used: .*({why}).*BIND=127.0.0.1:8001`$"):
        main(bind)
    assert became == []


def test_an_address_that_somebody_else_listens_on_is_one_line(became: list[list[str]]) -> None:
    """Such as the demo in another window."""
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(SystemExit, match="Address already in use"):
        main(f"127.0.0.1:{other.getsockname()[1]}")
    assert became == []
