"""Claims on carriers and recoveries from merchants: docs/partners/carrier.yaml (`/claims`), merchant.yaml (`/recoveries`).

A recipient's temper decides: who admits accepts and pays; who explains accepts half, and the whole after a dispute; who denies
rejects; the rest are silent.
"""

import json
from datetime import datetime
from http import HTTPStatus

from fastapi import APIRouter, HTTPException, Response

from models.claims.partner import ClaimAnswer, ClaimMessage, ClaimMove, ClaimReceipt, ClaimWord
from models.common.base import Money
from models.common.partner_registry import Partner
from models.common.partners import NoticeKind
from sandbox.kit.books import Row, as_json, now
from sandbox.kit.faults import Fault
from sandbox.kit.parts import FaultsOf, KeyOf, Sandbox, SandboxOf, answer, contract
from sandbox.orders.statements import Temper, temper_of

carrier = contract(Partner.CARRIER)
merchant = contract(Partner.MERCHANT)
control = APIRouter(tags=["sandbox"])

WORDS = {
    ClaimAnswer.ACCEPTED: ("核实无误，同意赔付。", "We checked, and pay."),
    ClaimAnswer.ACCEPTED_IN_PART: ("按条款赔付一半。", "By our terms we pay half of it."),
    ClaimAnswer.REJECTED: ("签收记录完整，不予赔付。", "Our records are complete: we do not pay."),
}


@carrier.post("/claims", status_code=202)
async def claim(message: ClaimMessage, key: KeyOf, sandbox: SandboxOf, faults: FaultsOf) -> Response:
    return _take(sandbox, Partner.CARRIER, message, key, faults)


@merchant.post("/recoveries", status_code=202)
async def recover(message: ClaimMessage, key: KeyOf, sandbox: SandboxOf, faults: FaultsOf) -> Response:
    return _take(sandbox, Partner.MERCHANT, message, key, faults)


@carrier.get("/claims/{key}")
async def claim_by_key(key: str, sandbox: SandboxOf) -> Response:
    return _known(sandbox, Partner.CARRIER, key)


@merchant.get("/recoveries/{key}")
async def recovery_by_key(key: str, sandbox: SandboxOf) -> Response:
    return _known(sandbox, Partner.MERCHANT, key)


@control.get("/books/claims")
async def claims(sandbox: SandboxOf, reference: str | None = None) -> list[Row]:
    """Every message about a claim, once for each key, with the answer that it got and how often it came."""
    rows = [as_json(row, "message") for row in sandbox.books.read("select * from claims order by at, key")]
    flat = [row.pop("message") | row for row in rows]
    return [row for row in flat if reference in {None, row["reference"]}]


def _take(sandbox: Sandbox, partner: Partner, message: ClaimMessage, key: str, faults: frozenset[Fault]) -> Response:
    """Take a message once; the same key with another one is an error."""
    if key != message.key:
        raise HTTPException(422, "the Idempotency-Key and the body's key differ")
    known = sandbox.books.one("select * from claims where partner = ? and key = ?", partner, key)
    if known is not None and json.loads(known["message"]) != json.loads(message.model_dump_json()):
        raise HTTPException(409, "this key came with another message before")
    if known is not None:
        sandbox.books.write("update claims set calls = calls + 1 where partner = ? and key = ?", partner, key)
    else:
        with sandbox.books.transaction():
            _note(sandbox, partner, message, faults)
    return answer(_receipt(message.key, message.reference), HTTPStatus.ACCEPTED)


def _known(sandbox: Sandbox, partner: Partner, key: str) -> Response:
    row = sandbox.books.one("select * from claims where partner = ? and key = ?", partner, key)
    if row is None:
        raise HTTPException(404, f"there is no message with the key {key}")
    return answer(_receipt(key, json.loads(row["message"])["reference"]))


def _receipt(key: str, reference: str) -> ClaimReceipt:
    return ClaimReceipt(key=key, claim_number=f"LP-{reference}")


def _note(sandbox: Sandbox, partner: Partner, message: ClaimMessage, faults: frozenset[Fault]) -> None:
    """Write it down and answer it a little later, by the recipient's temper; who accepts pays a little after that."""
    at = now()
    said = _answer(message, temper_of(sandbox, message.recipient, message.order_id))
    sandbox.books.insert(
        "claims",
        partner=partner,
        key=message.key,
        message=message.model_dump_json(),
        at=at.isoformat(),
        answer=said.answer if said else None,
    )
    if said is None:
        return
    due = at + sandbox.options.answer_delay

    def tell(word: ClaimWord, at: datetime, overtaken: ClaimWord | None = None) -> None:
        sandbox.webhooks.add(
            partner,
            NoticeKind.CLAIM,
            word,
            at,
            reference=message.reference,
            order_id=message.order_id,
            overtaken=overtaken,
            faults=faults,
        )

    tell(said, due)
    if said.answer is ClaimAnswer.ACCEPTED:
        paid = ClaimWord(answer=ClaimAnswer.PAID, amount=message.amount, payment_reference=f"BANK-{message.key}")
        tell(paid, due + sandbox.options.answer_delay, overtaken=said)


def _answer(message: ClaimMessage, temper: Temper) -> ClaimWord | None:
    """None: nothing is said."""
    if message.move not in {ClaimMove.OPEN, ClaimMove.DISPUTE}:
        return None
    again = message.move is ClaimMove.DISPUTE
    match temper:
        case Temper.ADMITS:
            said = ClaimAnswer.ACCEPTED
        case Temper.EXPLAINS:
            said = ClaimAnswer.ACCEPTED if again else ClaimAnswer.ACCEPTED_IN_PART
        case Temper.DENIES:
            said = ClaimAnswer.REJECTED
        case Temper.SILENT:
            return None
    half = Money(minor=max(message.amount.minor // 2, 1), currency=message.amount.currency)
    amount = half if said is ClaimAnswer.ACCEPTED_IN_PART else None
    if amount is not None and amount.minor >= message.amount.minor:
        said, amount = ClaimAnswer.ACCEPTED, None
    zh, en = WORDS[said]
    return ClaimWord(answer=said, amount=amount, words=f"{zh} {en}")
