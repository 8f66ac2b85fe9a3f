"""Claims on carriers (RES-9): whole lives, from the finding to the money, while the case runs and after it is over."""

from models.claims.actions import ClaimAction
from models.claims.state import ClaimCause, ClaimKind, ClaimStatus
from models.common.actors import Actor
from models.common.base import Money
from models.common.lines import LineQuantity
from models.common.partners import ShipmentStatus
from models.common.vocabulary import ErrorType, Issue, Party, RemedyKind, Role, Stage, WaitingOn
from tests.support.builders.actors import AGENT_OF_EVERY_TEAM, CARRIER, CUSTOMER, MERCHANT, SUPERVISOR
from tests.support.builders.claims import ClaimLife, close, lost_parcel, money
from tests.support.builders.orders import line, order, parcel
from tests.support.processes.service import Service
from tests.support.processes.waiting import eventually
from workflows.kit.search_attributes import CARRIER as CARRIER_ID
from workflows.kit.search_attributes import CASE_KIND, CASE_STAGE, WAITING_ON

OTHER_CARRIER = Actor(role=Role.CARRIER, id="K-2")


async def test_what_a_carrier_lost_is_claimed_from_it_with_proofs_in_favour_of_whoever_paid(service: Service) -> None:
    case, life = await lost_parcel(service)
    state = await life.until(lambda state: state.partner_reference is not None)
    claim = state.claim
    assert (claim.kind, claim.who, claim.cause, claim.tracking) == (ClaimKind.CARRIER, "K-1", ClaimCause.LOST, "T-O-1")
    assert claim.amount.minor == 12_900
    assert [item.in_favour_of for item in claim.items] == [Party.MERCHANT]
    assert claim.finding.party is Party.CARRIER
    assert "shipment.status" in {fact.name for fact in claim.facts}
    (message,) = service.world.claims.taken.values()
    assert (message.reference, message.recipient, message.amount.minor) == (life.claim_id, "K-1", 12_900)
    assert "resolution.claim_raised" in await case.timeline()
    assert await life.messages("K-1") == ["opened"]


async def test_a_claim_is_listed_from_its_start_and_says_nothing_more_until_its_wait_changes(service: Service) -> None:
    _, life = await lost_parcel(service)
    shown = (await life.handle.describe()).typed_search_attributes
    assert (shown[CASE_KIND], shown[CARRIER_ID], shown[WAITING_ON]) == (ClaimKind.CARRIER, "K-1", "carrier")
    history = await life.handle.fetch_history()
    assert not any(event.HasField("upsert_workflow_search_attributes_event_attributes") for event in history.events)
    await life.tell(answer="accepted")
    await eventually(life.handle.describe, lambda seen: seen.typed_search_attributes[CASE_STAGE] == "accepted")


async def test_an_accepted_claim_is_settled_by_a_payment_webhook_after_the_case_is_over(service: Service) -> None:
    case, life = await lost_parcel(service)
    await close(case)
    await life.tell(answer="accepted")
    accepted = await life.until(lambda state: state.status is ClaimStatus.ACCEPTED)
    assert accepted.wait is not None
    assert accepted.wait.on is WaitingOn.CARRIER
    await life.tell(answer="paid", amount=money(12_900), payment_reference="BANK-1")
    settled = await life.until(lambda state: state.status is ClaimStatus.SETTLED)
    assert settled.received_minor == 12_900
    assert await life.booked("merchant:M-1") == 12_900
    assert await life.booked("carrier:K-1") == -12_900


async def test_a_payment_told_twice_is_booked_once(service: Service) -> None:
    _, life = await lost_parcel(service)
    for number in ("same", "same", "another"):
        await life.tell(answer="paid", amount=money(5_000), payment_reference="BANK-1", number=number)
    await life.until(lambda state: state.status is ClaimStatus.PARTLY_ACCEPTED)
    assert await life.booked("merchant:M-1") == 5_000
    assert (await life.history()).count("paid") == 1


async def test_a_payment_in_another_currency_or_again_with_another_amount_is_for_a_supervisor(service: Service) -> None:
    _, life = await lost_parcel(service)
    await life.tell(answer="paid", amount={"minor": 1_800, "currency": "USD"}, payment_reference="BANK-1")
    state = await life.until(lambda state: state.escalated)
    assert state.wait is not None
    assert (state.wait.on, state.payments) == (WaitingOn.SUPERVISOR, ())
    await life.tell(answer="paid", amount=money(5_000), payment_reference="BANK-2")
    await life.tell(answer="paid", amount=money(7_900), payment_reference="BANK-2", number="another")
    state = await life.until(lambda state: state.received_minor == 5_000 and state.escalated)
    view = await life.act(SUPERVISOR, ClaimAction.SETTLE, amount=money(7_900), proof="the rest, BANK-1 in dollars")
    assert view.status is ClaimStatus.SETTLED
    assert await life.booked("merchant:M-1") == 12_900


async def test_a_part_that_nobody_disputes_is_what_is_paid_and_the_case_hears_of_it(service: Service) -> None:
    case, life = await lost_parcel(service)
    view = await life.act(CARRIER, ClaimAction.ACCEPT_PART, amount=money(9_000), words="by our terms")
    assert (view.status, view.accepted and view.accepted.minor) == (ClaimStatus.PARTLY_ACCEPTED, 9_000)
    await life.pass_time(days=3, hours=1)
    await life.until(lambda state: state.status is ClaimStatus.ACCEPTED)
    await life.act(AGENT_OF_EVERY_TEAM, ClaimAction.SETTLE, proof="bank statement 7")
    settled = await life.until(lambda state: state.status is ClaimStatus.SETTLED)
    assert (settled.received_minor, settled.written_off_minor) == (9_000, 3_900)
    await case.remembers("resolution.claim_over")


async def test_a_rejected_claim_is_disputed_once_and_then_accepted(service: Service) -> None:
    _, life = await lost_parcel(service)
    await life.tell(answer="rejected", words="it was delivered")
    rejected = await life.until(lambda state: state.status is ClaimStatus.REJECTED)
    assert rejected.wait is not None
    assert rejected.wait.on is WaitingOn.AGENT
    assert (await life.refusal(CARRIER, ClaimAction.ACCEPT)).type is ErrorType.NOT_ALLOWED_NOW
    view = await life.act(AGENT_OF_EVERY_TEAM, ClaimAction.DISPUTE, version=2, words="your own trace says lost")
    assert (view.status, view.disputes_left, view.offer_version) == (ClaimStatus.DISPUTED, 0, 3)
    assert (await life.refusal(CARRIER, ClaimAction.ACCEPT, version=1)).rule == "WRK-5"  # the page of before the dispute
    await life.act(CARRIER, ClaimAction.ACCEPT, version=3, words="so it does")
    await life.act(AGENT_OF_EVERY_TEAM, ClaimAction.SETTLE, proof="bank statement 8", amount=money(12_900))
    await life.until(lambda state: state.status is ClaimStatus.SETTLED)
    await life.party_heard("open", "dispute")


async def test_a_claim_rejected_for_good_waits_for_a_supervisor_who_writes_it_off(service: Service) -> None:
    _, life = await lost_parcel(service)
    await life.act(CARRIER, ClaimAction.REJECT, words="no")
    await life.act(AGENT_OF_EVERY_TEAM, ClaimAction.DISPUTE, words="yes")
    await life.act(CARRIER, ClaimAction.REJECT, words="no again")
    assert (await life.refusal(AGENT_OF_EVERY_TEAM, ClaimAction.DISPUTE, words="yes")).type is ErrorType.NOT_ALLOWED_NOW
    assert (await life.refusal(AGENT_OF_EVERY_TEAM, ClaimAction.WRITE_OFF, reason="tired")).type is ErrorType.NOT_ALLOWED_FOR_ROLE
    view = await life.act(SUPERVISOR, ClaimAction.WRITE_OFF, reason="not worth a lawsuit")
    assert (view.status, view.written_off.minor, view.reason) == (ClaimStatus.WRITTEN_OFF, 12_900, "not worth a lawsuit")


async def test_a_silent_carrier_is_reminded_half_way_and_then_a_supervisor_decides(service: Service) -> None:
    _, life = await lost_parcel(service)
    await life.pass_time(days=3, hours=13)
    await life.until(lambda state: state.wait is not None and state.wait.remind_at is None)
    await life.pass_time(days=3, hours=12)
    escalated = await life.until(lambda state: state.escalated)
    assert escalated.wait is not None
    assert escalated.wait.on is WaitingOn.SUPERVISOR
    await life.pass_time(days=7, hours=1)
    await eventually(life.history, lambda history: history.count("escalated") == 2)  # told again
    again = await life.act(SUPERVISOR, ClaimAction.REMIND, words="last call")
    assert again.waiting is not None
    assert again.waiting.on is WaitingOn.CARRIER
    await life.act(SUPERVISOR, ClaimAction.WRITE_OFF, reason="the carrier is bankrupt")
    assert await life.history() == ["opened", "reminded", "escalated", "escalated", "reminded", "closed"]
    await life.party_heard("open", "remind", "remind")


async def test_a_small_claim_that_nobody_answers_is_written_off_by_itself(service: Service) -> None:
    _, life = await lost_parcel(service, minor=900)
    await life.pass_time(days=7, hours=1)
    written_off = await life.until(lambda state: state.status is ClaimStatus.WRITTEN_OFF)
    assert (written_off.reason, written_off.written_off_minor) == ("small", 900)


async def test_what_was_written_off_and_is_paid_after_all_is_settled(service: Service) -> None:
    _, life = await lost_parcel(service)
    await life.act(SUPERVISOR, ClaimAction.WRITE_OFF, reason="gone")
    await life.tell(answer="paid", amount=money(12_900), payment_reference="BANK-9")
    settled = await life.until(lambda state: state.status is ClaimStatus.SETTLED)
    assert settled.written_off_minor == 0


async def test_the_same_request_again_changes_nothing(service: Service) -> None:
    _, life = await lost_parcel(service)
    for _ in range(2):
        await life.act(AGENT_OF_EVERY_TEAM, ClaimAction.SETTLE, key="once", proof="cash", amount=money(4_000))
    await life.until(lambda state: state.received_minor == 4_000)
    assert await life.booked("merchant:M-1") == 4_000


async def test_a_desk_that_takes_no_claims_is_told_to_a_supervisor_and_the_carrier_may_still_answer(service: Service) -> None:
    service.world.claims.refuses = True
    _, life = await lost_parcel(service)
    undelivered = await life.until(lambda state: state.undelivered is not None)
    assert undelivered.undelivered == "we take no claims"
    assert "undelivered" in await life.messages("team:logistics")
    assert (await life.act(CARRIER, ClaimAction.ACCEPT)).undelivered is None  # our trouble, not theirs
    await life.until(lambda state: state.status is ClaimStatus.ACCEPTED)


async def test_a_message_whose_answer_got_lost_is_asked_about_before_it_is_sent_again(service: Service) -> None:
    service.world.claims.loses_answers = 1
    _, life = await lost_parcel(service)
    await life.until(lambda state: state.partner_reference is not None)
    assert service.world.claims.calls == 1


async def test_a_stranger_finds_no_claim_and_a_bad_amount_changes_nothing(service: Service) -> None:
    _, life = await lost_parcel(service)
    for actor in (OTHER_CARRIER, MERCHANT, CUSTOMER):
        assert (await life.refusal(actor, ClaimAction.ACCEPT)).type is ErrorType.NOT_FOUND
    too_much = await life.refusal(CARRIER, ClaimAction.ACCEPT_PART, amount=money(12_901), words="all and more")
    assert (too_much.type, too_much.field) == (ErrorType.INVALID, "amount.minor")
    foreign = await life.refusal(CARRIER, ClaimAction.ACCEPT_PART, amount={"minor": 1, "currency": "EUR"}, words="in euros")
    assert foreign.field == "amount.currency"
    await life.tell(answer="accepted_in_part", amount=money(99_999))
    await life.tell(partner="merchant", answer="accepted")
    await life.tell(anything="else")
    assert await eventually(life.history, lambda history: len(history) >= 4) == ["opened", "notice", "notice", "notice"]
    assert (await life.until(lambda _: True)).status is ClaimStatus.OPEN


async def test_asking_temporal_to_cancel_a_claim_does_not_end_it(service: Service) -> None:
    _, life = await lost_parcel(service)
    await life.handle.cancel()
    await life.tell(answer="accepted")
    await life.until(lambda state: state.status is ClaimStatus.ACCEPTED)


async def _ended(life: ClaimLife) -> str:
    return await life.handle.result()


async def test_a_claim_that_nothing_can_change_any_more_ends(service: Service) -> None:
    _, life = await lost_parcel(service)
    await life.act(SUPERVISOR, ClaimAction.WRITE_OFF, reason="gone")
    await life.pass_time(days=31)
    assert await _ended(life) == "written_off"


async def test_two_cases_of_one_lost_parcel_claim_no_more_than_its_limit_together(service: Service) -> None:
    bought = order("O-1", line("L1", minor=6_000), line("L2", minor=6_000))
    service.world.add(bought, parcel(status=ShipmentStatus.LOST, declared_value=Money(minor=10_000)))
    claimed: list[int] = []
    for line_id in ("L1", "L2"):
        wanted = {"remedy": RemedyKind.REFUND_ONLY}
        case = await service.open(issue=Issue.LOST, wanted=wanted, lines=(LineQuantity(line_id=line_id, quantity=1),))
        await case.until(lambda view: view.stage is Stage.FOLLOW_UP)
        state = await ClaimLife(service, f"{case.handle.id}.claim.1").until(lambda state: state.version > 0)
        claimed.append(state.claim.amount.minor)
    assert claimed == [6_000, 4_000]
