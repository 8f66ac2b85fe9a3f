"""`redress keys`: made, rotated, counted, destroyed; what cannot be is refused in words."""

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner

from adapters.database.engine import Database
from adapters.payloads.data_keys import DataKeys
from adapters.payloads.key_services import opened_once
from adapters.secrets import Keyring, secrets_of
from cli import main
from commands.kit.failure import CommandError
from settings import Settings
from tests.support.processes.aws import running_aws
from tests.support.processes.databases import make_tables


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("REDRESS_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("REDRESS_LANG", "en")
    monkeypatch.setenv("REDRESS_TEMPORAL_PORT", "9")  # nobody listens there
    settings = Settings()
    make_tables(settings)
    return settings


def said(*words: str) -> str:
    return CliRunner().invoke(main, ["keys", *words], catch_exceptions=False).output


def used(settings: Settings, name: str) -> None:
    async def using() -> None:
        database = Database(settings)
        await DataKeys(database, Keyring(settings)).of(name)
        await database.aclose()

    asyncio.run(using())


def test_keys_are_made_rotated_counted_and_destroyed(settings: Settings) -> None:
    assert "plain text" in said("status")
    assert "Start API and workers anew" in said("rotate")
    (first,) = secrets_of(settings).payload_keys
    for name in ("RD-1", "RD-2"):
        used(settings, name)
    assert f"{first.id}  of" in (status := said("status"))
    assert "wraps 2 data keys" in status
    assert first.key not in status
    assert "2 data keys were wrapped anew" in said("rotate")
    assert "Destroyed: 1 data keys" in said("destroy", "RD-1", "--even-open", "--yes")
    third = said("rotate")
    assert "1 data keys were wrapped anew" in third
    assert f"Dropped: {first.id}" in third
    assert "Destroyed data keys: 1" in said("status")
    assert "Nobody" in said("reads")


def test_a_key_management_service_holds_the_keys_once_it_is_set(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "held by the secrets file" in said("rotate")
    used(settings, "RD-1")
    with running_aws() as aws:
        for name, value in (aws.variables | {"REDRESS_PAYLOAD_KEYS_HELD_BY": "aws-kms:alias/redress"}).items():
            monkeypatch.setenv(name, value)
        before = secrets_of(settings)
        answer = CliRunner().invoke(main, ["keys", "rotate"])
        assert "alias/redress" in str(answer.exception)  # which KMS does not know
        assert secrets_of(settings) == before
        holder = f"held by aws-kms:{aws.made_key('alias/redress')}"
        assert holder in said("rotate")
        status = said("status").splitlines()
        assert [("wraps 1" in line, holder in line) for line in status[:2]] == [(True, True), (False, False)]
        used(settings, "RD-1")
        aws.kms.disable_key(KeyId=holder.rpartition("/")[2])
        opened_once.cache_clear()  # as a process that has just begun
        disabled = "which holds payload keys, is disabled: enable it"
        assert disabled in said("status")
        assert disabled in CliRunner().invoke(main, ["doctor"]).output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "Name cases"),
        (("--customer", "C-9"), "no case of C-9"),
        (("RD-1",), "No Temporal server answers"),
        (("RD-1",), "or say --even-open"),
    ],
)
@pytest.mark.usefixtures("settings")
def test_what_cannot_be_destroyed_is_said(words: tuple[str, ...], told: str) -> None:
    answer = CliRunner().invoke(main, ["keys", "destroy", *words])
    assert isinstance(answer.exception, CommandError)
    assert told in str(answer.exception)
