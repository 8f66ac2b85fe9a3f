"""The evidence against a chargeback, put together from the order's cases (RES-12). A person looks at it before it is sent."""

import hashlib
from collections.abc import Iterable, Sequence

from models.case.state import CaseState
from models.chargebacks.partner import DeliveryProof, EvidencePack, RefundMade, SaidInCase
from models.chargebacks.policy import ChargebackPolicy
from models.common.partners import Order, ProviderRefundStatus
from models.common.vocabulary import Role
from rules.case.access import PARTIES
from rules.common.format import money

SPEAKERS = PARTIES | {Role.CUSTOMER}
"""What the platform's people wrote is no evidence."""


def pack_of(cases: Sequence[CaseState], policy: ChargebackPolicy) -> EvidencePack:
    """Everything that speaks for the order, from its cases, the newest first."""
    order = next((case.order for case in cases if case.order is not None), None)
    known = max(cases, key=lambda case: (case.looked_up_at is not None, case.looked_up_at), default=None) if order else None
    return EvidencePack(
        goods=_goods(order) if order else "—",
        placed_at=order.placed_at if order else None,
        deliveries=tuple(_deliveries(known)) if known else (),
        refunds=tuple(_refunds(cases)),
        said=_said(cases, policy.most_said),
        policy=f"{policy.terms.en} {policy.terms.zh}",
    )


def digest_of(pack: EvidencePack) -> str:
    """Another one when the pack changes: whoever approves it names what they saw (WRK-5)."""
    return hashlib.sha256(pack.model_dump_json(exclude={"words"}).encode()).hexdigest()[:16]


def _goods(order: Order) -> str:
    return "; ".join(f"{line.quantity} × {line.title} ({line.sku}), {money(line.paid).en}" for line in order.lines)[:2000]


def _deliveries(case: CaseState) -> Iterable[DeliveryProof]:
    for parcel in case.shipments:
        yield DeliveryProof(
            tracking=parcel.tracking,
            carrier_id=parcel.carrier_id,
            status=parcel.status.value,
            shipped_at=parcel.shipped_at,
            delivered_at=parcel.delivered_at,
            signed_by=parcel.signed_by,
        )


def _refunds(cases: Sequence[CaseState]) -> Iterable[RefundMade]:
    """Each once, as the case says that looked last."""
    made = {
        refund.refund_id: refund
        for case in reversed(cases)
        for payment in case.payments
        for refund in payment.refunds
        if refund.status is not ProviderRefundStatus.REFUSED
    }
    for refund in made.values():
        yield RefundMade(refund_id=refund.refund_id, amount=refund.amount, arrived=refund.status is ProviderRefundStatus.ARRIVED)


def _said(cases: Sequence[CaseState], most: int) -> tuple[SaidInCase, ...]:
    """What the parties said, the newest of it, in its order."""
    first = [
        SaidInCase(at=case.receipt.received_at, role=Role.CUSTOMER.value, words=case.receipt.description)
        for case in cases
        if case.receipt.opened_by.role is not Role.SYSTEM
    ]
    later = [
        SaidInCase(at=saying.at, role=saying.by.role.value, words=saying.words)
        for case in cases
        for saying in case.sayings
        if saying.by.role in SPEAKERS and saying.elsewhere is None
    ]
    said = sorted((*first, *later), key=lambda one: one.at)
    return tuple(said[-most:]) if most else ()
