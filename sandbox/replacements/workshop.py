"""The merchants' workshops (RES-7), by the merchants' tempers: docs/partners/merchant.yaml.

Who admits repairs under warranty, who explains asks for money, who denies cannot repair, a silent one waits for the desk.
"""

import json
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Response

from models.common.base import Money
from models.common.partner_registry import Partner
from models.common.partners import NoticeKind
from models.replacements.partner import Repair, RepairDecision, RepairRequest, RepairStatus
from sandbox.kit.faults import Fault
from sandbox.kit.parts import FaultsOf, KeyOf, Sandbox, SandboxOf, answer, contract
from sandbox.orders.statements import Temper, temper_of
from sandbox.replacements.warehouse import About, currency_of, known, new_parcel, note, put, row_of, tell

router = contract(Partner.MERCHANT)
control = APIRouter(tags=["sandbox"])

ESTIMATE = 4500
FAULT = "主板故障，需更换 The board is broken."


@router.post("/repairs")
async def repair(asked: RepairRequest, key: KeyOf, sandbox: SandboxOf, faults: FaultsOf) -> Response:
    before = known(sandbox, "repair", asked, key)
    if before is not None:
        return answer(Repair.model_validate_json(before["answer"]))
    made = Repair(key=key, status=RepairStatus.TAKEN)
    with sandbox.books.transaction():
        note(sandbox, "repair", asked, made)
        temper, price = (
            temper_of(sandbox, asked.merchant_id, asked.order_id),
            Money(minor=ESTIMATE, currency=currency_of(sandbox, asked.order_id)),
        )
        found = made.model_copy(update={"status": RepairStatus.DIAGNOSED, "words": FAULT})
        match temper:
            case Temper.ADMITS:
                _goes_on(sandbox, asked, found.model_copy(update={"in_warranty": True}), faults)
            case Temper.EXPLAINS:
                _turn(sandbox, asked, found.model_copy(update={"in_warranty": False, "estimate": price}), 1, faults)
            case Temper.DENIES:
                hopeless = {"status": RepairStatus.NOT_REPAIRABLE, "in_warranty": True, "words": FAULT}
                _turn(sandbox, asked, made.model_copy(update=hopeless), 1, faults)
            case Temper.SILENT:
                pass
    return answer(made, HTTPStatus.CREATED)


@router.get("/repairs/{repair_key}")
async def repair_by_key(repair_key: str, sandbox: SandboxOf) -> Response:
    return answer(Repair.model_validate_json(row_of(sandbox, "repair", repair_key)["answer"]))


@router.post("/repairs/{repair_key}/decision")
async def decide(repair_key: str, asked: RepairDecision, sandbox: SandboxOf, faults: FaultsOf, _: KeyOf) -> Response:
    row = row_of(sandbox, "repair", repair_key)
    told = Repair.model_validate_json(row["answer"])
    order = RepairRequest.model_validate_json(row["request"])
    if told.status in {RepairStatus.TAKEN, RepairStatus.DIAGNOSED} and row["decision"] is None:
        with sandbox.books.transaction():
            sandbox.books.write("update warehouse set decision = ? where kind = 'repair' and key = ?", asked.approved, repair_key)
            if asked.approved:
                _goes_on(sandbox, order, told, faults)
            else:
                _turn(sandbox, order, _packed(sandbox, order, told), 1, faults)
    return answer(told)


@control.post("/repairs/{repair_key}/{status}")
async def move_repair(repair_key: str, status: RepairStatus, news: dict[str, Any], sandbox: SandboxOf) -> Response:
    """Let a repair move on: the body adds `in_warranty`, `estimate` and `words`; the workshop tells of it."""
    row = row_of(sandbox, "repair", repair_key)
    order = RepairRequest.model_validate_json(row["request"])
    told = Repair.model_validate({**json.loads(row["answer"]), **news, "status": status})
    with sandbox.books.transaction():
        if status is RepairStatus.SENT_BACK:
            told = _packed(sandbox, order, told)
        put(sandbox, "repair", told)
        tell(sandbox, NoticeKind.REPAIR, told, About(order.reference, order.order_id))
    return answer(told)


def _packed(sandbox: Sandbox, order: RepairRequest, told: Repair) -> Repair:
    tracking = new_parcel(sandbox, order.order_id, order.reference)
    return told.model_copy(update={"status": RepairStatus.SENT_BACK, "tracking": tracking, "carrier_id": "SF"})


def _goes_on(sandbox: Sandbox, order: RepairRequest, found: Repair, faults: frozenset[Fault]) -> None:
    """Diagnosed, repaired and sent back, one after the other."""
    _turn(sandbox, order, found, 1, faults)
    mended = found.model_copy(update={"status": RepairStatus.REPAIRED})
    _turn(sandbox, order, mended, 2, faults)
    _turn(sandbox, order, _packed(sandbox, order, mended), 3, faults)


def _turn(sandbox: Sandbox, order: RepairRequest, told: Repair, steps: int, faults: frozenset[Fault]) -> None:
    """What the workshop has come to; it tells of it a little later, each step after the one before."""
    put(sandbox, "repair", told)
    tell(sandbox, NoticeKind.REPAIR, told, About(order.reference, order.order_id, faults), sandbox.options.answer_delay * steps)
