"""`redress seal`: the keys with which our own programs seal what they tell Temporal (docs/security.md)."""

import typer

from adapters.secrets import Secrets, change_secrets, made_seal
from commands.kit.language import language
from models.common.credentials import AT_ONCE
from models.common.vocabulary import Locale
from settings import Settings

app = typer.Typer(help="The keys that seal what our programs tell Temporal.", no_args_is_help=True)

DONE = (
    "新密钥两分钟后启用，旧密钥在下次更换前仍然有效。",
    "The new key is used in two minutes; the one before stays good until the next rotation.",
)


@app.callback()
def seal() -> None:
    """The keys that seal what our programs tell Temporal."""


@app.command()
def rotate() -> None:
    """Make a new key; nothing has to be restarted, and no case notices."""

    def change(known: Secrets) -> Secrets:
        return known.model_copy(update={"seals": (made_seal(), *known.seals)[:AT_ONCE]})

    change_secrets(Settings(), change)
    typer.echo(DONE[language() is not Locale.ZH])
