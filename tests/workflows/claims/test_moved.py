"""A finding that moves after the customer was served (INV-5, RES-9): the parties settle it between them, claim by claim."""

from models.case.actions import Action
from models.claims.actions import ClaimAction
from models.claims.state import ClaimKind, ClaimStatus
from models.common.vocabulary import Issue, Party, Stage, WaitFor, WaitingOn
from tests.support.builders.actors import AGENT_OF_EVERY_TEAM, CARRIER, CUSTOMER, MERCHANT, SUPERVISOR
from tests.support.builders.claims import ClaimLife, lost_parcel, money
from tests.support.builders.orders import order, parcel
from tests.support.builders.pictures import UPLOADED
from tests.support.processes.service import Case, Service

NEW = {"sha256": "1" * 64, "media_type": "image/png", "size": 10, "name": "handover.png"}


async def appealed(case: Case, life: ClaimLife, party: Party) -> ClaimLife:
    """The carrier appeals, a supervisor names somebody else; the claim that follows from it."""
    await case.act(CARRIER, Action.APPEAL, words="we handed it over intact", evidence=[NEW])
    await case.act(SUPERVISOR, Action.DECIDE_APPEAL, granted=True, party=party, reason="the hand-over proves it")
    return ClaimLife(life.service, life.claim_id.replace(".claim.1", ".claim.2"))


async def test_a_claim_on_a_carrier_that_was_not_liable_after_all_is_withdrawn_and_the_customer_keeps_the_money(
    service: Service,
) -> None:
    case, life = await lost_parcel(service)
    await appealed(case, life, Party.MERCHANT)  # its own receipts paid: nothing else is due
    withdrawn = await life.until(lambda state: state.status is ClaimStatus.WITHDRAWN)
    assert withdrawn.reason == "responsibility_moved"
    assert service.world.paid_back("O-1") == 12_900
    await life.party_heard("open", "withdraw")
    assert "changed" in await life.messages("K-1")
    await case.remembers("resolution.claim_moved")


async def test_where_nobody_is_liable_the_platform_pays_the_merchant_what_it_gave(service: Service) -> None:
    case, life = await lost_parcel(service)
    credit = await appealed(case, life, Party.NONE)
    owed = await credit.until(lambda state: state.status is ClaimStatus.OWED)
    assert (owed.claim.kind, owed.claim.who, owed.owed_minor) == (ClaimKind.CREDIT, "M-1", 12_900)
    assert owed.wait is not None
    assert owed.wait.on is WaitingOn.SUPERVISOR
    await credit.act(SUPERVISOR, ClaimAction.SETTLE, proof="transfer 4711")
    await credit.until(lambda state: state.status is ClaimStatus.SETTLED)
    assert await credit.booked("merchant:M-1") == 12_900
    assert await credit.booked("platform") == -12_900


async def test_what_a_carrier_paid_before_it_was_cleared_is_paid_back_to_it(service: Service) -> None:
    case, life = await lost_parcel(service)
    await life.tell(answer="paid", amount=money(12_900), payment_reference="BANK-1")
    await life.until(lambda state: state.status is ClaimStatus.SETTLED)
    await appealed(case, life, Party.MERCHANT)
    owed = await life.until(lambda state: state.status is ClaimStatus.OWED)
    assert owed.owed_minor == 12_900
    await life.act(AGENT_OF_EVERY_TEAM, ClaimAction.SETTLE, proof="returned by transfer 4712")
    await life.until(lambda state: state.status is ClaimStatus.SETTLED)
    assert [await life.booked(account) for account in ("carrier:K-1", "merchant:M-1", "platform")] == [0, 0, 0]


async def test_a_responsibility_that_is_shared_after_an_appeal_reduces_the_claim(service: Service) -> None:
    case, life = await lost_parcel(service)
    await life.act(CARRIER, ClaimAction.ACCEPT)
    await appealed(case, life, Party.SHARED)
    reduced = await life.until(lambda state: state.claim.amount.minor == 6_450)
    assert reduced.accepted is not None
    assert reduced.accepted.minor == 6_450
    await life.tell(answer="paid", amount=money(6_450), payment_reference="BANK-2")
    await life.until(lambda state: state.status is ClaimStatus.SETTLED)
    await life.party_heard("open", "change")


async def test_what_a_carrier_paid_beyond_its_share_goes_back_and_the_merchant_keeps_the_share(service: Service) -> None:
    case, life = await lost_parcel(service)
    await life.tell(answer="paid", amount=money(12_900), payment_reference="BANK-1")
    await life.until(lambda state: state.status is ClaimStatus.SETTLED)
    await appealed(case, life, Party.SHARED)
    await life.until(lambda state: state.status is ClaimStatus.OWED)
    await life.act(AGENT_OF_EVERY_TEAM, ClaimAction.SETTLE, proof="returned by transfer 4713")
    await life.until(lambda state: state.status is ClaimStatus.SETTLED)
    assert [await life.booked(account) for account in ("carrier:K-1", "merchant:M-1", "platform")] == [-6_450, 6_450, 0]


async def test_what_the_platform_gave_for_a_merchant_is_recovered_from_it(service: Service) -> None:
    service.world.add(order(), parcel())
    case = await service.open(issue=Issue.QUALITY_DEFECT, evidence=(UPLOADED,))
    asked = await case.until(lambda view: bool(view.requests))
    await case.act(MERCHANT, Action.ANSWER, request_id=asked.requests[0].id, words="ours", admits=True)
    await case.waits_for(WaitFor.PLAN)
    coupon = {"remedies": [{"kind": "coupon", "amount": {"minor": 3_000}}], "why": "for the trouble"}
    await case.act(MERCHANT, Action.PROPOSE, options=[coupon])
    await case.waits_for(WaitFor.CHOICE)
    await case.act(CUSTOMER, Action.ACCEPT)
    await case.until(lambda view: view.stage is Stage.FOLLOW_UP)
    life = ClaimLife(service, f"{case.handle.id}.claim.1")
    opened = await life.until(lambda state: state.partner_reference is not None)
    assert (opened.claim.kind, opened.claim.who, opened.claim.amount.minor) == (ClaimKind.RECOVERY, "M-1", 3_000)
    assert "opened" in await life.messages("M-1")
    await life.act(MERCHANT, ClaimAction.ACCEPT, words="fair")
    await life.tell(partner="merchant", answer="paid", payment_reference="M-PAY-1")
    await life.until(lambda state: state.status is ClaimStatus.SETTLED)
    assert await life.booked("merchant:M-1") == -3_000
