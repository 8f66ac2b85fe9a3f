"""What a life costs in history events (docs/architecture.md, Temporal): durable steps are what the server's time goes into. Partners over HTTP."""

import asyncio
import json
from collections import Counter
from typing import Any

from temporalio.api.enums.v1 import EventType

from benchmarks.partners import order_of
from benchmarks.redress import Redress, running_redress
from models.vocabulary import Role

STARS = {"speed": 5, "solution": 5, "attitude": 5}
PHOTO = bytes.fromhex("89504e470d0a1a0a0000000d4948445200000001000000010806000000")


async def clear_and_small(redress: Redress, number: int) -> str:
    """RES-10, from the opening to the archive: a lost parcel, refunded without a person, confirmed."""
    case_id = await redress.open("lost", number, kind="after_sales", issue="logistics.lost", wanted={"remedy": "refund_only"})
    await redress.reaches(case_id, wait="confirmation")
    await redress.act(case_id, Role.CUSTOMER, order_of("lost", number)[1], "confirm", rating=STARS)
    await redress.reaches(case_id, stage="closed")
    return case_id


async def negotiated(redress: Redress, number: int) -> str:
    """A damaged parcel: evidence, the merchant's word, proposal, counter, proposal, accepted, refund, survey."""
    customer = order_of("delivered", number)[1]
    photo = await redress.post("/v1/evidence", Role.CUSTOMER, customer, files={"file": ("photo.png", PHOTO)})
    case_id = await redress.open(
        "delivered", number, kind="after_sales", issue="product.quality_defect", evidence=[photo["sha256"]]
    )
    await redress.reaches(case_id, wait="answers")
    view = (await redress.http.get(f"/v1/cases/{case_id}", headers=redress.headers(Role.SUPERVISOR, "sun"))).json()
    merchant = view["merchant_id"]
    asked = next(request for request in view["requests"] if request["of"] == "merchant")
    await redress.act(case_id, Role.MERCHANT, merchant, "answer", request_id=asked["id"], words="It was us.", admits=True)
    await redress.reaches(case_id, wait="plan")
    await redress.act(case_id, Role.MERCHANT, merchant, "propose", options=_refund(500))
    await redress.reaches(case_id, wait="choice")
    await redress.act(case_id, Role.CUSTOMER, customer, "counter", reason="A little more.", amount={"minor": 900})
    await redress.reaches(case_id, wait="plan")
    await redress.act(case_id, Role.MERCHANT, merchant, "propose", options=_refund(900))
    await redress.reaches(case_id, wait="choice")
    await redress.act(case_id, Role.CUSTOMER, customer, "accept", option=1)
    await redress.reaches(case_id, wait="confirmation")
    await redress.act(case_id, Role.CUSTOMER, customer, "confirm", rating=STARS)
    await redress.reaches(case_id, stage="closed")
    return case_id


def _refund(minor: int) -> list[dict[str, Any]]:
    return [{"remedies": [{"kind": "refund_only", "amount": {"minor": minor}}], "why": "As agreed."}]


async def events(redress: Redress, case_id: str) -> Counter[str]:
    """Its history by the kind of event; without prefixes, as `ACTIVITY_TASK_SCHEDULED`."""
    history = await redress.client.get_workflow_handle(case_id).fetch_history()
    return Counter(EventType.Name(event.event_type).removeprefix("EVENT_TYPE_") for event in history.events)


def measure() -> dict[str, float]:
    """Events by life."""
    return asyncio.run(_measure())


async def _measure() -> dict[str, float]:
    async with running_redress(orders=5) as redress:
        small = await events(redress, await clear_and_small(redress, 0))
        long = await events(redress, await negotiated(redress, 0))
    return {"history events, refund without a person": small.total(), "history events, damaged, negotiated": long.total()}


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
