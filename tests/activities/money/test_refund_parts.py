"""Money is set aside before any provider is asked, and never twice (RES-5, RES-10)."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import select

from activities.case.records import RecordsActivities
from adapters.database.engine import Database
from models.case.activities import BooksSeen, Projection, RefundIntent
from models.common.base import Money
from models.common.lines import LineQuantity
from models.common.partners import RefundTo
from models.common.vocabulary import RefundStatus, RemedyKind
from models.policy.policy import Policy
from models.remedies.remedy import RefundPart, Remedy
from models.tables.money import RefundPartRow
from rules.money.worth import books_seen
from rules.notifications.texts import texts
from settings import Settings
from tests.support.builders.cases import NOW, case, receipt
from tests.support.builders.orders import line, order, payment, refund
from tests.support.builders.refund_intents import CARD, WALLET, intent


async def follow(records: RecordsActivities, parts: tuple[RefundPart, ...], **remedy: object) -> None:
    """Save a case whose refund has come that far."""
    refund = Remedy(id="m1", kind=RemedyKind.REFUND_ONLY, parts=parts).model_copy(update=remedy)
    await records.save_case(Projection(state=case(remedies=(refund,)), at=NOW))


def moved(part: RefundPart, state: RefundStatus, **change: object) -> RefundPart:
    return part.model_copy(update={"refund_status": state, **change})


async def book(database: Database) -> dict[str, tuple[int, str]]:
    async with database.reading() as session:
        rows = (await session.exec(select(RefundPartRow))).all()
    return {row.key: (row.amount_minor, row.refund_status) for row in rows}


async def test_a_refund_goes_back_over_the_payments_in_their_order(records: RecordsActivities) -> None:
    plan = await records.intend_refund(intent(minor=7_500))
    assert [(part.key, part.payment_id, part.amount.minor) for part in plan.parts] == [
        ("RD-1.m1.1.1", "P-1", 6_000),
        ("RD-1.m1.1.2", "P-2", 1_500),
    ]
    assert (plan.left.minor, plan.denied) == (2_500, None)


async def test_the_same_refund_intended_twice_is_set_aside_once(records: RecordsActivities, database: Database) -> None:
    first, second = await records.intend_refund(intent(minor=7_500)), await records.intend_refund(intent(minor=7_500))
    assert first == second
    assert sum(minor for minor, _ in (await book(database)).values()) == 7_500


async def test_twenty_cases_at_once_in_two_workers_never_give_back_more_than_was_paid(
    records: RecordsActivities, database: Database, database_settings: Settings, policy: Policy
) -> None:
    elsewhere = Database(database_settings)
    workers = (records, RecordsActivities(elsewhere, texts(policy.zone), policy))
    plans = await asyncio.gather(*(workers[number % 2].intend_refund(intent(f"RD-{number}", 1_500)) for number in range(20)))
    await elsewhere.aclose()
    assert sum(plan.denied is None for plan in plans) == 6
    assert {plan.denied for plan in plans} == {None, "not_enough_left"}
    booked = await book(database)
    assert sum(minor for minor, _ in booked.values()) == 9_000
    on_the_wallet = [part for plan in plans for part in plan.parts if part.payment_id == "P-1"]
    assert sum(part.amount.minor for part in on_the_wallet) == 6_000


async def test_the_same_intent_sent_many_times_at_once_is_one(records: RecordsActivities, database: Database) -> None:
    plans = await asyncio.gather(*(records.intend_refund(intent(minor=3_000)) for _ in range(10)))
    assert all(plan.parts == plans[0].parts for plan in plans)
    assert await book(database) == {"RD-1.m1.1.1": (3_000, "pending")}


async def test_too_little_left_is_said_with_what_is_left(records: RecordsActivities) -> None:
    await records.intend_refund(intent("RD-1", 9_000))
    plan = await records.intend_refund(intent("RD-2", 1_001))
    assert (plan.parts, plan.left.minor, plan.denied) == ((), 1_000, "not_enough_left")


async def test_a_refund_in_another_currency_than_the_payment_is_refused(records: RecordsActivities) -> None:
    plan = await records.intend_refund(intent(payments=(payment(payment_id="P-1", amount=Money(minor=9_000, currency="EUR")),)))
    assert (plan.parts, plan.denied) == ((), "other_currency")


async def test_a_refused_part_is_free_again_and_a_second_attempt_asks_for_no_more_than_it(
    records: RecordsActivities, database: Database
) -> None:
    first = await records.intend_refund(intent(minor=7_500))
    wallet, card = first.parts
    arrived, refused = (
        moved(wallet, RefundStatus.ARRIVED, refund_id="R-1"),
        moved(card, RefundStatus.FAILED, refusal="card closed"),
    )
    await follow(records, (arrived, refused))

    second = await records.intend_refund(intent(minor=7_500, attempt=2))
    assert [(part.key, part.amount.minor) for part in second.parts] == [("RD-1.m1.1.1", 6_000), ("RD-1.m1.2.1", 1_500)]
    assert await records.intend_refund(intent(minor=7_500, attempt=2)) == second
    assert await book(database) == {
        "RD-1.m1.1.1": (6_000, "arrived"),
        "RD-1.m1.1.2": (1_500, "failed"),
        "RD-1.m1.2.1": (1_500, "pending"),
    }


async def test_a_refused_refund_that_was_paid_another_way_is_not_given_again(records: RecordsActivities) -> None:
    (part,) = (await records.intend_refund(intent(minor=6_000))).parts
    await follow(records, (moved(part, RefundStatus.FAILED),), refund_status=RefundStatus.ARRIVED, done_at=NOW)
    assert (await records.intend_refund(intent("RD-2", 4_001))).denied == "not_enough_left"


async def test_the_books_only_go_forward(records: RecordsActivities, database: Database) -> None:
    (part,) = (await records.intend_refund(intent(minor=1_000))).parts
    for state in (RefundStatus.ARRIVED, RefundStatus.PENDING, RefundStatus.REQUESTED, RefundStatus.FAILED):
        await follow(records, (moved(part, state),))
    assert await book(database) == {part.key: (1_000, "arrived")}


async def test_a_customers_third_automatic_refund_of_the_day_waits_for_a_person(records: RecordsActivities) -> None:
    for number in (1, 2):
        assert (await records.intend_refund(intent(f"RD-{number}", 100, automatic=True))).denied is None
    assert (await records.intend_refund(intent("RD-3", 100, automatic=True))).denied == "automatic_cap_customer"
    assert (await records.intend_refund(intent("RD-2", 100, automatic=True))).denied is None  # the same one asked again
    assert (await records.intend_refund(intent("RD-4", 100))).denied is None  # a person decided
    assert (await records.intend_refund(intent("RD-5", 100, automatic=True, customer_id="C-2"))).denied is None
    tomorrow = NOW + timedelta(hours=24)
    assert (await records.intend_refund(intent("RD-6", 100, automatic=True, at=tomorrow))).denied is None


async def test_the_days_total_of_automatic_refunds_holds_over_all_orders_at_once(
    records: RecordsActivities, database: Database
) -> None:
    intents = [
        intent(f"RD-{number}", 1_200, automatic=True, order_id=f"O-{number}", customer_id=f"C-{number}") for number in range(12)
    ]
    plans = await asyncio.gather(*(records.intend_refund(each) for each in intents))
    assert sum(plan.denied is None for plan in plans) == 4
    assert {plan.denied for plan in plans} == {None, "automatic_cap_day"}
    assert len(await book(database)) == 4


async def test_the_days_total_counts_every_currency_by_what_it_is_worth(database: Database, policy: Policy) -> None:
    records = RecordsActivities(database, texts(policy.zone), policy.model_copy(update={"rates": {"EUR": Decimal(8)}}))

    def asked(number: int, minor: int, currency: str) -> RefundIntent:
        paid = payment(minor=9_000, currency=currency, payment_id=f"P-{number}")
        sum_ = Money(minor=minor, currency=currency)
        return intent(
            f"RD-{number}",
            automatic=True,
            amount=sum_,
            payments=(paid,),
            order_id=f"O-{number}",
            customer_id=f"C-{number}",
        )

    plans = [
        await records.intend_refund(asked(number, minor, currency))
        for number, (minor, currency) in enumerate([(500, "EUR"), (1_001, "CNY"), (126, "EUR"), (1_000, "CNY"), (10, "KWD")])
    ]
    over = "automatic_cap_day"
    assert [plan.denied for plan in plans] == [None, over, over, None, over]


async def test_dinars_are_set_aside_in_tens_of_fils(records: RecordsActivities) -> None:
    paid = payment(minor=10_000, currency="KWD", payment_id="P-1")
    plan = await records.intend_refund(intent(amount=Money(minor=3_333, currency="KWD"), payments=(paid,)))
    assert [(part.payment_id, part.amount.minor) for part in plan.parts] == [("P-1", 3_330), ("P-1", 3)]
    assert len({part.key for part in plan.parts}) == 2
    to_balance = intent("RD-2", amount=Money(minor=1_111, currency="KWD"), payments=(paid,), to=RefundTo.BALANCE)
    assert [part.amount.minor for part in (await records.intend_refund(to_balance)).parts] == [1_111]


async def test_no_more_than_the_agreed_share_of_the_days_cases_resolves_without_a_person(records: RecordsActivities) -> None:
    for number in range(1, 5):
        opened = case(receipt=receipt(case_id=f"RD-{number}", received_at=NOW - timedelta(hours=number)))
        await records.save_case(Projection(state=opened, at=NOW))
    share: dict[str, Any] = {"automatic": True, "max_automatic_share_a_day": 0.5, "automatic_share_from": 4, "minor": 100}
    plans = [
        await records.intend_refund(intent(f"RD-{number}", order_id=f"O-{number}", customer_id=f"C-{number}", **share))
        for number in range(1, 4)
    ]
    assert [plan.denied for plan in plans] == [None, None, "automatic_cap_share"]
    few = {**share, "automatic_share_from": 5}
    assert (await records.intend_refund(intent("RD-4", order_id="O-4", customer_id="C-4", **few))).denied is None


async def test_a_case_without_a_row_yet_is_one_of_the_days_cases(records: RecordsActivities) -> None:
    every: dict[str, Any] = {"automatic": True, "max_automatic_share_a_day": 1, "automatic_share_from": 0, "minor": 100}
    asked = [intent(f"RD-{number}", order_id=f"O-{number}", customer_id=f"C-{number}", **every) for number in range(1, 3)]
    assert [(await records.intend_refund(one)).denied for one in asked] == [None, None]


async def test_what_was_refunded_outside_since_it_was_agreed_on_is_looked_at_by_a_person_first(
    records: RecordsActivities,
) -> None:
    outside = WALLET.model_copy(update={"refunds": (refund(1_000, payment_id="P-1"),)})
    await records.intend_refund(intent("RD-0", 100, payments=(outside, CARD)))  # as the nightly comparison books it
    seen = BooksSeen()
    assert (await records.intend_refund(intent("RD-1", 1_000, seen=seen))).denied == "refunded_outside"
    assert (await records.intend_refund(intent("RD-1", 1_000, seen=seen, attempt=2))).denied is None, "a person tried again"
    known = BooksSeen(outside=("R-elsewhere",))
    assert (await records.intend_refund(intent("RD-2", 1_000, seen=known))).denied is None


@pytest.mark.parametrize(("minor", "denied"), [(4_000, None), (4_001, "given_elsewhere")])
async def test_what_another_case_gave_for_the_same_goods_meanwhile_is_not_given_on_top(
    records: RecordsActivities, minor: int, denied: str | None
) -> None:
    bought = order("O-1", line("L1", minor=6_000), line("L2", minor=4_000))
    first = await records.intend_refund(intent("RD-1", 2_000))
    gave = Remedy(
        id="m1", kind=RemedyKind.REFUND_ONLY, amount=Money(minor=2_000), lines=(LineQuantity(line_id="L1"),), parts=first.parts
    )
    await records.save_case(Projection(state=case(order=bought, order_id="O-1", remedies=(gave,)), at=NOW))
    seen = books_seen(case(case_id="RD-2", order=bought), gave)
    assert (await records.intend_refund(intent("RD-2", minor, seen=seen))).denied == denied
