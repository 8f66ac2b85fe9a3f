"""A case that is filled to every limit that there is, as it is carried after it was saved."""

from datetime import timedelta

from models.case.state import CaseState
from models.claims.found import FoundParcel
from models.common.actors import Actor, EvidenceRef
from models.common.base import Bilingual, Money
from models.common.partners import Scan, Shipment, ShipmentStatus
from models.common.vocabulary import ClockName, RemedyKind, Role, Tier, WaitingOn
from models.investigation.clocks import Clock, Miss
from models.investigation.findings import InformationRequest, Saying
from models.remedies.offers import Option, RemedyOffer
from models.remedies.remedy import Proposal, Remedy
from rules.case.room import BEGINNINGS, FOUND, PROPOSALS, REMEDIES, REQUESTS, SAYINGS, SCANS, within_bounds
from rules.case.texts import old_enough, put_away
from rules.common.requests import CARRIED, REMEMBERED
from tests.support.builders.cases import NOW, case
from tests.support.builders.orders import order, parcel, payment

LONGEST = "话" * 8000
ID = "号" * 100
SPEAKERS = {Role.CUSTOMER, Role.MERCHANT, Role.CARRIER, Role.AGENT, Role.SUPERVISOR}


def full_case(**change: object) -> CaseState:
    """Everything that people and partners may fill, with the longest ids and words."""
    clocks = tuple(
        Clock(name=name, calendar="always", target=timedelta(hours=1), started_at=NOW, held_by=Tier.PLATFORM, stopped_at=NOW)
        for name in (ClockName.FIRST_REPLY, ClockName.PLAN, ClockName.RESOLUTION)
    )
    state = case(
        order=order(),
        payments=(payment(),),
        shipments=_shipments(),
        sayings=tuple(_said(Actor(role=role, id=ID), number) for role in Role for number in range(SAYINGS) if role in SPEAKERS),
        requests=tuple(_asked(number) for number in range(1, REQUESTS + 1)),
        proposals=tuple(_proposed(number) for number in range(1, PROPOSALS + 1)),
        remedies=tuple(_done(number) for number in range(1, REMEDIES + 1)),
        clocks=clocks * BEGINNINGS,
        misses=tuple(Miss(clock=clock.name, at=NOW, due=NOW, held_by=Tier.PLATFORM, handler=ID) for clock in clocks) * BEGINNINGS,
        found=(FoundParcel(tracking="T-1", status=ShipmentStatus.DELIVERED, at=NOW),) * FOUND,
        requests_seen={f"{number:0200}": 1 for number in range(CARRIED)},
        notices_seen=tuple(f"{number:0200}" for number in range(REMEMBERED)),
        **change,
    )
    put_away(state, old_enough(state))
    return state


def _shipments() -> tuple[Shipment, ...]:
    scans = tuple(Scan(at=NOW + timedelta(minutes=number), place="仓" * 50, status="moving") for number in range(SCANS))
    parcels: tuple[Shipment, ...] = ()
    while within_bounds(order(), more := (*parcels, parcel(tracking=f"T-{len(parcels)}", scans=scans)), (payment(),)):
        parcels = more
    return parcels


def _said(by: Actor, number: int) -> Saying:
    piece = EvidenceRef(sha256=f"{number % 30:064x}", media_type="image/jpeg", size=10**7, name="图" * 200)
    return Saying(at=NOW + timedelta(minutes=number), by=by, words=LONGEST, evidence=(piece,))


def _asked(number: int) -> InformationRequest:
    by = Actor(role=Role.AGENT, id=ID)
    answer = _said(Actor(role=Role.MERCHANT, id=ID), number)
    question = Bilingual(zh=LONGEST, en=LONGEST)
    return InformationRequest(
        id=f"q{number}",
        of=WaitingOn.MERCHANT,
        recipient=ID,
        question=question,
        asked_at=NOW,
        remind_at=NOW,
        due=NOW,
        by=by,
        answer=answer,
    )


def _proposed(number: int) -> Proposal:
    option = Option(remedies=(RemedyOffer(kind=RemedyKind.APOLOGY, words="歉" * 2000),), why=LONGEST)
    by = Actor(role=Role.AGENT, id=ID)
    return Proposal(id=f"p{number}", round=number, by=by, at=NOW, options=(option,) * 2, amount=Money(minor=0), declined=LONGEST)


def _done(number: int) -> Remedy:
    return Remedy(id=f"m{number}", kind=RemedyKind.APOLOGY, words="歉" * 1000, done_at=NOW)
