"""The ledger in the database (RES-5): booked with what it belongs to, once, whoever writes at the same time."""

import asyncio
import random
from datetime import timedelta

import pytest
from sqlmodel import func, select

from activities.case.records import RecordsActivities
from adapters.database.engine import Database
from adapters.database.ledger import booked, post
from models.case.activities import Projection
from models.common.base import Money
from models.common.partners import Payment, ProviderRefundStatus
from models.common.vocabulary import RefundStatus, RemedyKind
from models.money.ledger import Entry, EntryKind
from models.policy.policy import Policy
from models.remedies.remedy import RefundPart, Remedy
from models.tables.money import LedgerRow
from rules.money import ledger
from rules.notifications.texts import texts
from settings import Settings
from tests.support.builders.cases import NOW, case
from tests.support.builders.orders import refund
from tests.support.builders.refund_intents import CARD, WALLET, intent

PAID = (WALLET, CARD)
"""6,000 and 4,000 of the order O-1."""
ENDS = (RefundStatus.ARRIVED, RefundStatus.FAILED)


async def entries(database: Database, order_id: str = "O-1") -> list[Entry]:
    async with database.reading() as session:
        return [entry for _, entry in await booked(session, order_id)]


def paid(order_id: str) -> tuple[Payment, ...]:
    return tuple(payment.model_copy(update={"order_id": order_id}) for payment in PAID)


async def save(records: RecordsActivities, case_id: str, *parts: RefundPart, order_id: str = "O-1", **remedy: object) -> None:
    """Save a case whose refund has come that far."""
    given = Remedy(id="m1", kind=RemedyKind.REFUND_ONLY, parts=parts).model_copy(update=remedy)
    known = case(remedies=(given,), order_id=order_id)
    known = known.model_copy(update={"receipt": known.receipt.model_copy(update={"case_id": case_id})})
    await records.save_case(Projection(state=known, at=NOW))


def moved(part: RefundPart, state: RefundStatus) -> RefundPart:
    return part.model_copy(update={"refund_status": state, "refund_id": f"R-{part.key}"})


async def test_a_refund_is_booked_step_by_step_and_every_step_once(records: RecordsActivities, database: Database) -> None:
    (part,) = (await records.intend_refund(intent(minor=1_000))).parts
    assert (await records.intend_refund(intent(minor=1_000))).parts == (part,)
    for state in (RefundStatus.REQUESTED, RefundStatus.REQUESTED, RefundStatus.ARRIVED, RefundStatus.FAILED):
        await save(records, "RD-1", moved(part, state))
    found = await entries(database)
    assert [entry.kind for entry in found] == [EntryKind.CAPTURED] * 2 + [
        EntryKind.RESERVED,
        EntryKind.REQUESTED,
        EntryKind.ARRIVED,
    ]
    assert ledger.summary(found, "CNY").refunded.minor == 1_000


@pytest.mark.parametrize("kind", [RemedyKind.EXCHANGE, RemedyKind.ORDER_CHANGED])
async def test_what_a_cheaper_article_leaves_is_booked_until_it_arrived_like_any_refund(
    records: RecordsActivities, database: Database, kind: RemedyKind
) -> None:
    (part,) = (await records.intend_refund(intent(minor=1_000))).parts
    for state in (RefundStatus.REQUESTED, RefundStatus.ARRIVED):
        await save(records, "RD-1", moved(part, state), kind=kind, amount=Money(minor=1_000), refund_status=state)
    found = ledger.summary(await entries(database), "CNY")
    assert (found.under_way.minor, found.refunded.minor, found.left.minor) == (0, 1_000, 9_000)


async def test_what_the_provider_refused_is_free_before_the_case_is_saved(records: RecordsActivities, database: Database) -> None:
    (part,) = (await records.intend_refund(intent(minor=6_000))).parts
    refused = moved(part, RefundStatus.FAILED)
    plan = await records.intend_refund(intent(minor=6_000, attempt=2, parts=(refused,)))
    assert [(part.key, part.amount.minor) for part in plan.parts] == [("RD-1.m1.2.1", 6_000)]
    assert ledger.left_on(await entries(database), "CNY") == {"P-1": 0, "P-2": 4_000}


async def test_what_a_person_paid_another_way_counts_though_no_part_stands_for_it(
    records: RecordsActivities, database: Database
) -> None:
    await records.intend_refund(intent("RD-2", 9_000))
    assert (await records.intend_refund(intent("RD-1", 3_000))).denied == "not_enough_left"
    for _ in range(2):
        await save(records, "RD-1", amount=Money(minor=3_000), refund_status=RefundStatus.ARRIVED, done_at=NOW)
    held = ledger.balances(await entries(database))
    assert held[ledger.PLATFORM, "CNY"] == -2_000  # the payments held 1,000
    assert (await records.intend_refund(intent("RD-3", 1))).denied == "not_enough_left"


async def test_a_refund_made_outside_is_taken_off_what_is_left(records: RecordsActivities) -> None:
    outside = refund(5_500, ProviderRefundStatus.ACCEPTED, payment_id="P-1")
    payments = (WALLET.model_copy(update={"refunds": (outside,)}), CARD)
    plan = await records.intend_refund(intent(minor=4_500, payments=payments))
    assert [(part.payment_id, part.amount.minor) for part in plan.parts] == [("P-1", 500), ("P-2", 4_000)]
    old_list = await records.intend_refund(intent("RD-2", 1))
    assert old_list.denied == "not_enough_left"  # what was seen once is known to every case


async def test_the_sum_of_everything_ever_booked_is_nothing(records: RecordsActivities, database: Database) -> None:
    chance = random.Random(11)  # noqa: S311  # the same lives every time
    for number in range(8):
        plan = await records.intend_refund(intent(f"RD-{number}", chance.randint(1, 4_000)))
        ends = [RefundStatus.FAILED, RefundStatus.ARRIVED, RefundStatus.REQUESTED]
        await save(records, f"RD-{number}", *(moved(part, chance.choice(ends)) for part in plan.parts))
    async with database.reading() as session:
        total = (await session.exec(select(func.sum(LedgerRow.amount_minor)))).one()
    assert total == 0
    found = ledger.summary(await entries(database), "CNY")
    assert found.paid.minor == 10_000 == found.refunded.minor + found.under_way.minor + found.left.minor


@pytest.mark.parametrize("orders", [12, pytest.param(200, marks=pytest.mark.long)])
@pytest.mark.timeout(0)
async def test_two_cases_of_one_order_at_once_in_two_workers_whatever_the_order_of_their_steps(
    records: RecordsActivities, database: Database, database_settings: Settings, policy: Policy, orders: int
) -> None:
    """Each schedule is an order of its own: its two cases set money aside, ask again, are refused and try once more, all at once."""
    elsewhere = Database(database_settings)
    workers = (records, RecordsActivities(elsewhere, texts(policy.zone), policy))
    chance = random.Random(7)  # noqa: S311  # the same schedules every time
    wishes: dict[str, list[int]] = {}
    served: dict[str, list[int]] = {}

    async def live(worker: RecordsActivities, other: RecordsActivities, order_id: str, case_id: str) -> None:
        wanted, ends = chance.randint(500, 9_500), [chance.choice(ENDS) for _ in range(2)]
        wishes.setdefault(order_id, []).append(wanted)
        known: tuple[RefundPart, ...] = ()
        for attempt, end in enumerate(ends, start=1):
            asked = intent(case_id, wanted, order_id=order_id, payments=paid(order_id), attempt=attempt, parts=known)
            await asyncio.sleep(chance.random() / 100)
            both = (worker, other) if chance.random() < 0.5 else (worker,)  # its own answer got lost: asked again elsewhere
            plans = await asyncio.gather(*(one.intend_refund(asked) for one in both))
            plan = next((plan for plan in plans if plan.denied is None), plans[0])
            if plan.denied is not None:
                return
            fresh = [part for part in plan.parts if part.refund_status is RefundStatus.PENDING]
            assert sum(part.amount.minor for part in fresh) == wanted, (order_id, plans)
            served.setdefault(order_id, []).append(wanted)
            await save(worker, case_id, *(moved(part, RefundStatus.REQUESTED) for part in fresh), order_id=order_id)
            known = tuple(moved(part, end) for part in fresh)
            await save(worker, case_id, *known, order_id=order_id)
            if end is RefundStatus.ARRIVED:
                return

    names = [f"O-{number}" for number in range(orders)]
    for first in range(0, orders, 6):
        lives = [(order, one) for order in names[first : first + 6] for one in (0, 1)]
        await asyncio.gather(*(live(workers[one], workers[1 - one], order, f"RD-{order}-{one}") for order, one in lives))
    await elsewhere.aclose()
    for order in names:
        whole = ledger.summary(await entries(database, order), "CNY")
        assert whole.paid.minor == 10_000 == whole.refunded.minor + whole.left.minor, order
        assert whole.under_way.minor == 0
        assert served.get(order), order  # whoever came first got what there was
        assert sum(wishes[order]) > 10_000 or set(served[order]) == set(wishes[order]), order


async def test_an_entry_that_is_booked_already_changes_nothing(database: Database) -> None:
    whose = ledger.Whose("O-1", "RD-1", "m1")
    coupon = ledger.coupon_issued(whose, Money(minor=500))
    for at in (NOW, NOW + timedelta(days=1)):
        async with database.writing() as session:
            await post(session, at, coupon, ledger.coupon_revoked(whose, Money(minor=500)))
    async with database.reading() as session:
        assert [(at, entry.kind) for at, entry in await booked(session, "O-1")] == [
            (NOW, EntryKind.COUPON_ISSUED),
            (NOW, EntryKind.COUPON_REVOKED),
        ]
