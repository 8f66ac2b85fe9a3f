"""What a carrier's system must do by docs/partners/carrier.yaml. What a check books, it calls off."""

from datetime import timedelta

from commands.partner.system import NOBODY, Rule, System, Wrong, claim, conflicts, expect, needs_token, rule
from commands.partner.system import statement as ask_once
from models.claims.state import ClaimKind
from models.common.base import Money
from models.common.errors import PartnerError
from models.common.partners import Shipment
from models.common.vocabulary import ErrorType, Party
from models.returns.partner import LabelRequest, PickupMove, PickupRequest, PickupStatus, ReturnAddress, Voided

WAREHOUSE = ReturnAddress(
    name="redress partner check", street="8 Wangjiang Road", city="Hangzhou", region="CN-ZJ", postcode="310008"
)
SENT = "a parcel of the order is needed for this"


def parcel_of(system: System) -> Shipment:
    """A parcel of the order, once they were read."""
    if system.parcel is None:
        raise Wrong(SENT)
    return system.parcel


async def shipments(system: System) -> None:
    told = await system.partners.carrier.shipments(system.order_id)
    expect(bool(told), "no parcel; name an order that was sent")
    system.parcel = told[0]
    times = [scan.at for scan in told[0].scans]
    expect(times == sorted(times), "scans that are not in the order of their time")


async def unknown_order(system: System) -> None:
    told = await system.partners.carrier.shipments(f"{system.run}-{NOBODY}")
    expect(told == (), told)


async def unknown_parcel(system: System) -> None:
    told = await system.partners.returns.parcel(system.run.upper())
    expect(told is None, told)


async def statement(system: System) -> None:
    await ask_once(system, system.partners.carrier, parcel_of(system).carrier_id)


async def label(system: System) -> None:
    """A carrier that makes none says so."""
    returns = system.partners.returns
    asked = LabelRequest(key=system.key("label"), reference=system.run, order_id=system.order_id, rma="RMA-1", to=WAREHOUSE)
    expect(await returns.label_by_key(asked.key) is None, "known before it came")
    try:
        told = await returns.label(asked)
    except PartnerError as error:
        expect(error.type is ErrorType.PARTNER_REFUSED, error)
        return
    expect(told == await returns.label(asked) == await returns.label_by_key(asked.key), "another answer to the same key")
    await conflicts(returns.label(asked.model_copy(update={"rma": "RMA-2"})))
    for _ in range(2):
        await returns.void_label(asked.key, Voided(key=f"{asked.key}.off"))


async def pickup(system: System) -> None:
    returns, start = system.partners.returns, system.tomorrow
    asked = PickupRequest(
        key=system.key("pickup"),
        reference=system.run,
        order_id=system.order_id,
        rma="RMA-1",
        to=WAREHOUSE,
        start=start,
        end=start + timedelta(hours=2),
    )
    expect(await returns.pickup_by_key(asked.key) is None, "known before it came")
    try:
        told = await returns.pickup(asked)
    except PartnerError as error:
        expect(error.type is ErrorType.PARTNER_REFUSED, error)
        return
    expect(told == await returns.pickup(asked) == await returns.pickup_by_key(asked.key), "another answer to the same key")
    later = PickupMove(key=f"{asked.key}.m1", start=start + timedelta(days=1), end=start + timedelta(days=1, hours=2))
    moved = await returns.move_pickup(asked.key, later)
    expect((moved.start, moved.end) == (later.start, later.end), f"moved to {moved.start}")
    off = await returns.cancel_pickup(asked.key, Voided(key=f"{asked.key}.off"))
    expect(off.status is PickupStatus.CANCELLED, off.status)


async def claims(system: System) -> None:
    parcel = parcel_of(system)
    amount = parcel.declared_value or Money(minor=100)
    await claim(system, system.partners.claims[Party.CARRIER], ClaimKind.CARRIER, parcel.carrier_id, amount)


RULES: tuple[Rule, ...] = (
    rule("GET /shipments", "没有令牌的请求得到 401", "a call without the token is answered 401", needs_token(f"/shipments?order_id={NOBODY}")),
    rule("GET /shipments", "列出订单的包裹，轨迹按时间排列", "the order's parcels are listed, their scans by time", shipments),
    rule("GET /shipments", "未知订单没有包裹", "an unknown order has no parcels", unknown_order),
    rule("GET /parcels", "未知单号得到 404", "an unknown number is answered 404", unknown_parcel),
    rule("POST /statements", "同一个键只算一次，内容不同则拒绝", "one key is one question; with another body it is refused", statement),
    rule("POST /labels", "面单只出一次，可查询、可作废，或拒绝", "a label is made once, known by its key and voided, or refused", label),
    rule("POST /pickups", "取件只约一次，可改期、可取消，或拒绝", "a pick-up is booked once, moved and called off, or refused", pickup),
    rule("POST /claims", "理赔可查询，可撤回", "a claim is known by its key, and can be withdrawn", claims),
)  # fmt: skip
