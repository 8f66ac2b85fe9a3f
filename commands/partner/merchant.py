"""What a merchant's system must do by docs/partners/merchant.yaml, asked by the clients that Redress itself uses.

Nothing is sent to a customer: what a check opens, it takes back.
"""

from datetime import UTC, datetime, timedelta

from commands.partner.system import NOBODY, Rule, System, Wrong, claim, conflicts, expect, needs_token, quoted, rule
from commands.partner.system import statement as ask_once
from models.claims.state import ClaimKind
from models.common.lines import LineQuantity
from models.common.partners import Order
from models.common.vocabulary import Party
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


def order_of(system: System) -> Order:
    """The order, once it was read."""
    if system.order is None:
        raise Wrong(system.order_id)
    return system.order


def a_reservation(system: System, name: str, sku: str | None = None) -> ReservationRequest:
    order, line = order_of(system), order_of(system).lines[0]
    return ReservationRequest(
        key=system.key(name),
        reference=system.run,
        merchant_id=order.merchant_id,
        order_id=order.order_id,
        items=(StockItem(line_id=line.line_id, sku=sku or line.sku),),
        until=datetime.now(UTC) + timedelta(days=1),
    )


def a_return(system: System, name: str, line_id: str | None = None) -> ReturnRequest:
    order = order_of(system)
    return ReturnRequest(
        key=system.key(name),
        reference=system.key(name),
        order_id=order.order_id,
        merchant_id=order.merchant_id,
        lines=(LineQuantity(line_id=line_id or order.lines[0].line_id),),
        purpose=Purpose.REFUND,
    )


def a_change(system: System, name: str, quantity: int = 10_000) -> OrderChangeRequest:
    order = order_of(system)
    return OrderChangeRequest(
        key=system.key(name),
        reference=system.run,
        merchant_id=order.merchant_id,
        order_id=order.order_id,
        kind=ChangeKind.CANCEL,
        lines=(LineQuantity(line_id=NOBODY, quantity=quantity),),
    )


async def order(system: System) -> None:
    system.order = await system.partners.merchant.order(system.order_id)
    expect(system.order is not None, 404)
    told = order_of(system)
    currencies = {money.currency for line in told.lines for money in (line.paid, line.unit_price)} | {told.total.currency}
    parts = sum(line.paid.minor for line in told.lines) + told.freight.minor
    expect(bool(told.lines), "no lines")
    expect(len(currencies) == 1 and (not told.freight.minor or told.freight.currency in currencies), f"currencies {currencies}")
    expect(parts == told.total.minor, f"lines and freight {parts}, total {told.total.minor}")


async def unknown_order(system: System) -> None:
    told = await system.partners.merchant.order(f"{system.run}-{NOBODY}")
    expect(told is None, told)


async def statement(system: System) -> None:
    await ask_once(system, system.partners.merchant, order_of(system).merchant_id)


async def variants(system: System) -> None:
    """A merchant need not tell."""
    order, line = order_of(system), order_of(system).lines[0]
    told = await system.partners.merchant.variants(order.order_id, line.line_id)
    for variant in told or ():
        expect(variant.price.currency == order.total.currency, f"{variant.sku} costs {variant.price.currency}")
    expect(told != (), "no variant, not even the line's own; answer 404 when you do not tell")


async def impossible_change(system: System) -> None:
    told = await system.partners.ordering.change(a_change(system, "change"))
    expect(told.status is ChangeStatus.REFUSED, told.status)
    quoted(told)
    known = await system.partners.ordering.change_by_key(system.order_id, system.key("change"))
    expect(known is not None and known.status is ChangeStatus.REFUSED, known)
    await conflicts(system.partners.ordering.change(a_change(system, "change", quantity=1)))


async def change_undone_before_it_came(system: System) -> None:
    expect(await system.partners.ordering.change_by_key(system.order_id, system.key("late")) is None, "known before it came")
    told = await system.partners.ordering.undo_change(system.order_id, system.key("late"))
    expect(told.status is ChangeStatus.UNDONE, told.status)
    late = await system.partners.ordering.change(a_change(system, "late"))
    expect(late.status is ChangeStatus.UNDONE, f"{late.status}, when it came after all")


async def impossible_return(system: System) -> None:
    told = await system.partners.returns.open_return(a_return(system, "return-of-nothing", NOBODY))
    expect(told.status is ReturnAnswer.REFUSED, told.status)
    quoted(told)


async def return_(system: System) -> None:
    asked = a_return(system, "return")
    told = await system.partners.returns.open_return(asked)
    expect(told == await system.partners.returns.open_return(asked), "another answer to the same key")
    await conflicts(system.partners.returns.open_return(asked.model_copy(update={"purpose": Purpose.REPAIR})))
    if told.status is ReturnAnswer.REFUSED:
        quoted(told)
        return
    expect(await system.partners.returns.sent_back(asked.key) is None, "goods were sent back that never came")
    await system.partners.returns.cancel_return(asked.key, ReturnCancelled(key=f"{asked.key}.off"))


async def unknown_article(system: System) -> None:
    told = await system.partners.warehouse.reserve(a_reservation(system, "reserve-nothing", NOBODY))
    expect(told.status is ReservationStatus.REFUSED, told.status)
    quoted(told)


async def reservation(system: System) -> None:
    warehouse, asked = system.partners.warehouse, a_reservation(system, "reserve")
    expect(await warehouse.reservation(asked.key) is None, "known before it came")
    told = await warehouse.reserve(asked)
    expect(told == await warehouse.reserve(asked) == await warehouse.reservation(asked.key), "another answer to the same key")
    await conflicts(warehouse.reserve(asked.model_copy(update={"reference": f"{system.run}.other"})))
    if told.status is not ReservationStatus.RESERVED:
        expect(told.status is ReservationStatus.OUT_OF_STOCK, told.status)
        return
    later = datetime.now(UTC) + timedelta(days=2)
    longer = await warehouse.renew(asked.key, Renewal(until=later))
    expect(longer.status is ReservationStatus.RESERVED and longer.until is not None, longer)
    for _ in range(2):
        expect((await warehouse.release(asked.key)).status is ReservationStatus.RELEASED, "not released")


async def nothing_to_send(system: System) -> None:
    asked = a_reservation(system, "reserve")  # released by now, or out of stock
    told = await system.partners.warehouse.send(
        DispatchRequest(key=system.key("send-nothing"), reference=system.run, reservation_key=asked.key)
    )
    expect(told.status in {DispatchStatus.EXPIRED, DispatchStatus.REFUSED}, told.status)


async def stopped(system: System) -> None:
    warehouse, asked = system.partners.warehouse, a_reservation(system, "to-send")
    if (await warehouse.reserve(asked)).status is not ReservationStatus.RESERVED:
        return
    order = DispatchRequest(key=system.key("send"), reference=system.run, reservation_key=asked.key)
    told = await warehouse.send(order)
    expect(told.status in {DispatchStatus.PREPARING, DispatchStatus.SENT, DispatchStatus.REFUSED}, told.status)
    expect(told.status is not DispatchStatus.SENT or bool(told.tracking and told.carrier_id), "sent without a number or carrier")
    expect((await warehouse.send(order)).key == order.key, "another answer to the same key")
    off = await warehouse.stop(order.key)
    expect(off.status in {DispatchStatus.STOPPED, DispatchStatus.SENT, DispatchStatus.REFUSED}, off.status)


async def repair(system: System) -> None:
    warehouse, order = system.partners.warehouse, order_of(system)
    item = StockItem(line_id=order.lines[0].line_id, sku=order.lines[0].sku)
    asked = RepairRequest(
        key=system.key("repair"),
        reference=system.run,
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


async def recovery(system: System) -> None:
    order = order_of(system)
    await claim(system, system.partners.claims[Party.MERCHANT], ClaimKind.RECOVERY, order.merchant_id, order.total)


RULES: tuple[Rule, ...] = (
    rule("GET /orders", "没有令牌的请求得到 401", "a call without the token is answered 401", needs_token("/orders/" + NOBODY)),
    rule("GET /orders", "订单完整，明细加运费等于总额", "an order is whole: its lines and freight are its total", order),
    rule("GET /orders", "未知订单得到 404", "an unknown order is answered 404", unknown_order),
    rule("GET …/variants", "可换规格以订单币种标价，或不提供该接口", "variants cost the order's currency, or are not served", variants),
    rule("POST /statements", "同一个键只算一次，内容不同则拒绝", "one key is one question; with another body it is refused", statement),
    rule("POST …/changes", "做不到的变更以说明和代码拒绝", "an impossible change is refused with words and a code", impossible_change),
    rule("POST …/undo", "先撤销、后到达的变更不生效", "a change that comes after it was undone does nothing", change_undone_before_it_came),
    rule("POST /returns", "不存在的商品行以说明和代码拒绝", "a return of an unknown line is refused with words and a code", impossible_return),
    rule("POST /returns", "退货登记一次，可取消", "a return is opened once, or refused with words and a code, and can be cancelled", return_),
    rule("POST /reservations", "未知商品是拒绝，不是缺货", "an unknown article is refused with words and a code, not out of stock", unknown_article),
    rule("POST /reservations", "预留一次，可续期、可释放", "goods are set aside once, held longer, and released", reservation),
    rule("POST /shipments", "预留已失效则不发货", "nothing is sent of a reservation that holds nothing", nothing_to_send),
    rule("POST …/stop", "发货一次，可停止", "a parcel is sent once, and stopped unless it has left", stopped),
    rule("POST /repairs", "维修可查询，可由顾客拒绝", "a repair is known by its key, and takes the customer's no", repair),
    rule("POST /recoveries", "追偿可查询，可撤回", "a recovery is known by its key, and can be withdrawn", recovery),
)  # fmt: skip
