"""Who may see what: own cases only (docs/features.md), and of these only what concerns the viewer."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from models.case.state import CaseState
from models.case.views import CaseView
from models.common.actors import Actor
from models.common.base import Bilingual
from models.common.events import Event, Readers
from models.common.vocabulary import Party, Role
from models.investigation.findings import Fact, Finding
from rules.facts.registry import FACTS
from rules.returns.view import masked as masked_return

MASK = "—"
SPOKEN = frozenset({"words", "reason", "question_zh", "question_en", "comment", "proof", "basis_zh", "basis_en", "options"})
"""Keys of timeline data that hold what people said; inside a proposal's options, `why`."""


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
            of_a_team = not actor.teams or parties.team is None or bool({parties.team, parties.offered_team} & {*actor.teams})
            return of_a_team or actor.id in {parties.handler, parties.offered_to}
        case Role.SUPERVISOR | Role.ANALYST | Role.SYSTEM:
            return True


def may_see_evidence(role: Role) -> bool:
    """INV-3: only parties of the case; figures need no pictures."""
    return role is not Role.ANALYST


def shows(event: Event, data: Mapping[str, JsonValue], role: Role) -> bool:
    """Whether a timeline row is for this viewer."""
    if role in Role.platform() or role is Role.ANALYST:
        return True
    match event.readers:
        case Readers.EVERYBODY:
            return True
        case Readers.PLATFORM:
            return False
        case Readers.ASKED:
            return data.get("of") == role.value
        case Readers.MERCHANT:
            return role is Role.MERCHANT
        case Readers.NAMED:
            return named_in(data, role)


def named_in(data: Mapping[str, JsonValue], role: Role) -> bool:
    """Whether a finding names the party, alone or with others."""
    return data.get("party") in {role.value, Party.SHARED} and role is not Role.CUSTOMER


def masked_data(event: Event, data: Mapping[str, JsonValue], role: Role) -> dict[str, JsonValue]:
    """A timeline row's data without what people said, for those who see no personal data; an appeal's words are the platform's to read."""
    if event is Event.APPEALED and role not in Role.platform() and role.value != data.get("party"):
        return {**data, "words": MASK}
    if role is not Role.ANALYST:
        return dict(data)
    return {key: _masked(value) if key in SPOKEN else value for key, value in data.items()}


def _masked(value: JsonValue) -> JsonValue:
    match value:
        case str():
            return MASK
        case list():
            return [_masked(item) if isinstance(item, dict) else item for item in value]
        case dict():
            return {key: MASK if key == "why" else item for key, item in value.items()}
        case _:
            return value


def masked_view(view: CaseView, role: Role) -> CaseView:
    """The case without what people said and who they are, for an analyst; unchanged for everyone else."""
    if role is not Role.ANALYST:
        return view
    proposals = tuple(
        proposal.model_copy(
            update={
                "options": tuple(option.model_copy(update={"why": MASK}) for option in proposal.options),
                "refused": proposal.refused and MASK,
                "declined": proposal.declined and MASK,
            }
        )
        for proposal in view.proposals
    )
    remedies = tuple(
        remedy.model_copy(update={"words": remedy.words and MASK, "return_": remedy.return_ and masked_return(remedy.return_)})
        for remedy in view.remedies
    )
    survey = view.survey and view.survey.model_copy(update={"comment": None})
    return view.model_copy(
        update={
            "customer_id": MASK,
            "description": MASK,
            "sayings": (),
            "requests": (),
            "facts": masked_facts(view.facts, role),
            "finding": view.finding and masked_finding(view.finding, role),
            "proposals": proposals,
            "remedies": remedies,
            "survey": survey,
        }
    )


def masked_facts(facts: tuple[Fact, ...], role: Role) -> tuple[Fact, ...]:
    """Facts without the names of people, for an analyst."""
    if role is not Role.ANALYST:
        return facts
    personal = {name for name, spec in FACTS.items() if spec.personal}
    return tuple(fact.model_copy(update={"value": MASK}) if fact.name in personal else fact for fact in facts)


def masked_finding(finding: Finding, role: Role) -> Finding:
    """A person's finding without their words, for an analyst; a row's basis is the policy's."""
    if role is not Role.ANALYST or finding.row is not None:
        return finding
    return finding.model_copy(update={"basis": Bilingual(zh=MASK, en=MASK)})
