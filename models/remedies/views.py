"""What callers are shown of remedies being carried out (RES-3)."""

from typing import Annotated

from models.common.base import Identifier, Instant, Money
from models.common.lines import LineQuantity, NewItem
from models.common.partners import RefundTo, RefusalCode
from models.common.readers import Books, Everybody, Participants, Payer
from models.common.views import View, renamed
from models.common.vocabulary import Acceptance, Party, Reception, RefundStatus, RemedyKind, WaitFor, WaitingOn
from models.money.charge import Charge
from models.remedies.order_change import ChangeStatus, OrderChange
from models.replacements.views import ReplacementDetails
from models.returns.views import ReturnDetails

REFUND_STATUS = renamed("refund_status", formerly="reimbursement")


class RefundPartView(View):
    """The share of a refund that goes back to one payment (RES-5)."""

    key: Everybody[Identifier]
    payment_id: Everybody[Identifier]
    method: Everybody[str | None]
    """By which that payment was made."""
    amount: Everybody[Money]
    to: Everybody[RefundTo]
    account_id: Payer[Identifier | None] = None
    """Of the customer's account at a bank, when it goes there."""
    refund_status: Everybody[Annotated[RefundStatus, REFUND_STATUS]]
    refund_id: Everybody[str | None]
    refusal: Everybody[str | None]
    refusal_code: Everybody[RefusalCode | None]


class RefundWayView(View):
    """What of a refund goes one way, for everyone to see: back to a payment method, by its name, to the balance or a bank (RES-16)."""

    to: Everybody[RefundTo]
    method: Everybody[str | None]
    """By which the money was paid; null: not known."""
    amount: Everybody[Money]
    refund_status: Everybody[RefundStatus]


class ChildView(View):
    """How far the child workflow of a remedy is: a return, a replacement, a repair. `failed`: done, but not as it was meant."""

    workflow_id: Everybody[Identifier]
    on: Everybody[WaitingOn]
    for_: Everybody[Annotated[WaitFor, renamed("for", formerly="for_")]]
    until: Everybody[Instant]
    reports: Everybody[int]
    done: Everybody[bool]
    failed: Everybody[str | None]


class OrderingView(View):
    """How far the cancellation or change of an order is."""

    key: Everybody[Identifier]
    status: Everybody[ChangeStatus]
    until: Everybody[Instant]
    """The merchant's time to answer; then the customer's to pay."""
    refusal: Everybody[str | None]
    refusal_code: Everybody[str | None]
    to_pay: Everybody[Money | None]
    """What the customer has to pay first."""
    to_refund: Everybody[Money | None]
    charge: Everybody[Charge | None]
    done: Everybody[bool]
    """The order is as it was asked for, and whatever had to be paid is paid."""


class RemedyView(View):
    """A remedy being carried out, as far as the viewer may see it."""

    id: Everybody[Identifier]
    kind: Everybody[RemedyKind]
    amount: Everybody[Money | None]
    """For money that goes back: what was agreed; after an inspection, what it comes to."""
    payment_id: Everybody[Identifier | None]
    """Of a charge that is given back: the payment that it was."""
    lines: Everybody[tuple[LineQuantity, ...]]
    items: Everybody[tuple[NewItem, ...]]
    change: Everybody[OrderChange | None]
    words: Participants[str | None]
    freight: Everybody[Party | None]
    freight_most: Everybody[Money | None] = None
    """When the customer pays: at most so much is deducted for our label or pick-up."""
    restocking: Everybody[Money | None] = None
    """What was agreed to be kept for taking the goods back (RES-13)."""
    reception: Everybody[Reception | None]
    acceptance: Everybody[Acceptance | None]
    refund_status: Everybody[Annotated[RefundStatus, REFUND_STATUS]]
    attempt: Everybody[int]
    """Grows when a refused refund is tried again."""
    refund_to: Everybody[RefundTo]
    method: Everybody[Identifier | None]
    """The payment method that money goes back to first (RES-16)."""
    refund_ways: Everybody[tuple[RefundWayView, ...]] = ()
    parts: Books[tuple[RefundPartView, ...]]
    charged_back: Everybody[Money | None] = None
    """Of the amount, what the customer has by a chargeback (RES-12): that is not refunded."""
    coupon_code: Payer[str | None]
    settlement: Everybody[int]
    """Remedies that were settled on together have the same number."""
    ordering: Everybody[OrderingView | None]
    child: Everybody[Annotated[ChildView | None, renamed("child", formerly="errand")]]
    suspended_child: Everybody[Annotated[ChildView | None, renamed("suspended_child", formerly="parked")]]
    """One that waits while another is followed."""
    return_: Everybody[Annotated[ReturnDetails | None, renamed("return", formerly="return_")]]
    """The goods that come back (RES-6)."""
    replacement: Everybody[ReplacementDetails | None]
    """The goods that the customer gets in their place, or back from the workshop (RES-7)."""
    done_at: Everybody[Instant | None]
    undone: Everybody[str | None]
    """Why it was taken back (RES-11)."""

    @property
    def open(self) -> bool:
        return self.done_at is None and self.undone is None
