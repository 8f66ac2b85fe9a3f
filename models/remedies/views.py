"""What callers are shown of remedies being carried out (RES-3)."""

from typing import Annotated

from models.common.base import Identifier, Instant, Money
from models.common.lines import LineQuantity, NewItem
from models.common.partners import RefundTo, RefusalCode
from models.common.views import View, renamed
from models.common.vocabulary import Acceptance, Party, Reception, RefundStatus, RemedyKind, WaitFor, WaitingOn
from models.money.charge import Charge
from models.remedies.order_change import ChangeStatus, OrderChange
from models.replacements.views import ReplacementDetails
from models.returns.views import ReturnDetails

REFUND_STATUS = renamed("refund_status", formerly="reimbursement")


class RefundPartView(View):
    """The share of a refund that goes back to one payment (RES-5)."""

    key: Identifier
    payment_id: Identifier
    method: str | None
    """By which that payment was made."""
    amount: Money
    to: RefundTo
    refund_status: Annotated[RefundStatus, REFUND_STATUS]
    refund_id: str | None
    refusal: str | None
    refusal_code: RefusalCode | None


class RefundWayView(View):
    """What of a refund goes one way, for everyone to see: back to a payment method, by its name, or to the balance (RES-16)."""

    to: RefundTo
    method: str | None
    """By which the money was paid; null: not known."""
    amount: Money
    refund_status: RefundStatus


class ChildView(View):
    """How far the child workflow of a remedy is: a return, a replacement, a repair. `failed`: done, but not as it was meant."""

    workflow_id: Identifier
    on: WaitingOn
    for_: Annotated[WaitFor, renamed("for", formerly="for_")]
    until: Instant
    reports: int
    done: bool
    failed: str | None


class OrderingView(View):
    """How far the cancellation or change of an order is."""

    key: Identifier
    status: ChangeStatus
    until: Instant
    """The merchant's time to answer; then the customer's to pay."""
    refusal: str | None
    refusal_code: str | None
    to_pay: Money | None
    """What the customer has to pay first."""
    to_refund: Money | None
    charge: Charge | None
    done: bool
    """The order is as it was asked for, and whatever had to be paid is paid."""


class RemedyView(View):
    """A remedy being carried out, as far as the viewer may see it."""

    id: Identifier
    kind: RemedyKind
    amount: Money | None
    """For money that goes back: what was agreed; after an inspection, what it comes to."""
    payment_id: Identifier | None
    """Of a charge that is given back: the payment that it was."""
    lines: tuple[LineQuantity, ...]
    items: tuple[NewItem, ...]
    change: OrderChange | None
    words: str | None
    freight: Party | None
    reception: Reception | None
    acceptance: Acceptance | None
    refund_status: Annotated[RefundStatus, REFUND_STATUS]
    attempt: int
    """Grows when a refused refund is tried again."""
    refund_to: RefundTo
    method: Identifier | None
    """The payment method that money goes back to first (RES-16)."""
    refund_ways: tuple[RefundWayView, ...] = ()
    parts: tuple[RefundPartView, ...]
    coupon_code: str | None
    settlement: int
    """Remedies that were settled on together have the same number."""
    ordering: OrderingView | None
    child: Annotated[ChildView | None, renamed("child", formerly="errand")]
    suspended_child: Annotated[ChildView | None, renamed("suspended_child", formerly="parked")]
    """One that waits while another is followed."""
    return_: Annotated[ReturnDetails | None, renamed("return", formerly="return_")]
    """The goods that come back (RES-6)."""
    replacement: ReplacementDetails | None
    """The goods that the customer gets in their place, or back from the workshop (RES-7)."""
    done_at: Instant | None
    undone: str | None
    """Why it was taken back (RES-11)."""

    @property
    def open(self) -> bool:
        return self.done_at is None and self.undone is None
