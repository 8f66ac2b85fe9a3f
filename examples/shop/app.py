"""A shop that Redress can be connected to, written from docs/partners/ alone: its calls, and how it tells of news."""

import asyncio
import json
import secrets
import uuid
from datetime import UTC, datetime, timedelta
from functools import partial
from os import environ
from typing import Annotated

import httpx
from fastapi import BackgroundTasks, Depends, FastAPI, Header, HTTPException
from standardwebhooks import Webhook

from examples.shop.shop import Json, Shop

NEVER = 422


def create_app(shop: Shop, token: str, redress: str, secret: str) -> FastAPI:
    """`redress`: its address; `secret`: what webhooks are signed with."""

    def knows_token(authorization: Annotated[str, Header()] = "") -> None:
        if not secrets.compare_digest(authorization.encode(), f"Bearer {token}".encode()):
            raise HTTPException(401, "send the token that was agreed on")

    app = FastAPI(title="Corner Shop", dependencies=[Depends(knows_token)])
    app.state.shop = shop
    for kind in shop.opens:
        path = "/orders/{order_id:path}/changes" if kind == "changes" else f"/{kind}"
        app.post(path, status_code=201)(partial(shop.open, kind))
        app.get(path + "/{key}")(partial(shop.find, kind))
        app.post(path + "/{key}/{act}")(partial(shop.act, kind))
    app.get("/returns/{key}/send-back")(partial(shop.find, "send-back"))  # 404: nothing was sent back
    app.get("/orders/{key:path}")(partial(shop.find, "orders"))

    @app.post("/desk/returns/{key}/inspected")
    async def inspected(key: str, lines: list[Json], after: BackgroundTasks) -> None:
        """The shop's own people looked at what came back. Pieces that no line names are accepted."""
        asked = shop.asked["returns", key]
        about = {"reference": asked["reference"], "order_id": asked["order_id"]}
        after.add_task(tell, redress, secret, about | {"kind": "inspection", "payload": {"lines": lines}})

    return app


async def tell(redress: str, secret: str, notice: Json) -> None:
    """Again, with growing pauses and under the same id, until it is taken, or never will be."""
    notice_id, body, pause = f"msg_{uuid.uuid4().hex}", json.dumps(notice), 0.5
    async with httpx.AsyncClient(trust_env=False) as http:
        while True:
            at = datetime.now(UTC)
            headers = {
                "Content-Type": "application/json",
                "webhook-id": notice_id,
                "webhook-timestamp": str(int(at.timestamp())),
                "webhook-signature": Webhook(secret).sign(notice_id, at, body),
            }
            try:
                answer = await http.post(f"{redress}/v1/webhooks/merchant", content=body, headers=headers)
            except httpx.TransportError:
                answer = httpx.Response(503)
            if answer.is_success or answer.status_code == NEVER:
                return
            await asyncio.sleep(pause)
            pause = min(pause * 2, 60)


def demo(order_id: str = "CS-1") -> FastAPI:
    """One delivered order and a full shelf, for `uvicorn --factory examples.shop.app:demo`."""
    price, placed_at = {"minor": 12900, "currency": "CNY"}, datetime.now(UTC) - timedelta(days=3)
    cup = {"line_id": "L1", "sku": "CUP-1", "title": "A cup", "category": "home", "quantity": 1}
    cup |= {"unit_price": price, "paid": price}
    order = {"order_id": order_id, "merchant_id": "CS", "customer_id": "C-1", "status": "delivered"}
    order |= {"placed_at": placed_at.isoformat(), "lines": [cup], "total": price}
    redress = environ.get("REDRESS_URL", "http://127.0.0.1:8000"), environ.get("REDRESS_WEBHOOK_SECRET", "")
    return create_app(Shop([order], {"CUP-1": 5}), environ.get("SHOP_TOKEN", "sandbox"), *redress)
