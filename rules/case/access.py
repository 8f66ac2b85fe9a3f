"""Who may see a case at all: own cases only (docs/features.md). What is shown of it: models/common/readers.py."""

from dataclasses import dataclass

from models.case.state import CaseState
from models.case.views import CaseView
from models.common.actors import Actor
from models.common.partner_registry import Partner
from models.common.vocabulary import Role
from rules.case.sayings import saying_view
from rules.common.readers import sees

PARTIES = frozenset({Role.CUSTOMER}) | Partner.roles()
"""The roles of a case's parties."""


@dataclass(frozen=True)
class Parties:
    """Who has to do with a case."""

    customer_id: str
    merchant_id: str | None = None
    carriers: frozenset[str] = frozenset()
    team: str | None = None
    handler: str | None = None
    offered_to: str | None = None
    offered_team: str | None = None


def parties_of(case: CaseState) -> Parties:
    return Parties(
        customer_id=case.receipt.customer_id,
        merchant_id=case.order.merchant_id if case.order else None,
        carriers=frozenset(shipment.carrier_id for shipment in case.shipments),
        team=case.team,
        handler=case.handler.id if case.handler else None,
        offered_to=case.transfer.to if case.transfer else None,
        offered_team=case.transfer.team if case.transfer else None,
    )


def may_see(actor: Actor, parties: Parties) -> bool:
    """Whether the case exists at all for this viewer.

    An agent sees its teams' cases, its own, those that no team has yet, and those that are offered to it or its teams (DSP-4).
    """
    match actor.role:
        case Role.CUSTOMER:
            return parties.customer_id == actor.id
        case Role.MERCHANT:
            return parties.merchant_id == actor.id
        case Role.CARRIER:
            return actor.id in parties.carriers
        case Role.AGENT:
            of_a_team = parties.team is None or bool({parties.team, parties.offered_team} & {*actor.teams})
            return of_a_team or actor.id in {parties.handler, parties.offered_to}
        case Role.SUPERVISOR | Role.ANALYST | Role.SYSTEM:
            return True


def may_see_evidence(role: Role) -> bool:
    """INV-3: only parties of the case; figures need no pictures."""
    return role is not Role.ANALYST


def may_see_piece(case: CaseState, actor: Actor, sha256: str) -> bool:
    """A piece that came with private words alone is for whom they are for; every other for all who see the case's evidence."""
    given = [saying for saying in case.sayings if any(piece.sha256 == sha256 for piece in saying.evidence)]
    if not given or any(piece.sha256 == sha256 for piece in case.receipt.evidence):
        return True
    return any(sees(CaseView, "sayings", actor, saying_view(case, saying)) for saying in given)
