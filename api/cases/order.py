"""The order behind a case over HTTP: lines, parcels with their trace, payments, as the case knows them."""

from fastapi import APIRouter

from api.http.dependencies import CallerOf, CaseId, PartsOf, only_for
from api.http.lookup import find
from api.http.problems import problem
from api.http.responses import ALWAYS, problems
from api.http.routes import SeenRoute
from models.case.order_views import CaseOrderView, OrderLineView, ParcelView, PaymentView
from models.case.state import CaseState
from models.common.base import stored
from models.common.vocabulary import ErrorType, Role

router = APIRouter(prefix="/v1/cases", tags=["cases"], route_class=SeenRoute)


@router.get("/{case_id}/order", summary="The order behind a case · 工单的订单", responses=problems(*ALWAYS, 404, 409, 504))
async def order_of_case(parts: PartsOf, caller: CallerOf, case_id: CaseId) -> CaseOrderView:
    """For the platform's people. No partner is asked: it is what these told when the case was opened, and since."""
    only_for(caller, Role.platform())
    row = await find(parts, caller, case_id)
    case = stored(CaseState, row.state) if row else None
    if case is None or case.order is None:
        raise problem(
            ErrorType.NOT_ALLOWED_NOW,
            f"The case has no verified order (yet). See GET /v1/cases/{case_id}.",
            f"工单尚无已核实的订单。请见 GET /v1/cases/{case_id}。",
            rule="REC-3",
        )
    order = case.order
    return CaseOrderView(
        order_id=order.order_id,
        merchant_id=order.merchant_id,
        status=order.status,
        placed_at=order.placed_at,
        promised_at=order.promised_at,
        region=order.region,
        total=order.total,
        freight=order.freight,
        lines=tuple(
            OrderLineView.model_validate({**line.model_dump(), "marks": tuple(sorted(line.marks))}) for line in order.lines
        ),
        parcels=tuple(ParcelView.from_state(parcel) for parcel in case.shipments),
        payments=tuple(PaymentView.from_state(payment) for payment in case.payments),
    )
