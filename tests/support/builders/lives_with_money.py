"""How cases live in which money, coupons and words move, played over HTTP by their people. Each ends by looking into the partners' books."""

from typing import Any

from sqlmodel import col, select

from models.common.vocabulary import MessageChannel, Role
from models.tables.case import MessageRow
from tests.support.processes.shop import Case


async def agreed(case: Case, *remedies: dict[str, Any]) -> None:
    """The merchant takes responsibility; a supervisor proposes, the customer accepts."""
    await case.reaches("plan", "answers", "finding")
    await case.act(Role.SUPERVISOR, "take")
    await case.act(Role.SUPERVISOR, "propose", options=[{"remedies": [*remedies], "why": "as agreed"}])
    await case.reaches("choice")
    await case.act(Role.CUSTOMER, "accept", option=1)


async def over(case: Case) -> None:
    """The customer is content."""
    await case.reaches("confirmation")
    await case.act(Role.CUSTOMER, "confirm")
    await case.closed()


async def refunded_at_once(case: Case) -> None:
    await over(case)
    (refund,) = await case.shop.books("refunds", reference=case.case_id)
    assert refund["status"] == "arrived"
    await recovered(case)
    await told(case)


async def recovered(case: Case) -> None:
    """Whoever was responsible pays what is claimed, once."""
    claim = await case.seen(f"/v1/claims/{case.case_id}.claim.1", lambda claim: claim["status"] == "settled")
    assert claim["recovered"] == claim["claimed"]
    messages = await case.shop.books("claims", reference=f"{case.case_id}.claim.1")
    assert [message["move"] for message in messages] == ["open"]


async def outbox_of(case: Case) -> list[MessageRow]:
    """What is to be sent to the customer, and what became of it."""
    mine = (MessageRow.case_id == case.case_id, MessageRow.channel != MessageChannel.INBOX)
    async with case.shop.database.reading() as session:
        return list((await session.exec(select(MessageRow).where(*mine).order_by(col(MessageRow.id)))).all())


async def told(case: Case) -> None:
    """What was written for the customer arrives, each message once, whatever the provider met; none to which there is no address."""

    async def all_dealt_with() -> bool:
        return all(row.state != "waiting" for row in await outbox_of(case))

    await case.shop.until(all_dealt_with, "all messages sent")
    sent = {f"m-{row.id}": row.body for row in await outbox_of(case) if row.state == "sent"}
    assert sent
    taken = {message["key"]: message["body"] for message in await case.shop.books("messages") if message["key"] in sent}
    assert taken == sent


async def found(case: Case, party: str) -> None:
    """That party takes responsibility; it was asked once."""
    row = f"{party}-admits"
    await case.seen(f"/v1/cases/{case.case_id}", lambda view: view["finding"] is not None and view["finding"]["row"] == row)
    (question,) = await case.shop.books("statements", reference=case.case_id)
    assert (question["partner"], question["recipient"]) == (party, case.order[f"{party}_id"])


async def given_a_coupon(case: Case) -> None:
    await found(case, "merchant")
    await agreed(case, coupon_of(case))
    await over(case)
    (coupon,) = await case.shop.books("coupons", reference=case.case_id)
    assert coupon["status"] == "issued"
    await recovered(case)


def coupon_of(case: Case) -> dict[str, Any]:
    return {"kind": "coupon", "amount": {"minor": 1_000, "currency": case.order["total"]["currency"]}}


async def changed(case: Case) -> None:
    await case.reaches("charge")
    await case.paid()
    await over(case)
    (change,) = await case.shop.books("order_changes", order_id=case.order["order_id"])
    assert change["status"] in {"pending", "confirmed"}
    assert (await case.lines())[0]["quantity"] == change["request"]["quantities"][0]["quantity"]


async def not_changed(case: Case) -> None:
    """The customer does not want to pay for more."""
    await case.until(lambda row: (row.waiting_for, row.waiting_on) == ("charge", "customer"), "the customer's payment")
    await case.act(Role.CUSTOMER, "withdraw")
    await case.closed()
    (change,) = await case.shop.books("order_changes", order_id=case.order["order_id"])
    (charge,) = await case.shop.books("charges", order_id=case.order["order_id"])
    assert (change["status"], charge["status"]) == ("undone", "cancelled")
    assert (await case.lines())[0]["quantity"] == case.order["lines"][0]["quantity"]
