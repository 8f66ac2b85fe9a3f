"""Links that sign in to the console (docs/console.md): `redress sign-in`, and those that `redress up` prints."""

import asyncio
from pathlib import Path

import pytest
from sqlmodel import select
from typer.testing import CliRunner

import cli
from adapters.database.engine import Database, migrate
from adapters.database.sign_in import hash_of
from commands.kit.failure import CommandError
from commands.up.welcome import welcome
from models.common.vocabulary import Role
from models.tables.sign_in import SignInLinkRow
from settings import Settings


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("REDRESS_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    return Settings()


def links(settings: Settings) -> list[SignInLinkRow]:
    async def look() -> list[SignInLinkRow]:
        database = Database(settings)
        async with database.reading() as session:
            rows = list((await session.exec(select(SignInLinkRow))).all())
        await database.aclose()
        return rows

    return asyncio.run(look())


def test_a_link_is_printed_and_kept_as_a_hash_alone(settings: Settings) -> None:
    migrate(settings)
    done = CliRunner().invoke(cli.main, ["sign-in", "--as", "supervisor:sun"])
    assert done.exit_code == 0, done.output
    printed = next(line for line in done.output.splitlines() if line.startswith("http"))
    address, _, secret = printed.rpartition("/")
    assert address == f"{settings.api_url}/sign-in/link"
    (row,) = links(settings)
    assert (row.id, row.role, row.person, row.used_at) == (hash_of(secret), "supervisor", "sun", None)


@pytest.mark.parametrize("who", ["nobody:sun", "system:redress", "agent:"])
def test_nobody_else_than_people_is_signed_in(settings: Settings, who: str) -> None:
    migrate(settings)
    done = CliRunner().invoke(cli.main, ["sign-in", "--as", who])
    assert isinstance(done.exception, CommandError)
    assert links(settings) == []


def test_with_an_identity_provider_there_are_no_links(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDRESS_JWKS_URL", "https://id.example/keys")
    done = CliRunner().invoke(cli.main, ["sign-in", "--as", "agent:alice"])
    assert "identity provider" in str(done.exception)
    assert settings.jwks_url is None


def test_redress_up_prints_a_link_for_each_role(settings: Settings) -> None:
    said = welcome(settings, {Role.AGENT: "http://here/sign-in/link/a"}, own_temporal=True, own_sandbox=True)
    assert "agent       http://here/sign-in/link/a" in said
