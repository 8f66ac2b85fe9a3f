"""What a life costs in history events (docs/architecture.md, Temporal): durable steps are what the server's time goes into. Partners over HTTP."""

import asyncio
import io
import json
from collections import Counter
from typing import Any

from PIL import Image
from temporalio.api.enums.v1 import EventType

from benchmarks.partners import order_of
from benchmarks.redress import Redress, running_redress
from models.common.vocabulary import Role

STARS = {"speed": 5, "solution": 5, "attitude": 5}


async def clear_and_small(redress: Redress, number: int) -> str:
    """RES-10, from the opening to the archive: a lost parcel, refunded without a person, confirmed."""
    case_id = await redress.open("lost", number, kind="after_sales", issue="logistics.lost", wanted={"remedy": "refund_only"})
    await redress.reaches(case_id, wait="confirmation")
    await redress.act(case_id, Role.CUSTOMER, order_of("lost", number)[1], "confirm", rating=STARS)
    await redress.reaches(case_id, stage="closed")
    return case_id


async def sent_back(redress: Redress, number: int) -> str:
    """A damaged parcel: photo, proposal, counter, proposal, accepted, return, inspection, refund, survey."""
    customer = order_of("delivered", number)[1]
    photo = await redress.post("/v1/evidence", Role.CUSTOMER, customer, files={"file": ("photo.png", _photo())})
    case_id = await redress.open("delivered", number, kind="after_sales", issue="logistics.damaged", evidence=[photo["sha256"]])
    await redress.reaches(case_id, wait="answers")
    merchant = (await redress.look(case_id))["merchant_id"]
    await redress.act(case_id, Role.MERCHANT, merchant, "propose", options=_option("price_adjustment", 500))
    await redress.reaches(case_id, wait="choice")
    await redress.act(case_id, Role.CUSTOMER, customer, "counter", reason="It is of no use to me.", remedy="return_and_refund")
    await redress.reaches(case_id, wait="plan")
    await redress.act(case_id, Role.MERCHANT, merchant, "propose", options=_option("return_and_refund", 900))
    await redress.reaches(case_id, wait="choice")
    await redress.act(case_id, Role.CUSTOMER, customer, "accept", option=1)
    await _travels(redress, case_id, merchant)
    await redress.reaches(case_id, wait="confirmation")
    await redress.act(case_id, Role.CUSTOMER, customer, "confirm", rating=STARS)
    await redress.reaches(case_id, stage="closed")
    return case_id


async def _travels(redress: Redress, case_id: str, merchant: str) -> None:
    """With our label, to the merchant, who finds everything in order."""
    await redress.reaches(case_id, wait="return_shipping")
    back = (await redress.look(case_id))["remedies"][0]["return"]
    parcel = f"{redress.partners}/parcels/{back['label']['tracking']}/scans"
    for status, wait in (("in_transit", "return_transit"), ("delivered", "inspection")):
        (await redress.http.post(parcel, json={"status": status})).raise_for_status()
        await redress.reaches(case_id, wait=wait)
    lines = [{"line_id": line["line_id"], "accepted": line["quantity"]} for line in back["lines"]]
    await redress.post(f"/v1/cases/{case_id}/returns/m1/inspect", Role.MERCHANT, merchant, json={"lines": lines})


def _option(kind: str, minor: int) -> list[dict[str, Any]]:
    return [{"remedies": [{"kind": kind, "amount": {"minor": minor}}], "why": "As agreed."}]


def _photo() -> bytes:
    picture = io.BytesIO()
    Image.new("RGB", (64, 48), "maroon").save(picture, "PNG")
    return picture.getvalue()


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
        case_id = await sent_back(redress, 0)
        whole = await events(redress, case_id) + await events(redress, f"{case_id}.m1.return")
    return {"history events, refund without a person": small.total(), "history events, damaged and sent back": whole.total()}


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
