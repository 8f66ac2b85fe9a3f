"""What our own books know of an order and its customer from earlier cases (RES-1, RES-4, RES-10)."""

from pydantic import Field

from models.common.base import Frozen, Identifier
from models.common.lines import LineQuantity
from models.common.readers import Everybody


class LineGiven(Frozen):
    """Money that was given for an order's line."""

    line_id: Everybody[Identifier]
    minor: Everybody[int] = Field(ge=0)


class LineDifference(Frozen):
    """What the articles that came in exchange for a line's pieces cost more, or with a minus less, than was paid for these."""

    line_id: Everybody[Identifier]
    minor: Everybody[int]


class OrderHistory(Frozen):
    """What earlier cases took and gave; the asking case itself does not count."""

    taken: Everybody[tuple[LineQuantity, ...]] = ()
    """Pieces of each line that other cases returned, replaced or cancelled."""
    exchanged: Everybody[tuple[LineQuantity, ...]] = ()
    """Pieces of each line that came back to the merchant and were replaced or paid for, so that the customer's are taken no more."""
    differences: Everybody[tuple[LineDifference, ...]] = ()
    """What the customer paid besides for dearer articles in their place, or got back for cheaper ones."""
    unpaid: Everybody[tuple[LineQuantity, ...]] = ()
    """Of `taken` those whose refund came back when its case was over for good: nothing but money is left to give for them."""
    given_minor: Everybody[int] = 0
    """Money of the order that other cases gave back or set aside, coupons included; in the order's currency."""
    refunded_minor: Everybody[int] = 0
    """How much of that is taken from the order's payments."""
    given: Everybody[tuple[LineGiven, ...]] = ()
    """For which lines it was, as the cases say."""
    withheld: Everybody[tuple[LineGiven, ...]] = ()
    """What of the price of pieces that came back was kept (RES-13): they are settled for all that."""
    sent_again: Everybody[tuple[LineQuantity, ...]] = ()
    """Pieces of each line that were sent again because the first ones did not come."""
    given_for_lost: Everybody[tuple[LineGiven, ...]] = ()
    """How much of `given` was for goods that did not come."""
    for_goods_minor: Everybody[int] = 0
    """How much of that was for goods, in cases about anything but what was charged."""
    freight_minor: Everybody[int] = 0
    """What was given of the order's freight alone (RES-13)."""
    cases_of_order: Everybody[int] = 0
    cases_of_customer: Everybody[int] = 0
    """Opened in the last 90 days."""
    refunds_of_customer: Everybody[int] = 0
    """Cases of the last 90 days that gave money back."""
    refunded_to_customer_minor: Everybody[int] = 0
    """In the policy's currency, in the last 90 days."""
    found_against_customer: Everybody[int] = 0
    """Cases of the last 90 days in which the customer was found responsible after claiming otherwise."""
