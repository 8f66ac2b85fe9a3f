"""What the shop decides. Whatever Redress asks for has a kind and a key: it is opened once, looked up, and acted on later."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from fastapi import HTTPException

Json = dict[str, Any]
ADDRESS = {"name": "Corner Shop, returns", "street": "8 Wangjiang Road", "city": "Hangzhou", "region": "CN-ZJ"}


@dataclass
class Refused(Exception):  # noqa: N818  # an answer, no error
    """What the shop does not do."""

    words: str
    code: str


class Shop:
    """Its shelf (pieces by article); what it was asked for, and how everything stands, orders too."""

    def __init__(self, orders: list[Json], shelf: dict[str, int]) -> None:
        self.shelf = Counter(shelf)
        self.asked: dict[tuple[str, str], Json] = {}
        self.known: dict[tuple[str, str], Json] = {("orders", order["order_id"]): order for order in orders}
        self.opens = {
            "changes": self.change,
            "returns": self.take_back,
            "reservations": self.reserve,
            "shipments": self.send,
            "repairs": self.repair,
            "statements": self.note,
            "recoveries": self.note,
        }
        self.acts = {
            ("undo", "pending"): self.undo,
            ("undo", "confirmed"): self.undo,
            ("send-back", "open"): self.send_back,
            ("renew", "reserved"): self.renew,
            ("release", "reserved"): self.release,
            ("stop", "preparing"): self.stop,
        }

    async def open(self, kind: str, body: Json) -> Json:
        """The same key again is answered with what became of it; with another body it is an error."""
        at = (kind, body["key"])
        if self.asked.setdefault(at, body) != body:
            raise HTTPException(409, "this key came with another request before")
        if at not in self.known:
            try:
                told = self.opens[kind](body)
            except Refused as refused:
                told = {"status": "refused", "refusal": refused.words, "refusal_code": refused.code}
            self.known[at] = {"key": body["key"], "order_id": body.get("order_id")} | told
        return self.known[at]

    async def find(self, kind: str, key: str) -> Json:
        """How it stands."""
        if (kind, key) not in self.known:
            raise HTTPException(404, f"{kind} has no {key}")
        return self.known[kind, key]

    async def act(self, kind: str, key: str, act: str, body: Json) -> Json:
        """What does not fit how it stands, or does not matter here, changes nothing."""
        if act == "undo":  # also of a change that never came: when it comes, it does nothing
            self.known.setdefault((kind, key), {"key": key, "order_id": body["order_id"], "status": "pending"})
        told = await self.find(kind, key)
        if do := self.acts.get((act, told.get("status", ""))):
            do(told, body)
        return told

    def order_with(self, lines: list[Json], body: Json) -> Json:
        """The order that is asked about, which has so many pieces of these lines."""
        order = self.known.get(("orders", body["order_id"]))
        if order is None or order["merchant_id"] != body["merchant_id"]:
            raise Refused(words="There is no such order.", code="unknown_order")
        pieces = {line["line_id"]: line["quantity"] for line in order["lines"]}
        if any(pieces.get(line["line_id"], 0) < line.get("quantity", 1) for line in lines):
            raise Refused(words="The order does not have these pieces.", code="unknown_line")
        return order

    def change(self, body: Json) -> Json:
        if body["kind"] != "cancel":
            raise Refused(words="Please cancel, and order again.", code="other")
        order = self.order_with(body["lines"], body)
        if order["status"] not in {"unpaid", "paid"}:
            raise Refused(words="It is on its way already.", code="too_late")
        after = self.known["orders", order["order_id"]] = without(body["lines"], order)
        return {"status": "confirmed", "total_before": order["total"], "order": after, "before": order}

    def undo(self, told: Json, _: Json) -> None:
        """Unless the order was changed again since."""
        now = self.known["orders", told["order_id"]]
        if told.get("order", now) is now:
            before = self.known["orders", told["order_id"]] = told.get("before", now)
            told.update(status="undone", order=before)

    def take_back(self, body: Json) -> Json:
        if self.order_with(body["lines"], body)["status"] != "delivered":
            raise Refused(words="The goods are not delivered yet.", code="not_delivered")
        return {"status": "open", "rma": f"RMA-{len(self.asked)}", "address": ADDRESS}

    def send_back(self, told: Json, _: Json) -> None:
        raise HTTPException(422, f"Please fetch the goods of {told['rma']} from the shop.")

    def reserve(self, body: Json) -> Json:
        """Held until they are sent or released."""
        self.order_with([], body)
        wanted = articles(body)
        if not wanted.keys() <= self.shelf.keys():
            raise Refused(words="We do not sell that.", code="unknown_article")
        if not wanted <= self.shelf:
            return {"status": "out_of_stock"}
        self.shelf.subtract(wanted)
        return {"status": "reserved", "until": body["until"]}

    def renew(self, told: Json, body: Json) -> None:
        told["until"] = body["until"]

    def release(self, told: Json, _: Json) -> None:
        self.shelf.update(articles(self.asked["reservations", told["key"]]))
        told["status"] = "released"

    def send(self, body: Json) -> Json:
        held = self.known.get(("reservations", body["reservation_key"]), {})
        if held.get("status") != "reserved":
            return {"status": "expired"}
        held["status"] = "used"
        return {"status": "preparing"}

    def stop(self, told: Json, _: Json) -> None:
        told["status"] = "stopped"
        self.release(self.known["reservations", self.asked["shipments", told["key"]]["reservation_key"]], {})

    def repair(self, _: Json) -> Json:
        raise Refused(words="We do not repair.", code="other")

    def note(self, _: Json) -> Json:
        """People read it, and answer by Redress's own API."""
        return {}


def articles(body: Json) -> Counter[str]:
    """How many pieces of which articles are to be set aside."""
    return sum((Counter({item["sku"]: item.get("quantity", 1)}) for item in body["items"]), Counter[str]())


def without(lines: list[Json], order: Json) -> Json:
    """The order without these pieces, each of which costs what was paid for it; cancelled as a whole, it keeps its lines."""
    gone = Counter({line["line_id"]: line.get("quantity", 1) for line in lines})
    kept: list[Json] = []
    for line in order["lines"]:
        pieces = line["quantity"] - gone[line["line_id"]]
        paid = line["paid"] | {"minor": line["paid"]["minor"] * pieces // line["quantity"]}
        kept += [line | {"quantity": pieces, "paid": paid}] if pieces else []
    less = sum(line["paid"]["minor"] for line in order["lines"]) - sum(line["paid"]["minor"] for line in kept)
    total = order["total"] | {"minor": order["total"]["minor"] - less}
    return order | ({"lines": kept, "total": total} if kept else {"status": "cancelled"})
