"""A shop that Redress can be connected to, written from docs/partners/ alone: in memory, with nothing of Redress in it.

It cancels and changes what is not sent, takes back what was delivered, reserves, sends, and tells by signed webhooks. README.md says how to run it.
"""

import secrets
from datetime import UTC, datetime, timedelta
from os import environ
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException, Request
from fastapi.responses import JSONResponse, Response

from examples.shop.shop import Json, Shop, no
from examples.shop.webhooks import Redress


def shop_of(request: Request, authorization: Annotated[str, Header()] = "") -> Shop:
    if not secrets.compare_digest(authorization.encode(), f"Bearer {request.app.state.token}".encode()):
        raise HTTPException(401, "send the token that was agreed on")
    return request.app.state.shop


async def body_of(request: Request, idempotency_key: Annotated[str, Header()]) -> Json:
    """Fields that are not known here are ignored. What opens something has a reference, and its key in the body, too."""
    body: Json = await request.json()
    if "reference" in body and body["key"] != idempotency_key:
        raise HTTPException(422, "the Idempotency-Key and the body's key differ")
    return body


ShopOf = Annotated[Shop, Depends(shop_of)]
Asked = Annotated[Json, Depends(body_of)]
routes = APIRouter()


@routes.get("/orders/{order_id:path}/variants")
async def variants(order_id: str, line_id: str, shop: ShopOf) -> Json:
    return {"order_id": order_id, "line_id": line_id, "variants": shop.variants(await order(order_id, shop), line_id)}


@routes.post("/orders/{order_id:path}/changes")
async def change(order_id: str, asked: Asked, shop: ShopOf) -> Response:
    await order(order_id, shop)
    return shop.once("change", asked, shop.change)


@routes.get("/orders/{order_id:path}/changes/{key}")
async def change_by_key(order_id: str, key: str, shop: ShopOf) -> Json:
    await order(order_id, shop)
    return shop.known("change", key)


@routes.post("/orders/{order_id:path}/changes/{key}/undo", dependencies=[Depends(body_of)])
async def undo_change(order_id: str, key: str, shop: ShopOf) -> Json:
    await order(order_id, shop)
    return shop.undo(order_id, key)


@routes.get("/orders/{order_id:path}")
async def order(order_id: str, shop: ShopOf) -> Json:
    if order_id not in shop.orders:
        raise HTTPException(404, f"there is no order {order_id}")
    return shop.orders[order_id]


@routes.post("/statements", status_code=202)
async def ask(asked: Asked, shop: ShopOf) -> None:
    shop.once("statement", asked, lambda _: {})


@routes.post("/recoveries")
async def recover(asked: Asked, shop: ShopOf) -> Response:
    shop.once("recovery", asked, lambda _: {"key": asked["key"]})
    return JSONResponse({"key": asked["key"]}, 202)


@routes.get("/recoveries/{key}")
async def recovery_by_key(key: str, shop: ShopOf) -> Json:
    return shop.known("recovery", key)


@routes.post("/returns")
async def open_return(asked: Asked, shop: ShopOf) -> Response:
    return shop.once("return", asked, shop.take_back)


@routes.post("/returns/{key}/cancel", status_code=202, dependencies=[Depends(body_of)])
async def cancel_return(key: str, shop: ShopOf) -> None:
    shop.known("return", key)


@routes.post("/returns/{key}/send-back")
async def send_back(key: str, asked: Asked, shop: ShopOf) -> Response:
    shop.known("return", key)
    return shop.once("send-back", asked, lambda _: {"key": asked["key"]} | no("We keep nothing here.", "other"), key)


@routes.get("/returns/{key}/send-back")
async def sent_back(key: str, shop: ShopOf) -> Json:
    return shop.known("send-back", key)


@routes.post("/reservations")
async def reserve(asked: Asked, shop: ShopOf) -> Response:
    return shop.once("reservation", asked, shop.reserve)


@routes.get("/reservations/{key}")
async def reservation_by_key(key: str, shop: ShopOf) -> Json:
    return shop.reservation(key)


@routes.post("/reservations/{key}/renew")
async def renew(key: str, asked: Asked, shop: ShopOf) -> Json:
    told = shop.reservation(key)
    told.update({"until": asked["until"]} if told["status"] == "reserved" else {})
    return told


@routes.post("/reservations/{key}/release", dependencies=[Depends(body_of)])
async def release(key: str, shop: ShopOf) -> Json:
    return shop.release(key)


@routes.post("/shipments")
async def dispatch(asked: Asked, shop: ShopOf) -> Response:
    return shop.once("shipment", asked, shop.send)


@routes.get("/shipments/{key}")
async def shipment_by_key(key: str, shop: ShopOf) -> Json:
    return shop.known("shipment", key)


@routes.post("/shipments/{key}/stop", dependencies=[Depends(body_of)])
async def stop(key: str, shop: ShopOf) -> Json:
    return shop.stop(key)


@routes.post("/repairs")
async def repair(asked: Asked, shop: ShopOf) -> Response:
    return shop.once("repair", asked, lambda _: {"key": asked["key"]} | no("We do not repair.", "other"))


@routes.get("/repairs/{key}")
@routes.post("/repairs/{key}/decision")
async def repair_by_key(key: str, shop: ShopOf) -> Json:
    return shop.known("repair", key)


@routes.post("/desk/returns/{key}/inspected")
async def inspected(key: str, lines: list[Json], shop: ShopOf) -> None:
    """The shop's own people: what came back was looked at. Pieces that no line names are accepted."""
    asked = shop.asked["return", key]
    shop.tell("inspection", asked["reference"], asked["order_id"], {"lines": lines})


def create_app(orders: list[Json], stock: dict[str, int], token: str, redress: Redress | None = None) -> FastAPI:
    app = FastAPI(title="Corner Shop")
    app.state.shop, app.state.token = Shop(orders, stock, redress), token
    app.include_router(routes)
    return app


def demo(order_id: str = "CS-1") -> FastAPI:
    """One delivered order and a full shelf, for `uvicorn --factory examples.shop.app:demo`."""
    at = datetime.now(UTC) - timedelta(days=3)
    price = {"minor": 12900, "currency": "CNY"}
    line = {
        "line_id": "L1",
        "sku": "CUP-1",
        "title": "A cup",
        "category": "home",
        "quantity": 1,
        "unit_price": price,
        "paid": price,
    }
    order = {"order_id": order_id, "merchant_id": "CS", "customer_id": "C-1", "status": "delivered", "lines": [line]}
    order |= {"placed_at": at.isoformat(), "total": price, "freight": {"minor": 0, "currency": "CNY"}}
    url, secret = environ.get("REDRESS_URL"), environ.get("REDRESS_WEBHOOK_SECRET")
    return create_app(
        [order], {"CUP-1": 5}, environ.get("SHOP_TOKEN", "sandbox"), Redress(url, secret) if url and secret else None
    )
