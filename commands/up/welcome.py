"""What `redress up` prints when everything runs: where to look, links that sign in, a token per role, and a first case that works as printed."""

import json
from collections.abc import Mapping

from api.http.auth import make_token
from commands.kit.language import language, say
from models.common.vocabulary import Locale, Role
from settings import Settings

SUBJECTS = {
    Role.CUSTOMER: "C-1",
    Role.MERCHANT: "M-1",
    Role.CARRIER: "SF",
    Role.AGENT: "alice",
    Role.SUPERVISOR: "sun",
    Role.ANALYST: "ana",
}
"""Whom the printed tokens and links stand for; customer, merchant and carrier are of the sandbox's cast (docs/sandbox.md)."""


def welcome(settings: Settings, links: Mapping[Role, str], *, own_temporal: bool, own_sandbox: bool) -> str:
    """The whole text, ready to print. `links`: those that sign in to the console, once each."""
    places = [(say("docs"), f"{settings.api_url}/docs")]
    if own_temporal or settings.temporal_ui:
        places.append((say("temporal_ui"), str(settings.temporal_ui_url)))
    if own_sandbox:
        places.append((say("catalogue"), f"http://{settings.sandbox_host}:{settings.sandbox_port}/catalogue"))
    return "\n".join(
        [
            "",
            *(f"  {address:<36} {what}" for what, address in places),
            "",
            *([f"# {say('sign_in')}", *(f"  {role.value:<11} {link}" for role, link in links.items()), ""] if links else []),
            f"# {say('tokens')}",
            *(f"{role.name}={make_token(settings, role, subject)}" for role, subject in SUBJECTS.items()),
            "",
            f"# {say('first_case')}",
            first_case(settings.api_url),
            f"# {say('see_every_remedy')}",
            "",
            say("stop_hint", logs=settings.data_dir / "logs"),
        ]
    )


def first_case(address: str) -> str:
    """The customer of the sandbox's first order asks for their money back. The README shows the same lines."""
    words = "快递箱压坏了，杯子碎了一只。" if language() is Locale.ZH else "The parcel was crushed and one cup is broken."
    case = {"kind": "after_sales", "order_id": "O-1001", "issue": "logistics.damaged", "description": words}
    return "\n".join(
        [
            f"curl -s {address}/v1/cases -H \"Authorization: Bearer $CUSTOMER\" -H 'Content-Type: application/json' \\",
            f"  -d '{json.dumps(case, ensure_ascii=False)}'",
            f'curl -s {address}/v1/cases -H "Authorization: Bearer $CUSTOMER"',
        ]
    )
