"""What a merchant's system must do by docs/partners/merchant.yaml, asked by the clients that Redress itself uses.

Each row of `CHECKS` is one rule of the contract. Nothing is sent to a customer: what a check opens, it takes back.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from urllib.parse import quote
from uuid import uuid4

import httpx

from adapters.connect import Partners
from models.claims.partner import ClaimMessage, ClaimMove
from models.claims.state import ClaimCause, ClaimKind
from models.common.base import Bilingual
from models.common.errors import PartnerError
from models.common.lines import LineQuantity
from models.common.partners import Order, Refusable, StatementRequest
from models.common.vocabulary import ErrorType, Party
from models.remedies.order_change import ChangeKind, ChangeStatus, OrderChangeRequest
from models.replacements.partner import (
    DispatchRequest,
    DispatchStatus,
    Renewal,
    RepairDecision,
    RepairRequest,
    RepairStatus,
    ReservationRequest,
    ReservationStatus,
    StockItem,
)
from models.returns.partner import Purpose, ReturnAnswer, ReturnCancelled, ReturnRequest

NOBODY = "no-such-thing"
"""An id that no test system has."""


class Wrong(Exception):  # noqa: N818  # a finding is no error of ours
    """What was found instead."""


@dataclass
class Shop:
    """The system that is checked, and an order of its that may be played with."""

    address: str
    partners: Partners
    order_id: str
    run: str = field(default_factory=lambda: f"check-{uuid4().hex[:12]}")
    """Every key of this run begins with it, so that each run is new to the system."""
    order: Order | None = None

    def key(self, name: str) -> str:
        return f"{self.run}.{name}"

    @property
    def known(self) -> Order:
        if self.order is None:
            raise Wrong(self.order_id)
        return self.order

    def reservation(self, name: str, sku: str | None = None) -> ReservationRequest:
        order, line = self.known, self.known.lines[0]
        return ReservationRequest(
            key=self.key(name),
            reference=self.run,
            merchant_id=order.merchant_id,
            order_id=order.order_id,
            items=(StockItem(line_id=line.line_id, sku=sku or line.sku),),
            until=datetime.now(UTC) + timedelta(days=1),
        )

    def return_(self, name: str, line_id: str | None = None) -> ReturnRequest:
        order = self.known
        return ReturnRequest(
            key=self.key(name),
            reference=self.key(name),
            order_id=order.order_id,
            merchant_id=order.merchant_id,
            lines=(LineQuantity(line_id=line_id or order.lines[0].line_id),),
            purpose=Purpose.REFUND,
        )

    def change(self, name: str, quantity: int = 10_000) -> OrderChangeRequest:
        order = self.known
        return OrderChangeRequest(
            key=self.key(name),
            reference=self.run,
            merchant_id=order.merchant_id,
            order_id=order.order_id,
            kind=ChangeKind.CANCEL,
            lines=(LineQuantity(line_id=NOBODY, quantity=quantity),),
        )


def expect(holds: bool, found: object) -> None:  # read as a sentence
    if not holds:
        raise Wrong(str(found))


def quoted(told: Refusable) -> None:
    """A refusal has words and a code."""
    expect(bool(told.refusal), "a refusal without words")
    expect(bool(told.refusal_code), f"a refusal without a code: {told.refusal}")


async def conflicts(call: Awaitable[object]) -> None:
    """The same key with another body is refused."""
    try:
        await call
    except PartnerError as error:
        expect(error.type is ErrorType.PARTNER_REFUSED, error)
    else:
        expect(False, "the key was taken with another body")  # read as a sentence


async def token(shop: Shop) -> None:
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.get(f"{shop.address}/orders/{quote(shop.order_id, safe='')}")
    expect(answer.status_code == HTTPStatus.UNAUTHORIZED, answer.status_code)


async def order(shop: Shop) -> None:
    shop.order = await shop.partners.merchant.order(shop.order_id)
    expect(shop.order is not None, 404)
    told = shop.known
    currencies = {money.currency for line in told.lines for money in (line.paid, line.unit_price)} | {told.total.currency}
    parts = sum(line.paid.minor for line in told.lines) + told.freight.minor
    expect(bool(told.lines), "no lines")
    expect(len(currencies) == 1 and (not told.freight.minor or told.freight.currency in currencies), f"currencies {currencies}")
    expect(parts == told.total.minor, f"lines and freight {parts}, total {told.total.minor}")


async def unknown_order(shop: Shop) -> None:
    told = await shop.partners.merchant.order(f"{shop.run}-{NOBODY}")
    expect(told is None, told)


async def statement(shop: Shop) -> None:
    asked = StatementRequest(
        key=shop.key("q"),
        reference=shop.run,
        request_id="q1",
        recipient=shop.known.merchant_id,
        order_id=shop.order_id,
        question="redress partner check",
        due=datetime.now(UTC) + timedelta(days=1),
    )
    await shop.partners.merchant.ask(asked)
    await shop.partners.merchant.ask(asked)
    await conflicts(shop.partners.merchant.ask(asked.model_copy(update={"question": "another"})))


async def impossible_change(shop: Shop) -> None:
    told = await shop.partners.ordering.change(shop.change("change"))
    expect(told.status is ChangeStatus.REFUSED, told.status)
    quoted(told)
    known = await shop.partners.ordering.change_by_key(shop.order_id, shop.key("change"))
    expect(known is not None and known.status is ChangeStatus.REFUSED, known)
    await conflicts(shop.partners.ordering.change(shop.change("change", quantity=1)))


async def change_undone_before_it_came(shop: Shop) -> None:
    expect(await shop.partners.ordering.change_by_key(shop.order_id, shop.key("late")) is None, "known before it came")
    told = await shop.partners.ordering.undo_change(shop.order_id, shop.key("late"))
    expect(told.status is ChangeStatus.UNDONE, told.status)
    late = await shop.partners.ordering.change(shop.change("late"))
    expect(late.status is ChangeStatus.UNDONE, f"{late.status}, when it came after all")


async def impossible_return(shop: Shop) -> None:
    told = await shop.partners.returns.open_return(shop.return_("return-of-nothing", NOBODY))
    expect(told.status is ReturnAnswer.REFUSED, told.status)
    quoted(told)


async def return_(shop: Shop) -> None:
    asked = shop.return_("return")
    told = await shop.partners.returns.open_return(asked)
    expect(told == await shop.partners.returns.open_return(asked), "another answer to the same key")
    await conflicts(shop.partners.returns.open_return(asked.model_copy(update={"purpose": Purpose.REPAIR})))
    if told.status is ReturnAnswer.REFUSED:
        quoted(told)
        return
    expect(await shop.partners.returns.sent_back(asked.key) is None, "goods were sent back that never came")
    await shop.partners.returns.cancel_return(asked.key, ReturnCancelled(key=f"{asked.key}.off"))


async def unknown_article(shop: Shop) -> None:
    told = await shop.partners.warehouse.reserve(shop.reservation("reserve-nothing", NOBODY))
    expect(told.status is ReservationStatus.REFUSED, told.status)
    quoted(told)


async def reservation(shop: Shop) -> None:
    warehouse, asked = shop.partners.warehouse, shop.reservation("reserve")
    expect(await warehouse.reservation(asked.key) is None, "known before it came")
    told = await warehouse.reserve(asked)
    expect(told == await warehouse.reserve(asked) == await warehouse.reservation(asked.key), "another answer to the same key")
    await conflicts(warehouse.reserve(asked.model_copy(update={"reference": f"{shop.run}.other"})))
    if told.status is not ReservationStatus.RESERVED:
        expect(told.status is ReservationStatus.OUT_OF_STOCK, told.status)
        return
    later = datetime.now(UTC) + timedelta(days=2)
    longer = await warehouse.renew(asked.key, Renewal(until=later))
    expect(longer.status is ReservationStatus.RESERVED and longer.until is not None, longer)
    for _ in range(2):
        expect((await warehouse.release(asked.key)).status is ReservationStatus.RELEASED, "not released")


async def nothing_to_send(shop: Shop) -> None:
    asked = shop.reservation("reserve")  # released by now, or out of stock
    told = await shop.partners.warehouse.send(
        DispatchRequest(key=shop.key("send-nothing"), reference=shop.run, reservation_key=asked.key)
    )
    expect(told.status in {DispatchStatus.EXPIRED, DispatchStatus.REFUSED}, told.status)


async def stopped(shop: Shop) -> None:
    warehouse, asked = shop.partners.warehouse, shop.reservation("to-send")
    if (await warehouse.reserve(asked)).status is not ReservationStatus.RESERVED:
        return
    order = DispatchRequest(key=shop.key("send"), reference=shop.run, reservation_key=asked.key)
    told = await warehouse.send(order)
    expect(told.status in {DispatchStatus.PREPARING, DispatchStatus.SENT, DispatchStatus.REFUSED}, told.status)
    expect(told.status is not DispatchStatus.SENT or bool(told.tracking and told.carrier_id), "sent without a number or carrier")
    expect((await warehouse.send(order)).key == order.key, "another answer to the same key")
    off = await warehouse.stop(order.key)
    expect(off.status in {DispatchStatus.STOPPED, DispatchStatus.SENT, DispatchStatus.REFUSED}, off.status)


async def repair(shop: Shop) -> None:
    warehouse, order = shop.partners.warehouse, shop.known
    item = StockItem(line_id=order.lines[0].line_id, sku=order.lines[0].sku)
    asked = RepairRequest(
        key=shop.key("repair"),
        reference=shop.run,
        merchant_id=order.merchant_id,
        order_id=order.order_id,
        items=(item,),
        words="redress partner check",
    )
    told = await warehouse.repair(asked)
    if told.status is RepairStatus.REFUSED:
        quoted(told)
    expect((await warehouse.repair_by_key(asked.key)) is not None, "not known by its key")
    expect((await warehouse.decide(asked.key, RepairDecision(approved=False))).key == asked.key, "another repair")


async def recovery(shop: Shop) -> None:
    claims, order = shop.partners.claims[Party.MERCHANT], shop.known
    asked = ClaimMessage(
        key=shop.key("claim"),
        reference=shop.key("claims"),
        move=ClaimMove.OPEN,
        kind=ClaimKind.RECOVERY,
        recipient=order.merchant_id,
        order_id=order.order_id,
        cause=ClaimCause.LIABLE,
        amount=order.total,
        words="redress partner check",
        due=datetime.now(UTC) + timedelta(days=1),
    )
    expect(await claims.told(asked.key) is None, "known before it came")
    await claims.tell(asked)
    expect(await claims.told(asked.key) is not None, "not known by its key")
    await claims.tell(asked.model_copy(update={"key": shop.key("claim-off"), "move": ClaimMove.WITHDRAW}))


Check = Callable[[Shop], Awaitable[None]]
CHECKS: tuple[tuple[str, str, str, Check], ...] = (
    ("GET /orders", "没有令牌的请求得到 401", "a call without the token is answered 401", token),
    ("GET /orders", "订单完整，明细加运费等于总额", "an order is whole: its lines and freight are its total", order),
    ("GET /orders", "未知订单得到 404", "an unknown order is answered 404", unknown_order),
    ("POST /statements", "同一个键只算一次，内容不同则拒绝", "one key is one question; with another body it is refused", statement),
    ("POST …/changes", "做不到的变更以说明和代码拒绝", "an impossible change is refused with words and a code", impossible_change),
    ("POST …/undo", "先撤销、后到达的变更不生效", "a change that comes after it was undone does nothing", change_undone_before_it_came),
    ("POST /returns", "不存在的商品行以说明和代码拒绝", "a return of an unknown line is refused with words and a code", impossible_return),
    ("POST /returns", "退货登记一次，可取消", "a return is opened once, or refused with words and a code, and can be cancelled", return_),
    ("POST /reservations", "未知商品是拒绝，不是缺货", "an unknown article is refused with words and a code, not out of stock", unknown_article),
    ("POST /reservations", "预留一次，可续期、可释放", "goods are set aside once, held longer, and released", reservation),
    ("POST /shipments", "预留已失效则不发货", "nothing is sent of a reservation that holds nothing", nothing_to_send),
    ("POST …/stop", "发货一次，可停止", "a parcel is sent once, and stopped unless it has left", stopped),
    ("POST /repairs", "维修可查询，可由顾客拒绝", "a repair is known by its key, and takes the customer's no", repair),
    ("POST /recoveries", "追偿可查询，可撤回", "a recovery is known by its key, and can be withdrawn", recovery),
)  # fmt: skip


@dataclass(frozen=True)
class Finding:
    call: str
    rule: Bilingual
    found: str | None
    """What was found instead; None: as it should be."""


async def check_all(shop: Shop) -> list[Finding]:
    """Every rule, one after the other; what one finds does not end the others."""
    findings: list[Finding] = []
    for call, zh, en, check in CHECKS:
        found = None
        try:
            await check(shop)
        except (Wrong, PartnerError) as error:
            found = str(error)
        except httpx.TransportError as error:
            found = type(error).__name__
        findings.append(Finding(call, Bilingual(zh=zh, en=en), found))
    return findings
