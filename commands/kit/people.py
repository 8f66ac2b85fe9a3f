"""Who is in the table of people: nobody else of the staff gets in, whatever their token says (docs/security.md)."""

from datetime import timedelta

import typer
from sqlalchemy.exc import SQLAlchemyError

from adapters.database.agents import enter, is_last_supervisor, known_as, remove, seed
from adapters.database.engine import Database
from adapters.database.trouble import words_of
from commands.kit.failure import CommandError
from commands.kit.language import say
from models.common.errors import RedressError
from models.common.vocabulary import Role
from models.policy.agents import AgentPolicy
from rules.policy.checks import agent_faults
from rules.policy.load import load_policy
from settings import Settings

OPERATOR = "operator"
"""Who takes somebody out by the command."""


async def let_in(settings: Settings, role: Role, who: str) -> str | None:
    """Enter somebody of the staff who gets a token of ours and is not in the table yet. Why the token does not count, if it does not."""
    if role not in Role.staff():
        return None
    database = Database(settings)
    try:
        await database.check()
        async with database.reading() as session:
            known = await known_as(session, who)
        if known is None:
            await put(database, settings, role, who)
            typer.echo(say("let_in", who=who, role=role), err=True)
    except (SQLAlchemyError, OSError, RedressError) as error:
        return say("not_let_in", who=who, role=role, why=words_of(error, settings))
    finally:
        await database.aclose()
    return None if known is None or known.role == role else say("other_role", who=who, role=role, known=known.role)


async def put(
    database: Database, settings: Settings, role: Role, who: str, *, teams: tuple[str, ...] = (), name: str | None = None
) -> AgentPolicy:
    """Enter somebody, or change role, teams and name of who is there. An agent without a team gets every one; who is new gets no cases yet.

    Raises CommandError for what does not fit the policy.
    """
    policy = load_policy(settings.policy)
    async with database.writing() as session:
        await seed(session, policy.agents)
        known = await known_as(session, who)
        before = {"id": who, "name": who, "present": False} if known is None else known.model_dump()
        changed = {"role": role} | ({"teams": teams} if teams else {}) | ({"name": name} if name else {})
        person = AgentPolicy.model_validate(before | changed)
        if role is Role.AGENT and not person.teams:
            person = person.model_copy(update={"teams": tuple(policy.teams)})
        for field, detail in agent_faults(person, policy):
            raise CommandError(say("bad_person", why=f"{field}: {detail}"), code=2)
        await enter(session, person)
    return person


async def take_out(database: Database, settings: Settings, who: str) -> AgentPolicy:
    """Take somebody out of the table: their tokens count no more, and their cases are handed on. Raises CommandError for who is not there,
    and for the only supervisor.
    """
    async with database.writing() as session:
        alone = await is_last_supervisor(session, who)
        person = await known_as(session, who)
        if person is None or alone:
            raise CommandError(say("only_supervisor" if alone else "nobody_of_that_id", who=who), code=2)
        await remove(session, person, OPERATOR, timedelta(hours=settings.jwt_max_hours))
    return person
