"""What each kind of remedy is (RES-3): one row, read by everything that differs from kind to kind.

What carries a kind out, and what takes it back: `workflows/remedies/table.py`. Its name: `policies/texts.yaml`, under the kind itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from models.common.partners import RefundTo
from models.common.vocabulary import Party, RemedyKind
from models.remedies.order_change import ChangeKind


class About(StrEnum):
    """What a remedy is about."""

    CASE = "case"
    """It needs no order: a case about none, or about one that could not be verified, may end with it."""
    ORDER = "order"
    """The order as a whole."""
    LINES = "lines"
    """Some lines of the order, or all."""


class Amount(StrEnum):
    """Whether an offer names an amount."""

    NONE = "none"
    REQUIRED = "required"
    IF_PAID = "if_paid"
    """Unless the order was not paid yet."""


class Pieces(StrEnum):
    """What becomes of the pieces of a line. A remedy that takes them takes each once only, over all cases of the order (RES-1)."""

    KEPT = "kept"
    """Nothing: they stay where they are."""
    GIVEN_UP = "given_up"
    REPLACED = "replaced"
    """When it is done, the customer has a piece again, which may be asked about again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RemedySpec:
    """What is true of every remedy of a kind."""

    about: About = About.LINES
    amount: Amount = Amount.NONE
    words: bool = False
    """The offer says in words what will be told, or made better."""
    told: bool = False
    """Saying the words is all of it."""
    items: bool = False
    """The offer may name what is sent instead."""
    changes: tuple[ChangeKind, ...] = ()
    """Changes of an order before it is shipped; the merchant's system decides on them."""
    refunds: bool = False
    """Money of the order's payments goes back: never more than is left of them."""
    freight: bool = False
    """That money is the order's freight and nobody's price for goods: what they may still bring stays as it is (RES-13)."""
    refund_to: RefundTo = RefundTo.ORIGINAL
    """Where that money goes, unless it is redirected (RES-5)."""
    pieces: Pieces = Pieces.KEPT
    travels: bool = False
    """Goods travel, so that somebody pays the freight (RES-8)."""
    costs_goods: bool = False
    """Without an amount, it costs what was paid for its pieces (RES-9)."""
    funded_by: Party | None = None
    """Out of whose pocket it is given, unless the policy's `claims.funded_by` says otherwise; None: it costs nothing."""
    reversible: bool = False
    """It is taken back even after it was done (RES-11)."""
    with_credit: bool = False
    """Nobody offers it: the policy adds it to money that goes to the customer's balance, and it goes where that goes (RES-17)."""

    @property
    def names_change(self) -> bool:
        """Whether the offer has to say which change; a cancellation says it already."""
        return bool(self.changes) and ChangeKind.CANCEL not in self.changes

    @property
    def takes_pieces(self) -> bool:
        return self.pieces is not Pieces.KEPT


REMEDIES: Mapping[RemedyKind, RemedySpec] = {
    RemedyKind.APOLOGY: RemedySpec(about=About.CASE, words=True, told=True),
    RemedyKind.EXPLANATION: RemedySpec(about=About.CASE, words=True, told=True),
    RemedyKind.ORDER_CHANGED: RemedySpec(
        about=About.ORDER, changes=tuple(kind for kind in ChangeKind if kind is not ChangeKind.CANCEL)
    ),
    RemedyKind.ORDER_CANCELLED: RemedySpec(
        amount=Amount.IF_PAID,
        changes=(ChangeKind.CANCEL,),
        refunds=True,
        pieces=Pieces.GIVEN_UP,
        funded_by=Party.MERCHANT,
    ),
    RemedyKind.SERVICE_IMPROVEMENT: RemedySpec(about=About.CASE, words=True),
    RemedyKind.COUPON: RemedySpec(about=About.CASE, amount=Amount.REQUIRED, funded_by=Party.PLATFORM, reversible=True),
    RemedyKind.REFUND_ONLY: RemedySpec(amount=Amount.REQUIRED, refunds=True, funded_by=Party.MERCHANT),
    RemedyKind.STORE_CREDIT: RemedySpec(
        amount=Amount.REQUIRED, refunds=True, refund_to=RefundTo.BALANCE, funded_by=Party.MERCHANT
    ),
    RemedyKind.CREDIT_BONUS: RemedySpec(
        about=About.ORDER, amount=Amount.REQUIRED, funded_by=Party.PLATFORM, reversible=True, with_credit=True
    ),
    RemedyKind.FREIGHT_REFUND: RemedySpec(amount=Amount.REQUIRED, refunds=True, freight=True, funded_by=Party.MERCHANT),
    RemedyKind.PRICE_ADJUSTMENT: RemedySpec(amount=Amount.REQUIRED, refunds=True, funded_by=Party.MERCHANT),
    RemedyKind.RESHIP: RemedySpec(pieces=Pieces.REPLACED, travels=True, costs_goods=True, funded_by=Party.MERCHANT),
    RemedyKind.RETURN_AND_REFUND: RemedySpec(
        amount=Amount.REQUIRED, refunds=True, pieces=Pieces.GIVEN_UP, travels=True, funded_by=Party.MERCHANT
    ),
    RemedyKind.EXCHANGE: RemedySpec(items=True, pieces=Pieces.REPLACED, travels=True, costs_goods=True, funded_by=Party.MERCHANT),
    RemedyKind.REPAIR: RemedySpec(pieces=Pieces.REPLACED, travels=True, funded_by=Party.MERCHANT),
}
"""In the order in which the remedies of one option are begun: words first, then what a merchant may refuse, goods last."""
