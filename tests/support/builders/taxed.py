"""Orders whose lines carry tax, and refunds of them in the ledger."""

from datetime import datetime
from typing import Any

from adapters.database.engine import Database
from adapters.database.ledger import post
from models.common.base import Money
from models.common.partners import Order
from models.common.tax import LineTax, Seller
from models.common.vocabulary import RefundStatus
from models.remedies.remedy import RefundPart
from rules.money import ledger
from tests.support.builders.orders import line, order

SELLER = Seller(name="暖居家品有限公司", tax_id="91310000MA1K35XX7X", country="CN", zone="Asia/Shanghai")


def tax(minor: int, basis_points: int = 1300, category: str = "S") -> LineTax:
    """As it is in a price of so much."""
    part = (2 * minor * basis_points + 10_000 + basis_points) // (2 * (10_000 + basis_points))
    return LineTax(category=category, basis_points=basis_points, amount=Money(minor=part))


def taxed_order(order_id: str = "O-1", *lines: tuple[int, int], freight: int = 0, **change: Any) -> Order:
    """`lines`: what was paid for each, and at which rate."""
    bought = [
        line(f"L{number}", minor=paid, tax=tax(paid, rate, "S" if rate else "Z"))
        for number, (paid, rate) in enumerate(lines or ((12_900, 1300),), start=1)
    ]
    total = sum(one.paid.minor for one in bought) + freight
    carried: dict[str, Any] = {"freight": Money(minor=freight), "freight_tax": tax(freight, 600)} if freight else {}
    return order(order_id, *bought, seller=SELLER, total=Money(minor=total), **carried, **change)


def part(number: int, minor: int, status: RefundStatus = RefundStatus.REQUESTED) -> RefundPart:
    return RefundPart(key=f"RD-1.m1.1.{number}", payment_id="P-1", amount=Money(minor=minor), refund_status=status)


async def arrive(database: Database, number: int, minor: int, at: datetime, order_id: str = "O-1") -> None:
    """A refund of it reaches the customer."""
    of = ledger.Whose(order_id, "RD-1", "m1")
    async with database.writing() as session:
        await post(session, at, *ledger.moved(of, part(number, minor), RefundStatus.ARRIVED))


async def come_back(database: Database, number: int, minor: int, at: datetime, order_id: str = "O-1") -> None:
    """It came back after it had arrived."""
    of = ledger.Whose(order_id, "RD-1", "m1")
    async with database.writing() as session:
        await post(session, at, *ledger.moved(of, part(number, minor, RefundStatus.ARRIVED), RefundStatus.REVERSED))
