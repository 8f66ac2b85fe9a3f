"""What the command says when it cannot do what it was asked: what is wrong, and what to do next."""

import asyncio
import fcntl
import json
import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

import cli
from api.http.auth import Tokens
from commands.kit.failure import CommandError
from commands.up import temporal_server
from commands.up.welcome import first_case
from models.common.actors import Actor
from models.common.vocabulary import Role
from settings import ROOT, Settings
from tests.support.processes.ports import free_port

PORTS = ("REDRESS_API_PORT", "REDRESS_TEMPORAL_PORT", "REDRESS_UI_PORT", "REDRESS_SANDBOX_PORT")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDRESS_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")


def refusal(*arguments: str) -> str:
    result = CliRunner().invoke(cli.main, arguments)
    assert isinstance(result.exception, CommandError), result.output
    return str(result.exception)


@pytest.mark.parametrize("setting", PORTS)
def test_a_taken_port_names_its_setting(setting: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PORTS:
        monkeypatch.setenv(name, str(free_port()))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv(setting, str(taken.getsockname()[1]))
        assert setting in refusal("up")


def test_the_port_of_a_further_api_must_be_free_too(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PORTS:
        monkeypatch.setenv(name, str(free_port()))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setenv("REDRESS_API_PORT", str(port - 1))
        said = refusal("up", "--apis", "2")
    assert "REDRESS_API_PORT" in said


def test_two_parts_on_one_port_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    port = str(free_port())
    monkeypatch.setenv("REDRESS_API_PORT", port)
    monkeypatch.setenv("REDRESS_SANDBOX_PORT", port)
    said = refusal("up")
    assert "REDRESS_API_PORT" in said
    assert "REDRESS_SANDBOX_PORT" in said


def test_a_second_up_on_the_same_folder_says_where_the_first_one_is(tmp_path: Path) -> None:
    with (tmp_path / "up.lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        json.dump({"pid": 4711, "address": "http://127.0.0.1:8000"}, lock)
        lock.flush()
        said = refusal("up")
    assert "4711" in said
    assert "http://127.0.0.1:8000" in said


def test_without_an_api_the_commands_say_to_start_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDRESS_API_PORT", str(free_port()))
    for arguments in (("show", "RD-1"), ("watch", "RD-1"), ("open", "--customer", "C-1", "-d", "broken")):
        assert "make run" in refusal(*arguments)


def test_refusals_are_chinese_on_a_chinese_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    monkeypatch.setenv("REDRESS_API_PORT", str(free_port()))
    assert "请先启动" in refusal("show", "RD-1")


def test_a_token_is_of_whom_it_was_made_for() -> None:
    result = CliRunner().invoke(cli.main, ["token", "--role", "agent", "--subject", "alice", "--team", "logistics"])
    caller = asyncio.run(Tokens(Settings()).caller(result.stdout.strip()))
    assert caller.actor == Actor(role=Role.AGENT, id="alice", teams=("logistics",))


def test_a_customers_token_says_which_of_their_addresses_are_confirmed() -> None:
    contacts = ["--email", "li@example.com", "--phone", "+8613800000000"]
    result = CliRunner().invoke(cli.main, ["token", "--role", "customer", "--subject", "C-1", *contacts])
    caller = asyncio.run(Tokens(Settings()).caller(result.stdout.strip()))
    assert (caller.email, caller.phone) == ("li@example.com", "+8613800000000")
    assert "--role customer" in refusal("token", "--role", "merchant", "--subject", "M-1", *contacts)


def test_a_token_for_nobody_we_know_is_refused() -> None:
    assert "supervisor" in refusal("token", "--role", "king", "--subject", "alice")
    assert "..." in refusal("token", "--role", "agent", "--subject", "...")


async def test_a_named_temporal_program_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="REDRESS_TEMPORAL_PROGRAM"):
        await temporal_server.find_program(Settings(temporal_program=tmp_path / "temporal"))


@pytest.mark.parametrize(("readme", "locale"), [("README.md", "en_US.UTF-8"), ("README.zh.md", "zh_CN.UTF-8")])
def test_the_readme_shows_the_first_case_as_it_is_printed(readme: str, locale: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", locale)
    assert first_case("http://127.0.0.1:8000") in (ROOT / readme).read_text(encoding="utf-8")
