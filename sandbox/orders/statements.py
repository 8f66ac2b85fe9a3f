"""Questions to merchants and carriers (INV-2). Each recipient has a temper, and who is not silent answers by webhook a little later."""

import json
import re
from enum import StrEnum

from fastapi import HTTPException

from models.common.partner_registry import Partner
from models.common.partners import NoticeKind, Statement, StatementRequest
from sandbox.kit.books import now
from sandbox.kit.faults import Fault
from sandbox.kit.parts import Sandbox


class Temper(StrEnum):
    ADMITS = "admits"
    DENIES = "denies"
    EXPLAINS = "explains"
    """States its side, and not whether it takes responsibility."""
    SILENT = "silent"


MERCHANTS = (Temper.EXPLAINS, Temper.ADMITS, Temper.DENIES, Temper.SILENT)
"""Of M-n: n modulo four. M-1 admits, M-2 denies, M-3 is silent, M-4 explains, M-5 admits …"""
CARRIERS = {"YTO": Temper.ADMITS, "ZTO": Temper.DENIES, "JD": Temper.EXPLAINS, "DHL": Temper.ADMITS}
"""Every other carrier is silent, SF too, so that a reader can play it."""

WORDS = {
    (Partner.MERCHANT, Temper.ADMITS): (
        "经核实是我们的问题，愿意承担责任。",
        "We checked: it was our fault, and we take responsibility.",
    ),
    (Partner.MERCHANT, Temper.DENIES): ("发货前已检查，商品完好。", "We checked the goods before sending; they were fine."),
    (Partner.MERCHANT, Temper.EXPLAINS): (
        "订单由仓库按流程发出，正在核实细节。",
        "The warehouse sent it as usual; we are looking into it.",
    ),
    (Partner.CARRIER, Temper.ADMITS): ("运输途中出现异常，由我们承担责任。", "It happened on the way; we take responsibility."),
    (Partner.CARRIER, Temper.DENIES): ("包裹按规定投递，外包装完好。", "It was delivered as agreed, its wrapping intact."),
    (Partner.CARRIER, Temper.EXPLAINS): (
        "包裹按正常线路运输，正在核实交接记录。",
        "It took the usual way; we are looking into the hand-overs.",
    ),
}


def temper_of(sandbox: Sandbox, recipient: str, order_id: str | None = None) -> Temper:
    """As the desk set it: for everything about that order, else for that recipient; else the recipient's own."""
    for whose in (order_id, recipient):
        row = sandbox.books.one("select answers from tempers where recipient = ?", whose)
        if row is not None:
            return Temper(row["answers"])
    merchant = re.fullmatch(r"M-(\d+)", recipient)
    return MERCHANTS[int(merchant[1]) % 4] if merchant else CARRIERS.get(recipient, Temper.SILENT)


def take_request(sandbox: Sandbox, partner: Partner, request: StatementRequest, key: str, faults: frozenset[Fault]) -> None:
    """Take a question once; the same key with another question is an error."""
    if key != request.key:
        raise HTTPException(422, "the Idempotency-Key and the body's key differ")
    text = request.model_dump_json()
    known = sandbox.books.one("select * from statements where partner = ? and key = ?", partner, key)
    if known is None:
        with sandbox.books.transaction():
            _note(sandbox, partner, request, text, faults)
    elif json.loads(known["request"]) != json.loads(text):
        raise HTTPException(409, "this key came with another question before")
    else:
        sandbox.books.write("update statements set calls = calls + 1 where partner = ? and key = ?", partner, key)


def _note(sandbox: Sandbox, partner: Partner, request: StatementRequest, text: str, faults: frozenset[Fault]) -> None:
    temper = temper_of(sandbox, request.recipient, request.order_id)
    at = now()
    sandbox.books.insert("statements", partner=partner, key=request.key, request=text, at=at.isoformat(), answer=temper)
    if temper is Temper.SILENT:
        return
    chinese = any("\u4e00" <= letter <= "\u9fff" for letter in request.question)
    said = Statement(
        request_id=request.request_id,
        words=WORDS[partner, temper][not chinese],
        admits={Temper.ADMITS: True, Temper.DENIES: False}.get(temper),
    )
    sandbox.webhooks.add(
        partner,
        NoticeKind.STATEMENT,
        said,
        at + sandbox.options.answer_delay,
        reference=request.reference,
        order_id=request.order_id,
        faults=faults,
    )
