"""`redress partner check`: the contract run against a merchant's test system; the sandbox keeps all of it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import cli
from commands.kit.failure import CommandError
from sandbox.app import create_app
from sandbox.kit.parts import Options
from tests.support.processes.sandbox import TOKEN, Running


@pytest.fixture
async def merchant(tmp_path: Path) -> AsyncIterator[str]:
    running = Running(create_app(tmp_path, 1, options=Options(token=TOKEN)))
    await running.ready()
    yield f"{running.address}/merchant"
    await running.stop()


async def checked(url: str, lang: str, token: str = TOKEN) -> Result:
    arguments = ["--lang", lang, "partner", "check", url, "--order", "O-1001", "--token", token]
    return await asyncio.to_thread(CliRunner().invoke, cli.main, arguments, env={"COLUMNS": "200"})


@pytest.mark.parametrize(("lang", "said"), [("en", "keeps all 14 rules of the contract"), ("zh", "符合合同的全部 14 条")])
async def test_a_system_that_keeps_the_contract_is_told_so_in_both_languages(merchant: str, lang: str, said: str) -> None:
    result = await checked(merchant, lang)
    assert (result.exit_code, said in result.stdout) == (0, True), result.stdout


async def test_a_system_that_breaks_it_is_told_which_rules(merchant: str) -> None:
    result = await checked(merchant, "en", token="another")
    assert isinstance(result.exception, CommandError)
    assert "breaks 13 rules" in str(result.exception)
    assert "401" in result.stdout
