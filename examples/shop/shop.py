"""What the shop knows and decides: orders, a shelf, and everything that Redress asked for, by its key."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from fastapi import HTTPException
from fastapi.responses import JSONResponse, Response

from examples.shop.webhooks import Redress

Json = dict[str, Any]
ADDRESS = {
    "name": "Corner Shop, returns",
    "street": "8 Wangjiang Road",
    "city": "Hangzhou",
    "region": "CN-ZJ",
    "postcode": "310008",
}


class Shop:
    """What the shop knows: its orders, its shelf, and everything that was asked for, by its key."""

    def __init__(self, orders: list[Json], stock: dict[str, int], redress: Redress | None) -> None:
        self.orders = {order["order_id"]: order for order in orders}
        self.stock, self.redress = stock, redress
        self.asked: dict[tuple[str, str], Json] = {}
        self.answers: dict[tuple[str, str], Json] = {}
        self.tasks: set[asyncio.Task[None]] = set()

    def once(self, book: str, body: Json, make: Callable[[Json], Json], key: str | None = None) -> Response:
        """The same key again is answered with what became of it; with another body it is an error. `key`: unless it is the body's."""
        at = (book, key or body["key"])
        if at in self.asked and self.asked[at] != body:
            raise HTTPException(409, "this key came with another request before")
        if at in self.answers:
            return JSONResponse(self.answers[at])
        self.asked[at] = body
        self.answers[at] = make(body)
        return JSONResponse(self.answers[at], 201)

    def known(self, book: str, key: str) -> Json:
        if (book, key) not in self.answers:
            raise HTTPException(404, f"there is no {book} {key}")
        return self.answers[book, key]

    def tell(self, kind: str, reference: str, order_id: str, payload: Json) -> None:
        if self.redress is not None:
            task = asyncio.create_task(self.redress.tell(kind, reference, order_id, payload))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    def refusal(self, body: Json, lines: list[Json]) -> Json | None:
        """Why these pieces of the order cannot be what is asked for, whatever that is."""
        order = self.orders.get(body["order_id"])
        if order is None or order["merchant_id"] != body["merchant_id"]:
            return no("There is no such order.", "unknown_order")
        has = {line["line_id"]: line["quantity"] for line in order["lines"]}
        if any(has.get(line["line_id"], 0) < line.get("quantity", 1) for line in lines):
            return no("The order does not have these pieces.", "unknown_line")
        return None

    def change(self, body: Json) -> Json:
        told = {"key": body["key"], "order_id": body["order_id"]}
        named = [*body.get("lines", []), *body.get("items", [])]
        order, refusal = self.orders[body["order_id"]], self.refusal(body, named)
        if refusal is None and order["status"] not in {"unpaid", "paid"}:
            refusal = no("It is on its way already.", "too_late")
        if refusal is None and body["kind"] not in {"cancel", "quantities"}:
            refusal = no("Please cancel, and order again.", "other")
        if refusal is not None:
            return told | refusal
        after = with_fewer(order, body) if body["kind"] == "cancel" else with_quantities(order, body["quantities"])
        self.asked["before", body["key"]], self.orders[body["order_id"]] = order, after
        return told | {"status": "confirmed", "total_before": order["total"], "order": after}

    def undo(self, order_id: str, key: str) -> Json:
        """Also of a key that never came: what comes later under it then does nothing."""
        told = self.answers.get(("change", key), {"key": key, "order_id": order_id, "status": "pending"})
        if told["status"] in {"pending", "confirmed"}:
            self.orders[order_id] = self.asked.pop(("before", key), self.orders[order_id])
            told = {"key": key, "order_id": order_id, "status": "undone", "order": self.orders[order_id]}
        self.answers["change", key] = told
        return told

    def take_back(self, body: Json) -> Json:
        refusal = self.refusal(body, body["lines"])
        if refusal is None and self.orders[body["order_id"]]["status"] != "delivered":
            refusal = no("The goods are not delivered yet.", "not_delivered")
        return {"key": body["key"]} | (refusal or {"status": "open", "rma": f"RMA-{len(self.answers) + 1}", "address": ADDRESS})

    def variants(self, order: Json, line_id: str) -> list[Json]:
        """Articles whose number begins like the line's own: CUP-1, CUP-1-BLUE. Each costs what the line did."""
        line = next((line for line in order["lines"] if line["line_id"] == line_id), None)
        if line is None:
            raise HTTPException(404, f"there is no line {line_id}")
        same = [sku for sku in self.stock if sku.startswith(line["sku"])]
        return [{"sku": sku, "title": sku, "price": line["unit_price"], "available": self.stock[sku]} for sku in same]

    def reserve(self, body: Json) -> Json:
        refusal = self.refusal(body, [{"line_id": item["line_id"], "quantity": 0} for item in body["items"]])
        if refusal is None and any(item["sku"] not in self.stock for item in body["items"]):
            refusal = no("We do not sell that.", "unknown_article")
        if refusal is not None:
            return {"key": body["key"]} | refusal
        if any(self.stock[item["sku"]] < item["quantity"] for item in body["items"]):
            return {"key": body["key"], "status": "out_of_stock"}
        self.shelve(body["items"], -1)
        return {"key": body["key"], "status": "reserved", "until": body["until"]}

    def shelve(self, items: list[Json], sign: int) -> None:
        for item in items:
            self.stock[item["sku"]] += sign * item["quantity"]

    def reservation(self, key: str) -> Json:
        told = self.known("reservation", key)
        if told["status"] == "reserved" and datetime.fromisoformat(told["until"]) <= datetime.now(UTC):
            self.shelve(self.asked["reservation", key]["items"], +1)
            told["status"] = "expired"
        return told

    def release(self, key: str) -> Json:
        """The goods are back on the shelf, unless they were already or are packed."""
        told = self.reservation(key)
        if told["status"] == "reserved":
            self.shelve(self.asked["reservation", key]["items"], +1)
            told["status"] = "released"
        return told

    def send(self, body: Json) -> Json:
        held = self.reservation(body["reservation_key"])
        if held["status"] != "reserved":
            return {"key": body["key"], "status": "expired"}
        held["status"] = "used"
        return {"key": body["key"], "status": "preparing"}

    def stop(self, key: str) -> Json:
        told = self.known("shipment", key)
        if told["status"] == "preparing":
            told["status"] = "stopped"
            packed = self.asked["shipment", key]["reservation_key"]
            self.known("reservation", packed)["status"] = "released"
            self.shelve(self.asked["reservation", packed]["items"], +1)
        return told


def no(words: str, code: str) -> Json:
    return {"status": "refused", "refusal": words, "refusal_code": code}


def with_quantities(order: Json, wanted: list[Json]) -> Json:
    """The order with other numbers of pieces: each costs what was paid for it; a line without any is gone."""
    number = {line["line_id"]: line["quantity"] for line in wanted}
    lines: list[Json] = []
    for line in order["lines"]:
        pieces = number.get(line["line_id"], line["quantity"])
        paid = line["paid"]["minor"] * pieces // line["quantity"]
        lines += [line | {"quantity": pieces, "paid": line["paid"] | {"minor": paid}}] if pieces else []
    freight = (order.get("freight") or {"minor": 0})["minor"]
    total = order["total"] | {"minor": freight + sum(line["paid"]["minor"] for line in lines)}
    return order | {"lines": lines, "total": total}


def with_fewer(order: Json, body: Json) -> Json:
    """Cancelled pieces are gone; cancelled as a whole, the order has the status and keeps its lines."""
    gone = {line["line_id"]: line.get("quantity", 1) for line in body["lines"]}
    left = [{**line, "quantity": line["quantity"] - gone.get(line["line_id"], 0)} for line in order["lines"]]
    return with_quantities(order, left) if any(line["quantity"] for line in left) else order | {"status": "cancelled"}
