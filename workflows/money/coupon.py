"""A coupon (RES-3): issued for the customer, with its code or on their balance (RES-17); taken back while it is not used (RES-11)."""

from collections.abc import Mapping

from models.case.activities import CouponRequest
from models.common.events import Event
from models.common.vocabulary import WaitFor
from models.money.coupon import CouponForm, CouponStatus, coupon_key
from models.remedies.remedy import Remedy
from models.remedies.table import REMEDIES
from rules.money.bonus import goes_with
from workflows.kit import activities
from workflows.kit.case_context import CaseContext
from workflows.kit.remedies import find, replace

TOLD: Mapping[CouponForm, tuple[Event, Event]] = {
    CouponForm.CODE: (Event.COUPON_ISSUED, Event.COUPON_REFUSED),
    CouponForm.BALANCE: (Event.BONUS_GIVEN, Event.BONUS_REFUSED),
}
"""What is told when one of each form was given, and when it was refused."""


async def issue(context: CaseContext, remedy_id: str) -> None:
    """Done when the promotion system has issued it. A refusal sends the case back to looking for a solution."""
    context.leave_stage_if_changed()
    remedy = find(context, remedy_id)
    request = request_of(context, remedy)
    coupon = await context.await_partner(activities.issue_coupon(request), WaitFor.COUPON, when_silent=lambda: late(context))
    told = {"remedy_id": remedy_id, "amount_minor": request.amount.minor, "currency": request.amount.currency}
    given, refused = TOLD[request.form]
    if coupon.status not in CouponStatus.given():
        replace(context, find(context, remedy_id).model_copy(update={"undone": "refused"}))
        context.note(refused, refusal=coupon.refusal, **told)
        context.case.settled = False
        return
    replace(context, find(context, remedy_id).model_copy(update={"coupon_code": coupon.code or None, "done_at": context.now}))
    context.note(given, code=coupon.code, until=request.valid_until.isoformat(), **told)


async def compensate(context: CaseContext, remedy_id: str, _: str) -> tuple[str, ...]:
    """One that the customer used already stays theirs."""
    remedy = find(context, remedy_id)
    request = request_of(context, remedy)
    coupon = await context.await_partner(activities.revoke_coupon(request), WaitFor.COUPON, when_silent=lambda: late(context))
    return () if coupon.status in {CouponStatus.REVOKED, CouponStatus.REFUSED, CouponStatus.EXPIRED} else (remedy.kind.value,)


def late(context: CaseContext) -> None:
    """The promotion system is silent beyond its time: the supervisors hear of it, it goes on being asked."""
    context.note(Event.COUPON_LATE, until=context.deadline(WaitFor.COUPON).isoformat())


def request_of(context: CaseContext, remedy: Remedy) -> CouponRequest:
    case = context.case
    assert remedy.amount is not None  # noqa: S101  # the offer of a coupon has an amount
    form, since, lasting = CouponForm.CODE, case.settled_at or context.now, context.policy.coupon_valid_for
    if REMEDIES[remedy.kind].with_credit:
        form, lasting = CouponForm.BALANCE, context.policy.store_credit.bonus.valid_for
        since = max((one.done_at for one in case.remedies if one.done_at and goes_with(remedy, one)), default=since)
    return CouponRequest(
        key=coupon_key(case.case_id, remedy.id),
        case_id=case.case_id,
        remedy_id=remedy.id,
        customer_id=case.receipt.customer_id,
        order_id=case.order_id,
        amount=remedy.amount,
        valid_until=since + lasting,
        reason=f"{case.issue}",
        form=form,
        at=context.now,
    )
