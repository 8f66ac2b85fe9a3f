"""`redress partner check`: run the merchant contract against a partner's test system, and print what was found."""

import asyncio
from typing import Annotated

import typer
from pydantic import SecretStr
from rich import box
from rich.console import Console
from rich.table import Table

from adapters.connect import Partners
from commands.kit.failure import CommandError
from commands.kit.language import language, saying
from commands.partner import secret
from commands.partner.checks import Finding, check_all
from commands.partner.system import System
from models.common.partner_registry import Partner
from settings import Settings

app = typer.Typer(help="For partners' engineers.", no_args_is_help=True)
app.add_typer(secret.app, name="secret")
MANY = 1000
"""One rule that is broken keeps no other from being asked about."""

SENTENCES: dict[str, tuple[str, str]] = {
    "call": ("接口", "Call"),
    "rule": ("约定", "Rule"),
    "found": ("结果", "Found"),
    "kept": ("符合", "kept"),
    "good": ("{address} 符合合同的全部 {number} 条。", "{address} keeps all {number} rules of the contract."),
    "bad": (
        "{address} 有 {number} 条不符合合同，见 docs/partners/{partner}.yaml。",
        "{address} breaks {number} rules of the contract: see docs/partners/{partner}.yaml.",
    ),
}


say = saying(SENTENCES)


@app.callback()
def partner() -> None:
    """For partners' engineers."""


@app.command()
def check(
    url: Annotated[str, typer.Argument(help="Where the test system serves the contract, as https://test.example/redress.")],
    kind: Annotated[Partner, typer.Option(help="Whose contract.")] = Partner.MERCHANT,
    order: Annotated[
        str, typer.Option(help="An order of the test system that may be played with: paid, and sent. Not needed for messages.")
    ] = "",
    to: Annotated[str, typer.Option(help="For messages: a telephone number or e-mail address of your own, which gets one.")] = "",
    token: Annotated[str | None, typer.Option(help="The token that was agreed on; none: that of the partner.")] = None,
) -> None:
    """Run a contract of docs/partners/ against a test system. Ends with 1 when a rule is broken."""
    findings = asyncio.run(_found(kind, url.rstrip("/"), order, to, token))
    table = Table(say("call"), say("rule"), say("found"), box=box.SIMPLE)
    for finding in findings:
        table.add_row(finding.call, finding.rule.in_(language()), finding.found or say("kept"))
    Console().print(table)
    broken = sum(finding.found is not None for finding in findings)
    if broken:
        raise CommandError(say("bad", address=url, number=broken, partner=kind))
    typer.echo(say("good", address=url, number=len(findings)))


async def _found(kind: Partner, url: str, order: str, to: str, token: str | None) -> list[Finding]:
    settings = Settings()
    own = {"partner_token": SecretStr(token)} if token else {}
    given = {kind.url_setting: url, "circuit_after": MANY, **own}
    partners = Partners.connect(settings.model_copy(update=given))
    try:
        return await check_all(kind, System(url, partners, order, to))
    finally:
        await partners.aclose()
