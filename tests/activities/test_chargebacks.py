"""The loop that follows chargebacks, on a real database (RES-12): killed anywhere, told anything, it books once and leaves nothing half-done."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from activities.case.records import RecordsActivities
from activities.chargebacks.loop import ChargebackFollowing
from activities.reconciliation.chargebacks import take_in_missed
from adapters.database.chargebacks import look_again, of_order, state_of, take_in, write
from adapters.database.engine import Database
from adapters.database.ledger import booked
from models.case.activities import Projection
from models.case.state import CaseStart
from models.chargebacks.partner import AnswerKind, ChargebackStatus
from models.chargebacks.state import AnswerState, ChargebackRef, ChargebackState
from models.common.base import Money
from models.common.vocabulary import RefundStatus, RemedyKind, Stage
from models.policy.policy import Policy
from models.remedies.remedy import Remedy
from models.tables.case import MessageRow
from models.tables.chargebacks import ChargebackRow
from models.tables.reconciliation import DifferenceRow
from rules.chargebacks import hearing
from rules.money import ledger
from rules.notifications.texts import texts
from tests.support.builders.actors import AGENT
from tests.support.builders.cases import NOW, case
from tests.support.builders.orders import order, parcel
from tests.support.builders.refund_intents import intent
from tests.support.fakes.chargebacks import FakeBank, chargeback, told_to
from tests.support.fakes.partners import World

LOST, WON = ChargebackStatus.LOST, ChargebackStatus.WON


class Desk:
    """A loop, its bank, and what cases heard."""

    def __init__(self, database: Database, policy: Policy) -> None:
        self.database, self.bank, self.world = database, FakeBank(), World()
        self.told: list[tuple[str, ChargebackRef]] = []
        self.opened: list[CaseStart] = []
        self.fails_to_tell = 0
        self.at = datetime.now(UTC)
        self.world.add(order(), parcel())
        self.loop = ChargebackFollowing(
            database,
            policy,
            texts(policy.zone),
            providers={"payment": self.bank},
            merchant=self.world,
            payment=self.world,
            tell=self._tell,
            start=self._start,
            now=lambda: self.at,
        )

    async def hear(self, **change: Any) -> ChargebackState:
        return await told_to(self.database, self.bank, self.loop, chargeback(), self.at, **change)

    async def state(self) -> ChargebackState:
        async with self.database.reading() as session:
            return (await of_order(session, "O-1"))[0]

    async def entries(self) -> list[str]:
        async with self.database.reading() as session:
            return [entry.kind.value for _, entry in await booked(session, "O-1")]

    async def differences(self) -> list[str]:
        async with self.database.reading() as session:
            return [row.kind for row in (await session.exec(select(DifferenceRow))).all()]

    async def messages(self, event: str) -> int:
        async with self.database.reading() as session:
            return len((await session.exec(select(MessageRow).where(MessageRow.event == event))).all())

    async def answer(self, kind: AnswerKind = AnswerKind.EVIDENCE) -> None:
        """A person's, within their limit."""
        async with self.database.writing() as session:
            row = (await session.exec(select(ChargebackRow))).one()
            write(row, hearing.answered(state_of(row), kind, None, AGENT, self.at, above_limit=False))
            look_again(row, self.at)
            session.add(row)

    async def after(self, **span: float) -> None:
        """That much later, the loop looks."""
        self.at += timedelta(**span)
        await self.loop.look()

    async def _tell(self, case_id: str, ref: ChargebackRef) -> None:
        if self.fails_to_tell:
            self.fails_to_tell -= 1
            raise RuntimeError(case_id)
        self.told.append((case_id, ref))

    async def _start(self, begun: CaseStart) -> None:
        self.opened.append(begun)


@pytest.fixture
def desk(database: Database, policy: Policy) -> Desk:
    return Desk(database, policy)


async def test_told_again_and_again_it_is_booked_told_and_opened_once(desk: Desk) -> None:
    for _ in range(3):
        await desk.hear()
    assert await desk.entries() == ["captured", "chargeback_held"]
    assert await desk.messages("chargeback.opened") == 3
    assert {start.receipt.case_id for start in desk.opened} == {desk.told[0][0]}
    assert len(desk.told) == 1


async def test_webhooks_out_of_order_end_as_the_provider_has_it(desk: Desk) -> None:
    await desk.hear(status=LOST)
    state = await desk.hear(status=LOST)
    assert (state.status, await desk.entries()) == (LOST, ["captured", "chargeback_held", "chargeback_lost"])
    assert await desk.messages("chargeback.closed") == 3


@pytest.mark.parametrize(
    "change", [{"payment_id": "P-9", "order_id": None}, {"payment_id": "P-9"}, {"payment_id": "P-9", "order_id": "O-9"}]
)
async def test_one_of_an_unknown_payment_is_a_persons_task_and_books_nothing(desk: Desk, change: dict[str, Any]) -> None:
    desk.bank.put(chargeback(), **change)
    async with desk.database.writing() as session:
        await take_in(session, "payment", "DP-1", desk.at)
    await desk.loop.look()
    await desk.after(hours=7)
    assert await desk.differences() == ["chargeback_unknown"]
    assert await desk.messages("reconciliation.difference") == 1
    assert (await desk.entries(), desk.opened, desk.told) == ([], [], [])


async def test_one_that_the_provider_does_not_know_is_a_persons_task_and_looked_for_for_a_while(desk: Desk) -> None:
    async with desk.database.writing() as session:
        await take_in(session, "payment", "DP-404", desk.at)
    await desk.loop.look()
    assert await desk.differences() == ["chargeback_unknown"]
    await desk.after(days=8)
    async with desk.database.reading() as session:
        assert (await session.exec(select(ChargebackRow.look_at))).one() is None


async def test_while_the_provider_is_silent_nothing_is_booked_and_its_deadline_is_still_warned_of(desk: Desk) -> None:
    await desk.hear()
    desk.bank.down = True
    await desk.after(days=4, hours=1)
    assert await desk.messages("chargeback.due") == 2
    await desk.after(days=7)
    assert await desk.messages("chargeback.missed") == 3
    assert await desk.entries() == ["captured", "chargeback_held"]


async def test_an_answer_whose_receipt_got_lost_is_sent_once(desk: Desk) -> None:
    await desk.hear()
    await desk.answer()
    desk.bank.dies_after_acting = 1
    await desk.loop.look()
    assert (await desk.state()).answer.state is AnswerState.APPROVED  # type: ignore[union-attr]
    await desk.after(minutes=2)
    answer = (await desk.state()).answer
    assert answer is not None
    assert (answer.state, desk.bank.asked_to_answer) == (AnswerState.SENT, 1)


async def test_what_the_provider_refuses_is_told_with_its_words_and_may_be_answered_again(desk: Desk) -> None:
    await desk.hear()
    await desk.answer()
    desk.bank.refuses = "too late"
    await desk.loop.look()
    answer = (await desk.state()).answer
    assert answer is not None
    assert (answer.state, answer.refusal) == (AnswerState.REFUSED, "too late")
    assert await desk.messages("chargeback.answer_refused") == 2
    desk.bank.refuses = None
    await desk.answer(AnswerKind.ACCEPTANCE)
    await desk.loop.look()
    assert (await desk.state()).status is ChargebackStatus.ACCEPTED


async def test_a_loop_that_dies_before_the_cases_heard_tells_them_later_and_books_nothing_twice(desk: Desk) -> None:
    desk.fails_to_tell = 1
    await desk.hear()
    assert desk.told == []
    await desk.after(minutes=2)
    assert [ref.status for _, ref in desk.told] == [ChargebackStatus.NEEDS_RESPONSE]
    assert await desk.entries() == ["captured", "chargeback_held"]


async def test_one_whose_provider_is_set_no_more_holds_up_no_other(desk: Desk) -> None:
    async with desk.database.writing() as session:
        await take_in(session, "stripe", "du_1", desk.at - timedelta(seconds=1))
    state = await desk.hear()
    assert (state.status, await desk.entries()) == (ChargebackStatus.NEEDS_RESPONSE, ["captured", "chargeback_held"])


async def test_it_joins_the_orders_open_case_and_every_case_of_the_order_hears_of_it(
    desk: Desk, records: RecordsActivities
) -> None:
    for case_id, stage in (("RD-1", Stage.CLOSED), ("RD-2", Stage.RESOLUTION)):
        own = case(order=order(), order_id="O-1", stage=stage)
        receipt = own.receipt.model_copy(update={"case_id": case_id})
        await records.save_case(Projection(state=own.model_copy(update={"receipt": receipt}), at=NOW))
    state = await desk.hear()
    assert (state.case_id, desk.opened) == ("RD-2", [])
    assert sorted(case_id for case_id, _ in desk.told) == ["RD-1", "RD-2"]


async def test_no_refund_of_a_disputed_payment_is_set_aside_in_any_case_and_another_payments_is(
    desk: Desk, records: RecordsActivities
) -> None:
    await records.intend_refund(intent(minor=1))
    desk.world.charges["O-1"] = list(intent(minor=1).payments)
    first, second = (payment.payment_id for payment in intent(minor=1).payments)
    await desk.hear(payment_id=first)
    held = await records.intend_refund(intent(minor=9_000, case_id="RD-7"))
    assert (held.denied, [ref.payment_id for ref in held.chargebacks], held.parts) == ("chargeback_open", [first], ())
    other = await records.intend_refund(intent(minor=4_000, case_id="RD-8"))
    assert [part.payment_id for part in other.parts] == [second]
    await desk.hear(payment_id=first, status=WON)
    assert (await records.intend_refund(intent(minor=5_000, case_id="RD-7"))).denied is None


async def test_two_cases_share_what_a_chargeback_left_with_the_customer(desk: Desk, records: RecordsActivities) -> None:
    desk.world.charges["O-1"] = list(intent(minor=1).payments)
    first = desk.world.charges["O-1"][0].payment_id
    state = await desk.hear(payment_id=first, status=LOST, amount={"minor": 6_000, "currency": "CNY"})
    plans = [
        await records.intend_refund(intent(minor=4_000, case_id=case_id, settled_by=state.chargeback_id))
        for case_id in ("RD-7", "RD-8")
    ]
    assert [plan.charged_back.minor for plan in plans if plan.charged_back] == [4_000, 2_000]
    assert [[part.amount.minor for part in plan.parts] for plan in plans] == [[], [2_000]]
    async with desk.database.reading() as session:
        found = ledger.summary([entry for _, entry in await booked(session, "O-1")], "CNY")
    assert (found.refunded.minor, found.under_way.minor, found.left.minor) == (6_000, 2_000, 2_000)


async def test_what_no_webhook_told_of_is_found_and_what_is_known_is_left_alone(desk: Desk) -> None:
    desk.bank.put(chargeback())
    providers, since = {"payment": desk.bank}, desk.at - timedelta(days=7)
    await take_in_missed(desk.database, providers, since, desk.at)
    await desk.loop.look()
    assert await desk.entries() == ["captured", "chargeback_held"]
    async with desk.database.reading() as session:
        looks = (await session.exec(select(ChargebackRow.looks))).one()
    await take_in_missed(desk.database, providers, since, desk.at)
    desk.bank.put(chargeback(), status=WON)
    await take_in_missed(desk.database, providers, since, desk.at)
    async with desk.database.reading() as session:
        assert (await session.exec(select(ChargebackRow.looks))).one() == looks + 1


async def test_a_refund_that_comes_back_after_the_bank_decided_leaves_the_customer_with_the_money_once(
    desk: Desk, records: RecordsActivities
) -> None:
    (part,) = (await records.intend_refund(intent(minor=6_000))).parts
    desk.world.charges["O-1"] = list(intent(minor=1).payments)

    async def refunded(status: RefundStatus) -> None:
        now = part.model_copy(update={"refund_status": status})
        remedy = Remedy(id="m1", kind=RemedyKind.REFUND_ONLY, parts=(now,), refund_status=status)
        await records.save_case(Projection(state=case(remedies=(remedy,)), at=NOW))

    await refunded(RefundStatus.ARRIVED)
    lost = await desk.hear(payment_id=part.payment_id, status=LOST, amount={"minor": 6_000, "currency": "CNY"})
    assert (lost.twice, await desk.differences()) == (Money(minor=6_000), ["chargeback_twice"])
    told = await desk.messages("chargeback.closed")
    await refunded(RefundStatus.REVERSED)
    await desk.after(seconds=1)
    assert ((await desk.state()).twice, (await desk.state()).status) == (None, LOST)
    assert await desk.messages("chargeback.closed") == told
