"""Whom an event is told to (NTF-1): the policy names roles, the case says which people these are."""

from typing import NamedTuple, Protocol

from models.case.state import CaseState, TimelineEntry
from models.common.actors import SYSTEM
from models.common.events import SentTo
from models.common.readers import Readers
from models.common.vocabulary import Locale, Role
from models.policy.policy import MessageRule
from rules.case.access import PARTIES, may_see, parties_of
from rules.case.timeline import RELATIONS, grounds_in, named_in
from rules.common.sla_clock import HOLDERS

ANY_TEAM = "all"
"""The team of a case that was not dispatched yet: its messages are for everybody who triages."""


class Preference(Protocol):
    """What a customer chose: a contact's row has it."""

    locale: str
    zone: str


class Recipient(NamedTuple):
    """`id` is a customer's, merchant's, carrier's or person's id, or `team:<team>` for whoever of the team looks first."""

    role: Role
    id: str


def recipients(case: CaseState, entry: TimelineEntry, rule: MessageRule) -> tuple[Recipient, ...]:
    """Each once, and nobody but the customer of his own doing.

    A request for information goes to the asked party alone, a transfer to the colleague or team that is to take over (DSP-4), a note to the
    colleagues whom it mentions (WRK-1), new words to whoever holds the case (WRK-6), an answer to whoever had asked, a declined
    proposal back to its proposer (RES-4), a finding to whom it names (INV-5), a warning to whoever has to move. Those who watch the case are told
    of what the policy says (WRK-1).
    """
    told: dict[Recipient, None] = {}
    for role in rule.to:
        told.update(dict.fromkeys(_people_told(case, entry, role)))
    if rule.watchers:
        told.update(dict.fromkeys(Recipient(who.role, who.id) for who in case.watchers if may_see(who, parties_of(case))))
    return tuple(who for who in told if who.role is Role.CUSTOMER or who != (entry.by.role, entry.by.id))


def language_of(case: CaseState, chosen: Preference | None) -> tuple[Locale, str]:
    """In which language and zone the case's customer reads: as they chose since, else as they wrote."""
    if chosen is None:
        return case.receipt.locale, case.receipt.zone
    return Locale(chosen.locale), chosen.zone


def grounds_of(entry: TimelineEntry, who: Recipient) -> Readers:
    """What a recipient is to the entry: who was chosen for being asked, named or its proposer is that."""
    chosen_as = RELATIONS.get(entry.event.sent_to) if who.role in PARTIES else None
    on = grounds_in(entry.data, entry.by, who)
    return on | {chosen_as} if chosen_as else on


def _people_told(case: CaseState, entry: TimelineEntry, role: Role) -> tuple[Recipient, ...]:
    data = entry.data
    not_for_them = {
        SentTo.WAITED_ON: role.value != data.get("of"),
        SentTo.NAMED: not named_in(data, role),
        SentTo.ANSWERED: role in PARTIES and role.value != data.get("asker"),
    }
    if not_for_them.get(entry.event.sent_to):
        return ()
    match entry.event.sent_to:
        case SentTo.ASKED if role in PARTIES:
            return _asked(case, entry, role)
        case SentTo.HOLDER:
            return _holder(case, role)
        case SentTo.PROPOSER:
            return _proposer(case, entry, role)
        case SentTo.OFFERED | SentTo.MENTIONED | SentTo.TEAM if role is Role.AGENT:
            return _colleagues(case, entry)
        case _:
            return _people(case, role)


def _people(case: CaseState, role: Role) -> tuple[Recipient, ...]:
    match role:
        case Role.CUSTOMER:
            return (Recipient(role, case.receipt.customer_id),)
        case Role.MERCHANT:
            return (Recipient(role, case.order.merchant_id),) if case.order else ()
        case Role.CARRIER:
            return tuple(Recipient(role, carrier) for carrier in sorted({parcel.carrier_id for parcel in case.shipments}))
        case Role.AGENT if case.handler:
            return (Recipient(case.handler.role, case.handler.id),)
        case Role.AGENT | Role.SUPERVISOR:
            return (Recipient(role, f"team:{case.team or ANY_TEAM}"),)
        case _:
            return ()


def _holder(case: CaseState, role: Role) -> tuple[Recipient, ...]:
    """The handler; without one, the merchant, the team or its supervisors, as the case's tier says."""
    if case.handler is not None:
        return _people(case, Role.AGENT) if role is Role.AGENT else ()
    return _people(case, role) if role.value == HOLDERS[case.tier] else ()


def _proposer(case: CaseState, entry: TimelineEntry, role: Role) -> tuple[Recipient, ...]:
    """Whoever made the proposal, and who handles the case now if that is another of ours; of one that was made without a person, whoever has
    the case.
    """
    by = next((known.by for known in case.proposals if known.id == entry.data.get("proposal_id")), SYSTEM)
    proposer = (Recipient(role, by.id),) if by.role is role else ()
    handed_on = by.role is Role.AGENT and case.handler is not None
    holder = _people(case, role) if role is Role.AGENT and (handed_on or by.role is Role.SYSTEM) else ()
    return tuple(dict.fromkeys((*proposer, *holder)))


def _colleagues(case: CaseState, entry: TimelineEntry) -> tuple[Recipient, ...]:
    """Their roles are not known here: an agent or a supervisor reads it, whichever has the id. A case that is offered to nobody by name
    is the team's; of one that was handed on the team is told with its new handler.
    """
    if entry.event.sent_to is SentTo.TEAM:
        return (*_people(case, Role.AGENT), Recipient(Role.AGENT, f"team:{case.team or ANY_TEAM}"))
    to, team, mentions = (entry.data.get(name) for name in ("to", "team", "mentions"))
    if entry.event.sent_to is SentTo.OFFERED and to is None:
        return (Recipient(Role.AGENT, f"team:{team}"),)
    named = mentions if isinstance(mentions, list) else [to]
    return tuple(Recipient(role, str(name)) for name in named for role in (Role.AGENT, Role.SUPERVISOR))


def _asked(case: CaseState, entry: TimelineEntry, role: Role) -> tuple[Recipient, ...]:
    return tuple(
        Recipient(role, request.recipient)
        for request in case.requests
        if request.id == entry.data.get("request_id") and request.of.value == role.value
    )
