"""Chargebacks (docs/partners/payment.yaml), and the bank that opens and decides them on demand."""

from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, HTTPException, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from models.chargebacks.partner import AnswerKind, Chargeback, ChargebackAnswer, ChargebackPhase, ChargebackStatus
from models.common.base import Identifier, Money
from models.common.partner_registry import Partner
from models.common.partners import NoticeKind
from sandbox.kit.books import Row, now
from sandbox.kit.parts import KeyOf, Sandbox, SandboxOf, answer, contract
from sandbox.money.charge import paid_charges

router = contract(Partner.PAYMENT, "/chargebacks")
bank = APIRouter(prefix="/chargebacks", tags=["sandbox"])
FEE = Money(minor=1_500, currency="CNY")
"""What the provider charges for each, in whatever currency was paid; it is given back for one that is won."""
SOON = timedelta(milliseconds=5)


class Chargebacks(BaseModel):
    chargebacks: tuple[Chargeback, ...]


class Raised(BaseModel):
    """What the customer's bank asks back."""

    model_config = ConfigDict(extra="forbid")

    order_id: Identifier
    payment_id: Identifier | None = None
    """None: the order's first payment."""
    reason: str = "product_not_received"
    phase: ChargebackPhase = ChargebackPhase.CHARGEBACK
    amount: Money | None = None
    """None: the whole payment."""
    answer_within: float = Field(default=7 * 86_400, gt=0)
    """Seconds."""
    told: bool = True
    """Whether a webhook tells of it."""


class Decided(BaseModel):
    """How it goes on."""

    model_config = ConfigDict(extra="forbid")

    status: ChargebackStatus
    phase: ChargebackPhase | None = None
    """None: as it was."""
    lost: Money | None = None
    """For `partly_lost`."""
    told: bool = True


@router.get("")
async def chargebacks(sandbox: SandboxOf, since: Annotated[datetime, Query()]) -> Response:
    rows = sandbox.books.read("select * from chargebacks order by opened_at")
    known = (read(row) for row in rows)
    return answer(Chargebacks(chargebacks=tuple(one for one in known if one.opened_at >= since)))


@router.get("/{chargeback_id}")
async def chargeback(chargeback_id: str, sandbox: SandboxOf) -> Response:
    return answer(read(_known(sandbox, chargeback_id)))


@router.post("/{chargeback_id}/answer")
async def answer_chargeback(chargeback_id: str, given: ChargebackAnswer, key: KeyOf, sandbox: SandboxOf) -> Response:
    """The same key is the same answer; another one is too late."""
    if (key, given.chargeback_id) != (given.key, chargeback_id):
        raise HTTPException(422, "the Idempotency-Key or the address and the body differ")
    with sandbox.books.transaction():
        row = _known(sandbox, chargeback_id)
        known = read(row)
        if row["answer"] is None:
            if known.status is not ChargebackStatus.NEEDS_RESPONSE:
                raise HTTPException(422, f"the chargeback is {known.status.value}: no answer is taken")
            gave_in = given.kind is AnswerKind.ACCEPTANCE
            status = ChargebackStatus.ACCEPTED if gave_in else ChargebackStatus.UNDER_REVIEW
            known = known.model_copy(update={"status": status, "answer_key": key})
            _put(sandbox, known, given)
            if gave_in:
                _tell(sandbox, known)
        elif known.answer_key != key:
            raise HTTPException(409, "it was answered before, under another key")
        sandbox.books.write("update chargebacks set calls = calls + 1 where chargeback_id = ?", chargeback_id)
    return answer(known)


@bank.get("")
async def books(sandbox: SandboxOf) -> list[dict[str, Any]]:
    """Every chargeback, with what was answered and how often that came."""
    rows = sandbox.books.read("select * from chargebacks order by opened_at")
    return [
        read(row).model_dump(mode="json")
        | {"answer": ChargebackAnswer.model_validate_json(row["answer"]).model_dump(mode="json") if row["answer"] else None}
        | {"calls": row["calls"]}
        for row in rows
    ]


@bank.post("", status_code=201)
async def raise_chargeback(raised: Raised, sandbox: SandboxOf) -> Chargeback:
    """The customer has asked the bank for the money back."""
    entry = sandbox.catalogue.entries.get(raised.order_id)
    paid = (*entry.payments, *paid_charges(sandbox, raised.order_id)) if entry else ()
    payment = next((one for one in paid if raised.payment_id in {None, one.payment_id}), None)
    if payment is None:
        raise HTTPException(404, f"order {raised.order_id} has no such payment")
    at = now()
    made = Chargeback(
        chargeback_id=f"DP-{uuid4().hex[:12]}",
        payment_id=payment.payment_id,
        order_id=raised.order_id,
        phase=raised.phase,
        status=ChargebackStatus.NEEDS_RESPONSE,
        reason=raised.reason,
        amount=raised.amount or payment.amount,
        fee=_fee(payment.amount.currency) if raised.phase is ChargebackPhase.CHARGEBACK else None,
        answer_by=at + timedelta(seconds=raised.answer_within),
        opened_at=at,
    )
    with sandbox.books.transaction():
        sandbox.books.insert(
            "chargebacks",
            chargeback_id=made.chargeback_id,
            payment_id=made.payment_id,
            chargeback=made.model_dump_json(),
            opened_at=at.isoformat(),
        )
        if raised.told:
            _tell(sandbox, made)
    return made


@bank.post("/{chargeback_id}")
async def decide(chargeback_id: str, decided: Decided, sandbox: SandboxOf) -> Chargeback:
    """The bank goes on with it: another status, an inquiry that becomes a chargeback."""
    with sandbox.books.transaction():
        known = read(_known(sandbox, chargeback_id))
        phase = decided.phase or known.phase
        won = decided.status is ChargebackStatus.WON
        change = {
            "status": decided.status,
            "phase": phase,
            "lost": decided.lost,
            "fee": _fee(known.amount.currency) if phase is ChargebackPhase.CHARGEBACK else None,
            "fee_returned": won,
        }
        after = Chargeback.model_validate(known.model_dump() | change)
        _put(sandbox, after)
        if decided.told:
            _tell(sandbox, after)
    return after


def is_disputed(sandbox: Sandbox, payment_id: str) -> bool:
    """Whether one of the payment is open: nothing of it is refunded then."""
    rows = sandbox.books.read("select * from chargebacks where payment_id = ?", payment_id)
    return any(read(row).open for row in rows)


def read(row: Row) -> Chargeback:
    return Chargeback.model_validate_json(row["chargeback"])


def _fee(currency: str) -> Money:
    return FEE.model_copy(update={"currency": currency})


def _known(sandbox: Sandbox, chargeback_id: str) -> Row:
    row = sandbox.books.one("select * from chargebacks where chargeback_id = ?", chargeback_id)
    if row is None:
        raise HTTPException(404, f"there is no chargeback {chargeback_id}")
    return row


def _put(sandbox: Sandbox, after: Chargeback, given: ChargebackAnswer | None = None) -> None:
    text = given.model_dump_json() if given else None
    sandbox.books.write(
        "update chargebacks set chargeback = ?, answer = coalesce(?, answer) where chargeback_id = ?",
        after.model_dump_json(),
        text,
        after.chargeback_id,
    )


def _tell(sandbox: Sandbox, told: Chargeback) -> None:
    sandbox.webhooks.add(Partner.PAYMENT, NoticeKind.CHARGEBACK, told, now() + SOON, reference=None, order_id=told.order_id)
