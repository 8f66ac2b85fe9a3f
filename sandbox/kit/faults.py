"""Faults on demand (docs/sandbox.md): `PUT /faults` says which partner's call goes wrong, how, and how many times."""

import asyncio
import re
from collections.abc import Callable, Coroutine
from enum import StrEnum
from itertools import count
from typing import Any, Final

from fastapi import HTTPException, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from models.common.partner_registry import Partner
from sandbox.kit.books import Books


class Call(StrEnum):
    """The calls of the contracts, by the names of `adapters/partners/protocols.py`."""

    ORDER = "order"
    VARIANTS = "variants"
    SHIPMENTS = "shipments"
    PAYMENTS = "payments"
    REFUND = "refund"
    REFUND_BY_KEY = "refund_by_key"
    ASK = "ask"
    ISSUE_COUPON = "issue_coupon"
    COUPON_BY_KEY = "coupon_by_key"
    REVOKE_COUPON = "revoke_coupon"
    CLAIM = "claim"
    CLAIM_BY_KEY = "claim_by_key"
    RECOVER = "recover"
    RECOVERY_BY_KEY = "recovery_by_key"
    SEND = "send"
    OPEN_RETURN = "open_return"
    CANCEL_RETURN = "cancel_return"
    BOX = "box"
    SEND_BACK = "send_back"
    SENT_BACK = "sent_back"
    LABEL = "label"
    LABEL_BY_KEY = "label_by_key"
    VOID_LABEL = "void_label"
    PICKUP = "pickup"
    PICKUP_BY_KEY = "pickup_by_key"
    MOVE_PICKUP = "move_pickup"
    CANCEL_PICKUP = "cancel_pickup"
    PARCEL = "parcel"
    RESERVE = "reserve"
    RESERVATION_BY_KEY = "reservation_by_key"
    RENEW = "renew"
    RELEASE = "release"
    DISPATCH = "dispatch"
    DISPATCH_BY_KEY = "dispatch_by_key"
    STOP_DISPATCH = "stop_dispatch"
    REPAIR = "repair"
    REPAIR_BY_KEY = "repair_by_key"
    DECIDE = "decide"
    CHANGE = "change"
    CHANGE_BY_KEY = "change_by_key"
    UNDO_CHANGE = "undo_change"
    CHARGE = "charge"
    CHARGE_BY_KEY = "charge_by_key"
    CANCEL_CHARGE = "cancel_charge"
    CHARGEBACKS = "chargebacks"
    CHARGEBACK = "chargeback"
    ANSWER_CHARGEBACK = "answer_chargeback"


class Fault(StrEnum):
    """What goes wrong. Those of `quiet()` let the call be answered as ever, and change what comes of it."""

    TIMEOUT_BEFORE = "timeout_before"
    TIMEOUT_AFTER = "timeout_after"
    ERROR_500 = "error_500"
    TOO_MANY_429 = "too_many_429"
    GARBAGE = "garbage"
    SLOW = "slow"
    HOLD = "hold"
    """Waits until the fault is taken away, then does it."""
    REFUSE = "refuse"
    ACCOUNT_CLOSED = "account_closed"
    CARD_EXPIRED = "card_expired"
    INSUFFICIENT_FUNDS = "insufficient_funds"
    COMES_BACK = "comes_back"
    DUPLICATE_WEBHOOK = "duplicate_webhook"
    REORDERED_WEBHOOKS = "reordered_webhooks"
    NO_WEBHOOK = "no_webhook"

    @classmethod
    def quiet(cls) -> frozenset["Fault"]:
        refusals = {cls.ACCOUNT_CLOSED, cls.CARD_EXPIRED, cls.INSUFFICIENT_FUNDS}
        return frozenset({cls.COMES_BACK, cls.DUPLICATE_WEBHOOK, cls.REORDERED_WEBHOOKS, cls.NO_WEBHOOK, *refusals})


USUAL_SECONDS: Final = {Fault.SLOW: 2.0, Fault.TOO_MANY_429: 1.0}
HANGS_SECONDS = 30.0
GARBAGE = '<html><body>{"order_id": 17, "key": '


class FaultRule(BaseModel):
    """One fault. Several of one call are used one after the other, each for its `times`."""

    model_config = ConfigDict(extra="forbid")

    partner: Partner
    call: Call | None = None
    """None: every call of the partner."""
    fault: Fault
    times: int | None = Field(default=None, ge=1)
    """None: until the faults are deleted."""
    seconds: float | None = Field(default=None, ge=0, le=600)
    """How long it hangs or is slow, or the Retry-After."""
    about: str | None = Field(default=None, min_length=1, max_length=200)
    """Only calls that name it in their address or body: an order, a case, a key. None: every call."""
    met: int = 0
    """How many calls it has met so far."""

    @property
    def duration(self) -> float:
        return self.seconds if self.seconds is not None else USUAL_SECONDS.get(self.fault, HANGS_SECONDS)

    def fits(self, partner: str, call: str, words: str) -> bool:
        here = self.partner.value == partner and self.call in {None, call}
        return here and (self.about is None or re.search(rf"(?<!\w){re.escape(self.about)}(?!\w)", words) is not None)


RULES: TypeAdapter[list[FaultRule]] = TypeAdapter(list[FaultRule])


class Faults:
    """The faults in force, kept in the books: a restart does not mend a partner."""

    def __init__(self, books: Books) -> None:
        self._books = books
        rows = books.read("select * from faults order by number")
        self._rules = {row["number"]: FaultRule.model_validate_json(row["fault"]) for row in rows}
        self._numbers = count(max(self._rules, default=0) + 1)
        self._changed = asyncio.Event()

    @property
    def rules(self) -> list[FaultRule]:
        return list(self._rules.values())

    def put(self, rules: list[FaultRule]) -> None:
        """These and no others."""
        with self._books.transaction():
            self.remove()
            self._insert(rules)

    def remove(self, about: str | None = None) -> None:
        """Those about this; None: all."""
        for number in [number for number, rule in self._rules.items() if about in {None, rule.about}]:
            self._drop(number)
        self._changed.set()
        self._changed = asyncio.Event()

    def add(self, rules: list[FaultRule]) -> None:
        """These too."""
        with self._books.transaction():
            self._insert(rules)

    def take(self, partner: str, call: str, words: str) -> tuple[int | None, FaultRule | None, frozenset[Fault]]:
        """What goes wrong with this call: at most one loud fault, with its number, and the quiet ones. Counts down their times."""
        fitting = [(number, rule) for number, rule in self._rules.items() if rule.fits(partner, call, words)]
        loud = next(((number, rule) for number, rule in fitting if rule.fault not in Fault.quiet()), None)
        quiet = [(number, rule) for number, rule in fitting if rule.fault in Fault.quiet()]
        for number, rule in (*quiet, *([loud] if loud else [])):
            self._count(number, rule)
        number, rule = loud or (None, None)
        return number, rule, frozenset(rule.fault for _, rule in quiet)

    async def taken_away(self, number: int) -> None:
        """Until that fault is in force no more."""
        while number in self._rules:
            await self._changed.wait()

    def _insert(self, rules: list[FaultRule]) -> None:
        for number, rule in zip(self._numbers, rules, strict=False):
            self._rules[number] = rule
            self._books.insert("faults", number=number, fault=rule.model_dump_json())

    def _drop(self, number: int) -> None:
        del self._rules[number]
        self._books.write("delete from faults where number = ?", number)

    def _count(self, number: int, rule: FaultRule) -> None:
        if rule.times is not None and rule.times <= 1:
            self._drop(number)
            return
        left = None if rule.times is None else rule.times - 1
        after = self._rules[number] = rule.model_copy(update={"times": left, "met": rule.met + 1})
        self._books.write("update faults set fault = ? where number = ?", after.model_dump_json(), number)


class FaultyRoute(APIRoute):
    """A route of a contract: its first tag is the partner, its function's name the call."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        act = super().get_route_handler()
        partner, call = str(self.tags[0]), self.name

        async def handler(request: Request) -> Response:
            faults: Faults = request.app.state.sandbox.faults
            words = f"{request.url.path}?{request.url.query} {(await request.body()).decode(errors='replace')}"
            number, rule, request.state.quiet_faults = faults.take(partner, call, words)
            if rule is None:
                return await act(request)
            if rule.fault is Fault.HOLD and number is not None:
                await faults.taken_away(number)
            return await _go_wrong(rule, call, request, act)

        return handler


async def _go_wrong(
    rule: FaultRule, call: str, request: Request, act: Callable[[Request], Coroutine[Any, Any, Response]]
) -> Response:
    match rule.fault:
        case Fault.TIMEOUT_BEFORE:
            await asyncio.sleep(rule.duration)
            return JSONResponse({"detail": "took too long"}, 504)
        case Fault.TIMEOUT_AFTER:
            await act(request)
            await asyncio.sleep(rule.duration)
            return JSONResponse({"detail": "took too long"}, 504)
        case Fault.ERROR_500:
            return PlainTextResponse("Internal Server Error", 500)
        case Fault.TOO_MANY_429:
            wait = {"Retry-After": f"{rule.duration:g}"}
            return JSONResponse({"detail": "too many requests"}, 429, wait)
        case Fault.GARBAGE:
            await act(request)
            return Response(GARBAGE, media_type="application/json")
        case Fault.SLOW:
            await asyncio.sleep(rule.duration)
        case Fault.REFUSE:
            if call not in {Call.REFUND, Call.ISSUE_COUPON}:  # these are refused on the books
                raise HTTPException(422, "the partner does not want to")
            request.state.quiet_faults |= {Fault.REFUSE}
        case _:
            pass
    return await act(request)
