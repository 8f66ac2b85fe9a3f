"""The rules of every kind of partner's contract, and asking about all of one (docs/partners/)."""

from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from commands.partner import carrier, merchant, notification, payment, promotion
from commands.partner.system import Rule, System, Wrong
from models.common.base import Bilingual
from models.common.errors import PartnerError
from models.common.partner_registry import Partner

RULES: Mapping[Partner, tuple[Rule, ...]] = {
    Partner.MERCHANT: merchant.RULES,
    Partner.CARRIER: carrier.RULES,
    Partner.PAYMENT: payment.RULES,
    Partner.PROMOTION: promotion.RULES,
    Partner.NOTIFICATION: notification.RULES,
}


@dataclass(frozen=True)
class Finding:
    call: str
    rule: Bilingual
    found: str | None
    """What was found instead; None: as it should be."""


async def check_all(partner: Partner, system: System) -> list[Finding]:
    """Every rule, one after the other; what one finds does not end the others."""
    findings: list[Finding] = []
    for rule in RULES[partner]:
        found = None
        try:
            await rule.check(system)
        except (Wrong, PartnerError) as error:
            found = str(error)
        except httpx.TransportError as error:
            found = type(error).__name__
        findings.append(Finding(rule.call, rule.words, found))
    return findings
