"""`redress token`: a bearer token of the local secret, for a person or a partner."""

from typing import Annotated

import typer

from api.http.auth import make_token
from commands.kit.failure import CommandError
from commands.kit.language import say
from models.common.vocabulary import Role
from settings import Settings


def token(
    role: Annotated[str, typer.Option(help="customer, merchant, carrier, agent, supervisor or analyst.")],
    subject: Annotated[str, typer.Option(help="The customer's, merchant's or carrier's id; the person's own for the others.")],
    team: Annotated[list[str] | None, typer.Option(help="An agent's team; may be given several times; none: every team.")] = None,
    hours: Annotated[float, typer.Option(min=0.01, help="How long it is good for.")] = 12,
) -> None:
    """Print a token, ready for `Authorization: Bearer …`. Whoever holds the data folder can make one for anybody."""
    if role not in Role.people():
        raise CommandError(say("bad_role", roles=", ".join(sorted(Role.people()))), code=2)
    try:
        made = make_token(Settings(), Role(role), subject, tuple(team or ()), hours)
    except ValueError as error:
        raise CommandError(say("bad_subject", why=subject), code=2) from error
    typer.echo(made)
