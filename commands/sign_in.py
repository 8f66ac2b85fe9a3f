"""`redress sign-in`: a link that signs somebody in to the console, once (docs/console.md)."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

import typer

from adapters.database.engine import Database
from adapters.database.sign_in import make_link
from commands.kit.failure import CommandError
from commands.kit.language import say
from commands.kit.people import let_in
from models.common.actors import Actor
from models.common.errors import RedressError
from models.common.vocabulary import Role
from settings import Settings


def sign_in(
    as_: Annotated[str, typer.Option("--as", metavar="ROLE:ID", help="Who is signed in, as agent:alice.")],
) -> None:
    """Print a link that signs a browser in once. Whoever holds the data folder can make one for anybody."""
    settings = Settings()
    role, _, person = as_.partition(":")
    try:
        actor = Actor(role=Role(role), id=person)
    except ValueError as error:
        raise CommandError(say("bad_actor", roles=", ".join(sorted(Role.people()))), code=2) from error
    if actor.role not in Role.people():
        raise CommandError(say("bad_actor", roles=", ".join(sorted(Role.people()))), code=2)
    if settings.jwks_url is not None:
        raise CommandError(say("sign_in_by_provider"), code=2)
    if (trouble := asyncio.run(let_in(settings, actor.role, actor.id))) is not None:
        typer.echo(trouble, err=True)
    for link in asyncio.run(links(settings, {actor.role: actor.id})).values():
        typer.echo(link)
    typer.echo(say("sign_in_once", minutes=f"{settings.sign_in_link_minutes:g}"), err=True)


async def links(settings: Settings, people: Mapping[Role, str]) -> Mapping[Role, str]:
    """A link for each of them. Raises CommandError while the database cannot be reached."""
    database = Database(settings)
    life = timedelta(minutes=settings.sign_in_link_minutes)
    address = (settings.public_url or settings.api_url).rstrip("/")
    try:
        await database.check()
        async with database.writing() as session:
            return {role: f"{address}/sign-in/link/{await make_link(session, role, who, life)}" for role, who in people.items()}
    except RedressError as error:
        raise CommandError(error.fault.detail) from error
    finally:
        await database.aclose()
