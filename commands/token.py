"""`redress token`: a bearer token of the local secret, for a person or a partner; and tokens that are to be good no more."""

import asyncio
from datetime import timedelta
from typing import Annotated

import typer

from adapters.database.engine import Database
from adapters.database.revocations import SUBJECT, TOKEN, revoke, subject
from api.http.auth import make_token
from commands.kit.failure import CommandError
from commands.kit.language import say
from commands.kit.people import let_in
from models.common.errors import RedressError
from models.common.vocabulary import Role
from settings import Settings

app = typer.Typer(help="A bearer token for a person or a partner.", invoke_without_command=True)

RoleOption = Annotated[str | None, typer.Option("--role", help="customer, merchant, carrier, agent, supervisor or analyst.")]
SubjectOption = Annotated[
    str | None, typer.Option("--subject", help="The customer's, merchant's or carrier's id; the person's own for the others.")
]


@app.callback()
def token(
    context: typer.Context,
    *,
    role: RoleOption = None,
    whose: SubjectOption = None,
    team: Annotated[
        list[str] | None, typer.Option(help="One of an agent's teams; may be given several times; none: all of them.")
    ] = None,
    hours: Annotated[float, typer.Option(min=0.01, help="How long it is good for.")] = 12,
    email: Annotated[str | None, typer.Option(help="A customer's address, which counts as confirmed thereby.")] = None,
    phone: Annotated[str | None, typer.Option(help="A customer's number, which counts as confirmed thereby.")] = None,
) -> None:
    """Print a token, ready for `Authorization: Bearer …`. Whoever holds the data folder can make one for anybody.

    Staff whom the table of people does not know are entered there: an agent on every team, without cases until they are present.
    """
    if context.invoked_subcommand is not None:
        return
    named, who = _named(role, whose)
    if named is not Role.CUSTOMER and (email or phone):
        raise CommandError(say("contacts_of_customers"), code=2)
    settings = Settings()
    try:
        made = make_token(settings, named, who, tuple(team or ()), hours, email=email, phone=phone)
    except RedressError as error:
        raise CommandError(error.fault.detail, code=2) from error
    except ValueError as error:
        raise CommandError(say("bad_subject", why=who), code=2) from error
    if (trouble := asyncio.run(let_in(settings, named, who))) is not None:
        typer.echo(trouble, err=True)
    typer.echo(made)


@app.command("revoke")
def revoke_(
    role: RoleOption = None,
    whose: SubjectOption = None,
    token_id: Annotated[str | None, typer.Option(help="One token, by its claim jti; else all of --role and --subject.")] = None,
) -> None:
    """Let tokens be good no more: all that somebody was issued until now, or one. At once, also for streams that go on."""
    what, name = (TOKEN, token_id) if token_id is not None else (SUBJECT, subject(*_named(role, whose)))
    asyncio.run(_revoke(Settings(), what, name))
    typer.echo(say("revoked", name=name))


def _named(role: str | None, whose: str | None) -> tuple[Role, str]:
    if role is None or role not in Role.people():
        raise CommandError(say("bad_role", roles=", ".join(sorted(Role.people()))), code=2)
    if whose is None:
        raise CommandError(say("bad_subject", why="--subject"), code=2)
    return Role(role), whose


async def _revoke(settings: Settings, what: str, name: str) -> None:
    database = Database(settings)
    try:
        await database.check()
        async with database.writing() as session:
            await revoke(session, what, name, "redress token revoke", timedelta(hours=settings.jwt_max_hours))
    except RedressError as error:
        raise CommandError(error.fault.detail) from error
    finally:
        await database.aclose()
