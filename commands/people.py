"""`redress people`: the table of people by an operator's hand; a supervisor has `/v1/agents` (docs/security.md)."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated

import typer
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from adapters.database.engine import Database
from adapters.database.trouble import words_of
from commands.kit.failure import CommandError
from commands.kit.language import say
from commands.kit.people import put, take_out
from models.common.errors import RedressError
from models.common.vocabulary import Role
from models.policy.agents import AgentPolicy
from settings import Settings

app = typer.Typer(help="The people of the service centre: nobody else of the staff gets in.", no_args_is_help=True)


@app.callback()
def people() -> None:
    """The people of the service centre: nobody else of the staff gets in."""


@app.command()
def add(
    who: Annotated[str, typer.Argument(metavar="ID", help="The `sub` of their tokens.")],
    role: Annotated[str, typer.Option(help="agent, supervisor or analyst.")],
    team: Annotated[list[str] | None, typer.Option(help="An agent's team; may be given several times; none: every team.")] = None,
    name: Annotated[str | None, typer.Option(help="Their name; none: the id.")] = None,
) -> None:
    """Enter somebody, or change their role, teams or name. This is how the first supervisor gets in. An agent gets cases once they are present."""
    if role not in Role.staff():
        raise CommandError(say("bad_role", roles=", ".join(sorted(Role.staff()))), code=2)
    settings = Settings()
    entering = partial(put, settings=settings, role=Role(role), who=who, teams=tuple(team or ()), name=name)
    person = asyncio.run(_on_the_table(settings, entering))
    typer.echo(say("entered", who=person.id, role=person.role, teams=", ".join(person.teams) or "-"))


@app.command()
def remove(who: Annotated[str, typer.Argument(metavar="ID", help="The `sub` of their tokens.")]) -> None:
    """Take somebody out who has left. Their tokens count no more; their cases are handed on within seconds, while a worker runs."""
    settings = Settings()
    person = asyncio.run(_on_the_table(settings, lambda database: take_out(database, settings, who)))
    typer.echo(say("taken_out", who=person.id, role=person.role))


async def _on_the_table(settings: Settings, do: Callable[[Database], Awaitable[AgentPolicy]]) -> AgentPolicy:
    database = Database(settings)
    try:
        await database.check()
        return await do(database)
    except ValidationError as error:
        raise CommandError(say("bad_person", why=error.errors()[0]["msg"]), code=2) from error
    except (SQLAlchemyError, OSError, RedressError) as error:
        raise CommandError(words_of(error, settings)) from error
    finally:
        await database.aclose()
