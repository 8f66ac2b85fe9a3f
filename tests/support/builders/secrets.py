"""A case with a secret in every field that not everybody reads, and who is to find each (TRU-5)."""

from datetime import timedelta
from typing import Any

from models.case.action_bodies import Rate
from models.case.state import CaseState, Grade, TransferOffer
from models.common.actors import SYSTEM, Actor, EvidenceRef
from models.common.base import Bilingual, Money
from models.common.vocabulary import ClockName, Party, Priority, RemedyKind, Role, Tier, WaitingOn
from models.investigation.clocks import Miss
from models.investigation.decisions import Appeal, Review
from models.investigation.findings import Fact, InformationRequest, Saying
from models.money.charge import Charge, ChargeStatus
from models.remedies.offers import Option, RemedyOffer
from models.remedies.order_change import ChangeStatus, OrderingState
from models.remedies.remedy import Proposal, Silence
from tests.support.builders.actors import AGENT, CARRIER, CUSTOMER, MERCHANT
from tests.support.builders.cases import NOW, case, finding
from tests.support.builders.orders import order, parcel
from tests.support.builders.remedies import remedy

C, M, K, A, S, Y = Role.CUSTOMER, Role.MERCHANT, Role.CARRIER, Role.AGENT, Role.SUPERVISOR, Role.ANALYST
STAFF = {A, S}
PEOPLE = STAFF | {C, M, K}
LATER = NOW + timedelta(days=1)


def piece(name: str) -> EvidenceRef:
    return EvidenceRef(sha256=name[0] * 64, media_type="image/png", size=1, name=f"secret-{name}.png")


def words(by: Actor, secret: str, minute: int, *evidence: EvidenceRef) -> Saying:
    return Saying(at=NOW + timedelta(minutes=minute), by=by, words=f"secret-{secret}", evidence=evidence)


def request(number: int, by: Actor, answer: Saying) -> InformationRequest:
    times: dict[str, Any] = {"asked_at": NOW, "remind_at": LATER, "due": LATER}
    return InformationRequest(
        id=f"q{number}",
        of=WaitingOn(answer.by.role.value),
        recipient=answer.by.id,
        question=Bilingual(zh=f"secret-question-{number}", en=f"secret-question-{number}"),
        by=by,
        answer=answer,
        **times,
    )


def proposal(number: int, by: Actor, **change: object) -> Proposal:
    offered = RemedyOffer(kind=RemedyKind.APOLOGY, words=f"secret-apology-{number}")
    base = Proposal(
        id=f"p{number}",
        round=1,
        by=by,
        at=NOW,
        options=(Option(remedies=(offered,), why=f"secret-why-{number}"),),
        amount=Money(minor=100),
        if_silent=Silence.CLOSE,
    )
    return base.model_copy(update=change)


PUBLIC = words(CUSTOMER, "public", 1, piece("a-public"))
TO_PLATFORM = words(MERCHANT, "answer-to-platform", 2, piece("b-answer"))
TO_CUSTOMER = words(MERCHANT, "answer-to-customer", 3)
OF_CARRIER = words(CARRIER, "answer-of-carrier", 4)
PLEADED = words(MERCHANT, "appeal", 5, piece("c-appeal"))
CHARGE = Charge(
    key="k", order_id="O-1", amount=Money(minor=1), status=ChargeStatus.PENDING, reference="RD-1", pay_url="https://secret-pay"
)
ORDERING = OrderingState(key="k", status=ChangeStatus.PENDING, until=LATER, charge=CHARGE)


def case_with_secrets(**change: object) -> CaseState:
    base: dict[str, object] = {
        "order": order(),
        "shipments": (parcel(),),
        "handler": Actor(role=Role.AGENT, id="secret-handler"),
        "owner": Actor(role=Role.AGENT, id="secret-owner"),
        "grade": Grade(priority=Priority.P1, severity=3, urgency=3, reasons=("secret-grade",)),
        "transfer": TransferOffer(by=AGENT, to="secret-colleague", team="t", reason="secret-transfer", due=LATER),
        "misses": (Miss(clock=ClockName.PLAN, at=NOW, due=NOW, held_by=Tier.PLATFORM, handler="secret-missed-by"),),
        "facts": (Fact(name="shipment.signed_by", value="secret-signer", source="shipment", at=NOW),),
        "sayings": (PUBLIC, TO_PLATFORM, TO_CUSTOMER, OF_CARRIER, PLEADED),
        "requests": (
            request(1, Actor(role=Role.AGENT, id="secret-asker"), TO_PLATFORM),
            request(2, CUSTOMER, TO_CUSTOMER),
            request(3, SYSTEM, OF_CARRIER),
        ),
        "finding": finding(
            Party.MERCHANT,
            by=Actor(role=Role.AGENT, id="secret-finder"),
            basis=Bilingual(zh="secret-basis", en="secret-basis"),
        ),
        "proposals": (
            proposal(1, AGENT, declined="secret-declined-agent"),
            proposal(2, MERCHANT, declined="secret-declined-merchant"),
            proposal(3, AGENT, refused="secret-refused"),
            proposal(4, AGENT, needs_approval=True),
        ),
        "remedies": (
            remedy(RemedyKind.COUPON, coupon_code="secret-coupon", words=None),
            remedy(RemedyKind.ORDER_CHANGED, minor=None, number=2, ordering=ORDERING),
        ),
        "review": Review(agrees=False, by=Actor(role=Role.SUPERVISOR, id="secret-reviewer"), at=NOW, note="secret-verdict"),
        "appeal": Appeal(
            by=MERCHANT, at=PLEADED.at, words=PLEADED.words, evidence=PLEADED.evidence, against=Party.MERCHANT, due=LATER
        ),
        "survey": Rate(speed=1, solution=1, attitude=1, comment="secret-survey"),
    }
    return case(**{**base, **change})


SECRETS: dict[str, set[Role]] = {
    "secret-handler": STAFF,
    "secret-owner": STAFF,
    "secret-missed-by": STAFF,
    "secret-asker": STAFF,
    "secret-finder": STAFF,
    "secret-reviewer": STAFF,
    "secret-grade": STAFF | {Y},
    "secret-transfer": STAFF,
    "secret-colleague": STAFF,
    "secret-signer": PEOPLE,
    "secret-public": PEOPLE,
    "secret-a-public": PEOPLE,
    "secret-answer-to-platform": STAFF | {M},
    "secret-b-answer": STAFF | {M},
    "secret-question-1": STAFF | {M},
    "secret-answer-to-customer": STAFF | {M, C},
    "secret-question-2": STAFF | {M, C},
    "secret-question-3": STAFF | {K},
    "secret-answer-of-carrier": STAFF | {K},
    "secret-appeal": STAFF | {M},
    "secret-c-appeal": STAFF | {M},
    "secret-basis": STAFF | {M},
    "secret-declined-agent": STAFF,
    "secret-why-1": STAFF,
    "secret-apology-1": STAFF,
    "secret-declined-merchant": STAFF | {M},
    "secret-why-2": STAFF | {M},
    "secret-apology-2": STAFF | {M},
    "secret-refused": PEOPLE,
    "secret-why-3": PEOPLE,
    "secret-apology-3": PEOPLE,
    "secret-why-4": STAFF,
    "secret-apology-4": STAFF,
    "secret-coupon": STAFF | {C},
    "secret-pay": STAFF | {C},
    "secret-verdict": STAFF,
    "secret-survey": STAFF | {C},
}
