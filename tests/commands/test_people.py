"""Who gets in by an operator's hand (docs/security.md): `redress people add`, and tokens that are made here."""

import asyncio
from pathlib import Path

import jwt
import pytest
from sqlmodel import select
from typer.testing import CliRunner

import cli
from adapters.database.engine import Database, migrate
from commands.kit.failure import CommandError
from models.common.vocabulary import Role
from models.tables.case import AgentRow
from rules.policy.load import load_policy
from settings import Settings

FIRST = {person.id for person in load_policy(Settings().policy).agents}


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("REDRESS_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    return Settings()


def people(settings: Settings) -> dict[str, AgentRow]:
    async def look() -> dict[str, AgentRow]:
        database = Database(settings)
        async with database.reading() as session:
            rows = (await session.exec(select(AgentRow))).all()
        await database.aclose()
        return {row.agent_id: row for row in rows}

    return asyncio.run(look())


def test_the_first_supervisor_gets_in_beside_the_policys_people(settings: Settings) -> None:
    migrate(settings)
    done = CliRunner().invoke(cli.main, ["people", "add", "boss", "--role", "supervisor", "--name", "Ms Li"])
    assert done.exit_code == 0, done.output
    there = people(settings)
    assert set(there) == FIRST | {"boss"}
    assert (there["boss"].role, there["boss"].name) == ("supervisor", "Ms Li")


def test_who_is_there_gets_another_role_and_keeps_the_rest(settings: Settings) -> None:
    migrate(settings)
    for role in ("supervisor", "agent"):
        assert CliRunner().invoke(cli.main, ["people", "add", "lin.wei", "--role", role]).exit_code == 0
        row = people(settings)["lin.wei"]
        assert (row.role, row.name, row.teams, row.present) == (role, "林薇", ["after_sales"], True)


def test_who_has_left_is_taken_out_but_for_the_only_supervisor(settings: Settings) -> None:
    migrate(settings)
    for arguments in (["add", "boss", "--role", "supervisor"], ["remove", "lin.wei"]):
        assert CliRunner().invoke(cli.main, ["people", *arguments]).exit_code == 0
    supervisors = {who for who, row in people(settings).items() if row.role == "supervisor"}
    for who in sorted(supervisors - {"boss"}):
        assert CliRunner().invoke(cli.main, ["people", "remove", who]).exit_code == 0
    for who, told in (("boss", "only supervisor"), ("lin.wei", "not among the people")):
        with pytest.raises(CommandError, match=told):
            CliRunner().invoke(cli.main, ["people", "remove", who], catch_exceptions=False, standalone_mode=False)
    assert set(people(settings)) == (FIRST | {"boss"}) - {"lin.wei"} - supervisors | {"boss"}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["boss", "--role", "customer"], "agent, analyst, supervisor"),
        (["boss", "--role", "agent", "--team", "nowhere"], "nowhere"),
        (["...", "--role", "agent"], "id"),
    ],
)
def test_who_does_not_fit_is_refused_in_words(settings: Settings, arguments: list[str], told: str) -> None:
    migrate(settings)
    refused = CliRunner().invoke(cli.main, ["people", "add", *arguments])
    assert isinstance(refused.exception, CommandError), refused.output
    assert told in str(refused.exception)


def test_a_token_made_here_lets_its_person_in(settings: Settings) -> None:
    migrate(settings)
    made = CliRunner().invoke(cli.main, ["token", "--role", "agent", "--subject", "alice"])
    assert jwt.decode(made.stdout.strip(), options={"verify_signature": False})["sub"] == "alice"
    assert "alice" in made.stderr
    alice = people(settings)["alice"]
    assert (alice.role, alice.present) == ("agent", False), "she gets no cases that she does not know of"
    assert set(alice.teams) == set(load_policy(settings.policy).teams)
    again = CliRunner().invoke(cli.main, ["token", "--role", "agent", "--subject", "alice"])
    assert again.stderr == ""
    assert CliRunner().invoke(cli.main, ["token", "--role", "customer", "--subject", "C-1"]).stderr == ""
    assert set(people(settings)) == FIRST | {"alice"}


@pytest.mark.parametrize(
    ("role", "who", "told"),
    [(Role.SUPERVISOR, "lin.wei", "lin.wei is agent"), (Role.SUPERVISOR, "susan", "could not be looked at")],
)
def test_a_token_that_does_not_count_is_made_with_a_warning(settings: Settings, role: Role, who: str, told: str) -> None:
    if who in FIRST:
        migrate(settings)
        CliRunner().invoke(cli.main, ["token", "--role", "agent", "--subject", "alice"])
    made = CliRunner().invoke(cli.main, ["token", "--role", role, "--subject", who])
    assert made.exit_code == 0
    assert made.stdout.count(".") == 2
    assert told in made.stderr
