"""What of an order is taxed, and whether what its merchant says of it adds up (RES-15)."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from models.common.base import Money
from models.common.partners import Order
from models.common.tax import LineTax, Seller
from models.tax.credit_note import TaxBase, TaxedLine

CATEGORIES = {"S": True, "L": True, "M": True, "Z": False, "E": False, "AE": False, "K": False, "G": False, "O": False}
"""Codes of UNCL5305 that EN 16931 allows, and whether tax is charged under them."""
FREIGHT = "freight"


def is_taxed(order: Order) -> bool:
    """Whether the merchant tells of tax at all."""
    return order.freight_tax is not None or any(line.tax is not None for line in order.lines)


def faults(order: Order) -> tuple[str, ...]:
    """What does not add up, each as `line: rule`; none: the order can be credited."""
    found = [fault for line in order.lines for fault in _of_line(line.line_id, line.paid, line.tax, line.quantity)]
    if order.freight.minor or order.freight_tax is not None:
        found += _of_line(FREIGHT, order.freight, order.freight_tax, 1)
    currencies = {money.currency for money in (order.total, order.freight, *(line.paid for line in order.lines))}
    if len(currencies) > 1:
        found.append("order: one currency")
    elif sum(line.paid.minor for line in order.lines) + order.freight.minor != order.total.minor:
        found.append("order: lines and freight sum to the total")
    if order.seller is not None and order.seller.zone is not None and not _is_zone(order.seller.zone):
        found.append("seller: zone is one of the IANA's")
    return tuple(found)


def base_of(order: Order, zone: str) -> TaxBase:
    """Of an order without faults; `zone`: the market's."""
    told: list[tuple[str | None, str, int, Money, LineTax | None]] = [
        (line.line_id, line.title, line.quantity, line.paid, line.tax) for line in order.lines
    ]
    if order.freight.minor:
        told.append((None, FREIGHT, 1, order.freight, order.freight_tax))
    country = order.region[:2]
    seller = order.seller or Seller(name=order.merchant_id, country=country)
    return TaxBase(
        order_id=order.order_id,
        merchant_id=order.merchant_id,
        currency=order.total.currency,
        seller=seller,
        buyer_country=country,
        zone=seller.zone or zone,
        invoice_number=order.invoice_number,
        lines=tuple(
            TaxedLine(
                line_id=line_id,
                title=title,
                quantity=quantity,
                paid=paid.minor,
                tax=tax.amount.minor,
                category=tax.category,
                basis_points=tax.basis_points,
            )
            for line_id, title, quantity, paid, tax in told
            if tax is not None
        ),
    )


def _of_line(line_id: str, paid: Money, tax: LineTax | None, pieces: int) -> Iterator[str]:
    """Shops round by the piece or by the line: both fit."""
    if tax is None:
        yield f"{line_id}: every line tells its tax, or none does"
        return
    charged = CATEGORIES.get(tax.category)
    if charged is None:
        yield f"{line_id}: category is one of {', '.join(sorted(CATEGORIES))}"
    elif tax.category == "S" and not tax.basis_points:
        yield f"{line_id}: category S has a rate; Z is a rate of 0"
    elif not charged and (tax.basis_points or tax.amount.minor):
        yield f"{line_id}: category {tax.category} has no tax"
    if tax.amount.currency != paid.currency:
        yield f"{line_id}: tax in the line's currency"
    elif abs(tax.amount.minor * (10_000 + tax.basis_points) - paid.minor * tax.basis_points) > pieces * (
        10_000 + tax.basis_points
    ):
        yield f"{line_id}: amount is the rate's part of what was paid, to a minor unit for each piece"
    elif tax.amount.minor > paid.minor:
        yield f"{line_id}: amount is part of what was paid"


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
