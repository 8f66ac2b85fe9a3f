"""`redress partner secret`: the credentials of partners, of kinds and of single merchants and carriers (docs/security.md)."""

from collections.abc import Callable
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError
from rich import box
from rich.console import Console
from rich.table import Table

from adapters.secrets import Secrets, change_secrets, made_credentials, rotated, secrets_of
from commands.kit.failure import CommandError
from commands.kit.language import saying
from models.common.credentials import Credentials, Holder
from models.common.partner_registry import Partner
from settings import Settings

app = typer.Typer(help="Partners' secrets and tokens: make, rotate, list.", no_args_is_help=True)

SENTENCES: dict[str, tuple[str, str]] = {
    "whose": ("合作方", "Partner"),
    "webhooks": ("通知地址", "Sends webhooks to"),
    "good": ("有效密钥", "Secrets that are good"),
    "own": (
        "{whose} 不是合作方：写 merchant、carrier 等类别，或 merchant/M-1、carrier/SF。",
        "{whose} is no partner: name a kind as merchant or carrier, or one of them as merchant/M-1 or carrier/SF.",
    ),
    "known": (
        "{whose} 已有密钥：用 rotate 更换，或用 show 查看。",
        "{whose} has credentials already: rotate replaces them, show prints them.",
    ),
    "unknown": ("{whose} 没有密钥：用 make 创建。", "{whose} has no credentials: make them with make."),
    "kind": (
        "{whose} 是一类合作方，其密钥不能删除，只能更换。",
        "{whose} is a kind of partner: its credentials can be rotated, not removed.",
    ),
    "set": (
        "{whose} 的密钥由 REDRESS_PARTNER_CREDENTIALS 给出，请在那里更改。",
        "REDRESS_PARTNER_CREDENTIALS gives the credentials of {whose}: change them there.",
    ),
    "no_shared": ("没有所有合作方共用的密钥。", "There is no secret that all partners share."),
    "shared": (
        "所有合作方共用的旧密钥仍然有效；各合作方改用自己的密钥后，请执行 redress partner secret drop shared。",
        "The old secret that all partners share is still good; when each signs with its own: redress partner secret drop shared.",
    ),
}
SHARED = "shared"


say = saying(SENTENCES)


Whose = Annotated[str, typer.Argument(help="merchant, carrier, payment …; or one of them: merchant/M-1, carrier/SF.")]


@app.callback()
def secret() -> None:
    """Partners' secrets and tokens: make, rotate, list."""


@app.command("list")
def list_() -> None:
    """Who has credentials, and where each sends its webhooks. Prints no secret."""
    known = secrets_of(Settings())
    table = Table(say("whose"), say("webhooks"), say("good"), box=box.SIMPLE)
    for name, own in sorted(known.partners.items()):
        sends = bool(Partner(name.partition("/")[0]).notices)
        table.add_row(name, f"POST /v1/webhooks/{name}" if sends else "—", str(len(own.webhook)))
    Console().print(table)
    if known.webhook is not None:
        typer.echo(say("shared"))


@app.command()
def show(whose: Whose) -> None:
    """Print the current secret and token, to be handed over to the partner."""
    _print(_found(secrets_of(Settings()), whose))


@app.command()
def make(whose: Whose) -> None:
    """Give one merchant or carrier credentials of its own; the system of its kind does not speak for it any more."""

    def change(known: Secrets) -> Secrets:
        if whose in known.partners:
            raise CommandError(say("known", whose=whose), code=2)
        return _with(known, whose, made_credentials())

    _print(_found(_changed(whose, change), whose))


@app.command()
def rotate(whose: Whose) -> None:
    """Make new ones; those before stay good beside them until the next rotation, or `drop`."""
    _print(_found(_changed(whose, lambda known: _with(known, whose, rotated(_found(known, whose)))), whose))


@app.command()
def drop(whose: Whose) -> None:
    """Let the secrets before the current ones be good no more. `shared`: the one that all partners shared in earlier releases."""

    def change(known: Secrets) -> Secrets:
        own = _found(known, whose)
        return _with(known, whose, Credentials(webhook=own.webhook[:1], token=own.token[:1]))

    if whose == SHARED:
        change_secrets(Settings(), _without_shared)
    else:
        _changed(whose, change)


@app.command()
def remove(whose: Whose) -> None:
    """Take one merchant's or carrier's own credentials away: the system of its kind speaks for it again."""

    def change(known: Secrets) -> Secrets:
        _found(known, whose)
        return known.model_copy(update={"partners": {name: own for name, own in known.partners.items() if name != whose}})

    if "/" not in whose:
        raise CommandError(say("kind", whose=whose), code=2)
    _changed(whose, change)


def _changed(whose: str, change: Callable[[Secrets], Secrets]) -> Secrets:
    settings = Settings()
    kind, _, who = whose.partition("/")
    try:
        TypeAdapter(Holder).validate_python(whose)
        fits = Partner(kind).role is not None if who else bool(Partner(kind))
    except (ValidationError, ValueError):
        fits = False
    if not fits:
        raise CommandError(say("own", whose=whose), code=2)
    if whose in settings.partner_credentials:
        raise CommandError(say("set", whose=whose), code=2)
    return change_secrets(settings, change)


def _without_shared(known: Secrets) -> Secrets:
    if known.webhook is None:
        raise CommandError(say("no_shared"), code=2)
    return known.model_copy(update={"webhook": None})


def _with(known: Secrets, whose: str, own: Credentials) -> Secrets:
    return known.model_copy(update={"partners": {**known.partners, whose: own}})


def _found(known: Secrets, whose: str) -> Credentials:
    own = known.partners.get(whose)
    if own is None:
        raise CommandError(say("unknown", whose=whose), code=2)
    return own


def _print(own: Credentials) -> None:
    typer.echo(f"webhook {own.webhook[0].get_secret_value()}\ntoken   {own.token[0].get_secret_value()}")
