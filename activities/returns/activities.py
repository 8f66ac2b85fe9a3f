"""What a return asks of merchants and carriers (RES-6). Each is safe to repeat; what costs money is asked about before it is asked for again."""

from datetime import UTC, datetime, timedelta

from temporalio import activity
from temporalio.service import RPCError, RPCStatusCode

from activities.kit.carries_out import carries_out
from activities.kit.errors import pick_retryable, to_temporal
from adapters.database.engine import Database
from adapters.partners.returns import ReturnPartners
from models.activities import ARRANGE_PICKUP, CALL_OFF_RETURN, PREPARE_RETURN, SEND_GOODS_BACK, TELL_RETURN, TRACE_PARCEL
from models.common.addresses import one_line
from models.common.errors import PartnerError
from models.common.vocabulary import ErrorType
from models.returns.activities import (
    ArrangePickup,
    CallOffReturn,
    PickupArranged,
    PickupCall,
    Prepared,
    PrepareReturn,
    SendGoodsBack,
    Traced,
    TraceParcel,
)
from models.returns.box import Heard, TellReturn
from models.returns.partner import (
    Label,
    LabelRequest,
    PickupAddress,
    PickupBooked,
    PickupMove,
    PickupRequest,
    PickupStatus,
    ReturnAddress,
    ReturnAnswer,
    ReturnBox,
    ReturnCancelled,
    ReturnRequest,
    ReturnSlip,
    SendBack,
    SentBack,
    SentBackStatus,
    Voided,
)
from models.tables.addresses import AddressRow

LABEL_WITHIN = timedelta(hours=1)
"""After so long without an answer of the carrier the return goes on without a label: there are other ways to send goods."""


class ReturnActivities:
    """Calls of partners about one return. Keys: `{return}` at the merchant's; `{return}.label`, `{return}.p1` … at the carriers'."""

    def __init__(self, database: Database, partners: ReturnPartners) -> None:
        self._database = database
        self._partners = partners

    @carries_out(PREPARE_RETURN)
    async def prepare_return(self, request: PrepareReturn) -> Prepared:
        """The address from the merchant, then a label from the carrier, if it has one. A merchant's no is an answer."""
        order = ReturnRequest(
            key=request.workflow_id,
            reference=request.workflow_id,
            order_id=request.order_id,
            merchant_id=request.merchant_id,
            lines=request.lines,
            purpose=request.purpose,
            replacement_reference=request.replacement_id,
        )
        try:
            slip = await self._slip(order)
            if slip.rma is None or slip.address is None:
                return Prepared(refusal=slip.refusal, refusal_code=slip.refusal_code)
            if request.alone:
                alone = ReturnBox(key=f"{request.workflow_id}.alone{request.labels}", with_reference=None)
                await self._box(request.workflow_id, alone)
            label = await self._label(request, slip.rma, slip.address) if request.label else None
        except PartnerError as error:
            raise to_temporal(error) from error
        return Prepared(rma=slip.rma, address=slip.address, label=label)

    @carries_out(ARRANGE_PICKUP)
    async def arrange_pickup(self, request: ArrangePickup) -> PickupArranged:
        """Book, move or cancel; a carrier's no is an answer."""
        try:
            known = await self._partners.pickup_by_key(request.pickup.key) if activity.info().attempt > 1 else None
            if known is not None and _as_wanted(request, known):
                return PickupArranged(pickup=known)
            return PickupArranged(pickup=await self._arrange(request))
        except PartnerError as error:
            if error.permanent:
                return PickupArranged(refused=str(error)[:300])
            raise to_temporal(error) from error

    @carries_out(TRACE_PARCEL)
    async def trace_parcel(self, request: TraceParcel) -> Traced:
        """Where a parcel is."""
        try:
            return Traced(parcel=await self._partners.parcel(request.tracking))
        except PartnerError as error:
            raise to_temporal(error) from error

    @carries_out(SEND_GOODS_BACK)
    async def send_goods_back(self, request: SendGoodsBack) -> SentBack:
        """The same goods asked for twice are sent once. A merchant's no is an answer."""
        order = SendBack(key=f"{request.workflow_id}.back", lines=request.lines)
        try:
            known = await self._partners.sent_back(request.workflow_id) if activity.info().attempt > 1 else None
            return known or await self._partners.send_back(request.workflow_id, order)
        except PartnerError as error:
            if error.permanent:
                return SentBack(key=order.key, status=SentBackStatus.REFUSED, **error.refusal)
            raise to_temporal(error) from error

    @carries_out(CALL_OFF_RETURN)
    async def call_off_return(self, request: CallOffReturn) -> None:
        """Tell everybody, whoever of them cannot be reached; what a partner does not know needs no calling off."""
        if request.travels_with is None:
            off = f"{request.workflow_id}.off"
            calls = [self._partners.cancel_return(request.workflow_id, ReturnCancelled(key=off))]
        else:
            box = ReturnBox(key=f"{request.workflow_id}.box{request.labels}", with_reference=request.travels_with)
            calls = [self._box(request.workflow_id, box)]
        if request.label_key is not None:
            calls.append(self._partners.void_label(request.label_key, Voided(key=f"{request.label_key}.void")))
        troubles: list[PartnerError] = []
        if request.pickup_key is not None:
            try:
                await self._partners.cancel_pickup(request.pickup_key, Voided(key=f"{request.pickup_key}.off"))
            except PartnerError as error:
                troubles.append(error)
        for call in calls:
            try:
                await call
            except PartnerError as error:
                troubles.append(error)
        grave = [error for error in troubles if error.type is not ErrorType.NOT_FOUND]
        if grave:
            raise to_temporal(pick_retryable(grave)) from pick_retryable(grave)

    @carries_out(TELL_RETURN)
    async def tell_return(self, word: TellReturn) -> Heard:
        """What one return of a box says to another."""
        other = activity.client().get_workflow_handle(word.to)
        try:
            if word.companion is not None:
                await other.signal("companion", word.companion)
            if word.leading is not None:
                await other.signal("leading", word.leading)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return Heard(heard=False)
        return Heard(heard=True)

    async def _box(self, return_key: str, box: ReturnBox) -> None:
        """A merchant whose system knows no boxes says so; it finds the goods by their numbers."""
        try:
            await self._partners.box(return_key, box)
        except PartnerError as error:
            if not error.permanent:
                raise
            activity.logger.info("return.box_untold", extra={"why": str(error)})

    async def _slip(self, order: ReturnRequest) -> ReturnSlip:
        try:
            return await self._partners.open_return(order)
        except PartnerError as error:
            if error.permanent:
                return ReturnSlip(key=order.key, status=ReturnAnswer.REFUSED, **error.refusal)
            raise

    async def _label(self, request: PrepareReturn, rma: str, to: ReturnAddress) -> Label | None:
        key = f"{request.workflow_id}.label{request.labels if request.labels > 1 else ''}"
        order = LabelRequest(key=key, reference=request.workflow_id, order_id=request.order_id, rma=rma, to=to)
        try:
            known = await self._partners.label_by_key(key) if request.again or activity.info().attempt > 1 else None
            return known or await self._partners.label(order)
        except PartnerError as error:
            waited = datetime.now(UTC) - activity.info().scheduled_time
            if error.permanent or waited > LABEL_WITHIN:
                activity.logger.warning("return.no_label", extra={"why": str(error)})
                return None
            raise

    async def _arrange(self, request: ArrangePickup) -> PickupBooked:
        pickup = request.pickup
        match request.call:
            case PickupCall.BOOK:
                wanted = PickupRequest(
                    key=pickup.key,
                    reference=request.workflow_id,
                    order_id=request.order_id,
                    rma=request.rma,
                    to=request.to,
                    tracking=request.tracking,
                    start=request.start,
                    end=request.end,
                    address=await self._address(pickup.address_id),
                )
                return await self._partners.pickup(wanted)
            case PickupCall.MOVE:
                order = PickupMove(key=f"{pickup.key}.m{pickup.moves}", start=request.start, end=request.end)
                return await self._partners.move_pickup(pickup.key, order)
            case PickupCall.CANCEL:
                return await self._partners.cancel_pickup(pickup.key, Voided(key=f"{pickup.key}.off"))

    async def _address(self, address_id: str | None) -> PickupAddress | None:
        """Personal, so it is read only where it is sent on (ARC-3)."""
        if address_id is None:
            return None
        async with self._database.reading() as session:
            row = await session.get(AddressRow, address_id)
        if row is None:
            raise PartnerError(ErrorType.PARTNER_REFUSED, "the address is not known any more")
        place = one_line((row.street, row.street2, row.city, row.region, row.postal_code))
        return PickupAddress.model_validate({**row.model_dump(), "address": place})


def _as_wanted(request: ArrangePickup, known: PickupBooked) -> bool:
    """Whether what was asked for came about although its answer got lost."""
    if request.call is PickupCall.CANCEL:
        return known.status is PickupStatus.CANCELLED
    return known.status is PickupStatus.BOOKED and (known.start, known.end) == (request.start, request.end)
