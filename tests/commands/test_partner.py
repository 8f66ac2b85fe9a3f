"""`redress partner check`: each contract run against a partner's test system; the sandbox keeps all of them."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import cli
from commands.kit.failure import CommandError
from commands.partner.checks import RULES
from models.common.partner_registry import Partner
from sandbox.app import create_app
from sandbox.kit.parts import Options
from tests.support.processes.sandbox import TOKEN, Running


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[str]:
    running = Running(create_app(tmp_path, 1, options=Options(token=TOKEN)))
    await running.ready()
    yield running.address
    await running.stop()


async def checked(address: str, lang: str, *, kind: Partner = Partner.MERCHANT, token: str = TOKEN) -> Result:
    options = ["--kind", kind, "--order", "O-1001", "--to", "+8613800000000", "--token", token]
    arguments = ["--lang", lang, "partner", "check", f"{address}/{kind}", *options]
    return await asyncio.to_thread(CliRunner().invoke, cli.main, arguments, env={"COLUMNS": "200"})


@pytest.mark.parametrize("kind", Partner)
async def test_a_system_that_keeps_its_contract_is_told_so(sandbox: str, kind: Partner) -> None:
    result = await checked(sandbox, "en", kind=kind)
    assert (result.exit_code, f"keeps all {len(RULES[kind])} rules of the contract" in result.stdout) == (0, True), result.stdout


async def test_it_is_told_in_chinese_too(sandbox: str) -> None:
    result = await checked(sandbox, "zh")
    assert f"符合合同的全部 {len(RULES[Partner.MERCHANT])} 条" in result.stdout


@pytest.mark.parametrize("kind", Partner)
async def test_a_system_that_breaks_it_is_told_which_rules(sandbox: str, kind: Partner) -> None:
    result = await checked(sandbox, "en", kind=kind, token="another")
    assert isinstance(result.exception, CommandError)
    kept = sum("401" in rule.words.en for rule in RULES[kind])
    assert f"breaks {len(RULES[kind]) - kept} rules of the contract: see docs/partners/{kind}.yaml" in str(result.exception)
    assert "401" in result.stdout


async def test_a_provider_that_pays_too_much_is_found(sandbox: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def pays(*_: object) -> None:
        """Whatever is asked."""

    monkeypatch.setattr("sandbox.money.payment._refusal", pays)
    result = await checked(sandbox, "en", kind=Partner.PAYMENT)
    assert "breaks 1 rules" in str(result.exception)
    assert "accepted" in result.stdout
