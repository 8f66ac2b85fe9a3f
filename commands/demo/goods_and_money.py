"""What happens to goods, money and claims in the stories of `redress demo`; and what people usually do, whatever the story."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from commands.demo.plots import (
    PICTURE,
    Happening,
    Maker,
    Move,
    Scene,
    accept,
    answer,
    approve,
    arbitrate,
    classify,
    confirm,
    find,
    helped,
    propose,
    refund,
    reply,
    retry_refund,
    right_order,
)
from models.claims.actions import ClaimAction
from models.common.vocabulary import Issue, Party, Role, WaitFor
from models.replacements.state import ReplacementAction, ReplacementStage
from models.returns.state import PickupState, ReturnAction, ReturnStage


def hand_over(scene: Scene) -> Happening | None:
    """The customer sticks the label on and hands the parcel over."""
    _, back = _travelling(scene, "return")
    return _scan(back["label"]["tracking"], "in_transit") if back and back["label"] else None


def book_pickup(scene: Scene) -> Move | None:
    remedy, back = _travelling(scene, "return")
    if back is None or back["stage"] != ReturnStage.AWAITING:
        return None
    start = datetime.now(UTC) + timedelta(hours=20)
    body = {"start": start.isoformat(), "end": (start + timedelta(hours=2)).isoformat()}
    return _at(scene, Role.CUSTOMER, ReturnAction.BOOK_PICKUP, f"returns/{remedy}", body)


def fetched(scene: Scene) -> Happening | None:
    """The carrier rings at the appointed time."""
    _, back = _travelling(scene, "return")
    pickup = back["pickup"] if back else None
    if pickup is None or pickup["state"] != PickupState.BOOKED:
        return None
    return Happening(f"/pickups/{pickup['key']}/{PickupState.COLLECTED}")


def arrive(scene: Scene) -> Happening | None:
    """The parcel of a return reaches the merchant, or what was not accepted the customer."""
    _, back = _travelling(scene, "return")
    parcel = back and (back["sent_back"] if back["stage"] == ReturnStage.SENDING_BACK else back["parcel"])
    return _scan(parcel["tracking"], "delivered") if parcel else None


def inspect(scene: Scene) -> Move | None:
    """The merchant finds everything in order."""
    remedy, back = _travelling(scene, "return")
    if back is None or back["stage"] != ReturnStage.RECEIVED:
        return None
    lines = [{"line_id": line["line_id"], "accepted": line["quantity"]} for line in back["lines"]]
    return _at(scene, Role.MERCHANT, ReturnAction.INSPECT, f"returns/{remedy}", {"lines": lines})


def worth(share: str) -> Maker:
    """The merchant finds a scratch, and takes one piece of each line at a share of its worth (RES-13)."""

    def move(scene: Scene) -> Move | None:
        usual = inspect(scene)
        if usual is None:
            return None
        why = scene.say("杯口有划痕", "There is a scratch on the rim")
        same = {"quantity": 1, "share": share, "reason": why, "picture": PICTURE}
        reduced = [{"line_id": line["line_id"], **same} for line in usual.body["lines"]]
        return replace(usual, body={**usual.body, "reduced": reduced}, photo=True)

    return move


def agree_to_worth(scene: Scene) -> Move | None:
    remedy, back = _travelling(scene, "return")
    return _at(scene, Role.CUSTOMER, ReturnAction.AGREE_WORTH, f"returns/{remedy}", {}) if back else None


def appeal_worth(scene: Scene) -> Move | None:
    remedy, back = _travelling(scene, "return")
    body = {"words": scene.say("收到时就有划痕。", "The scratch was there when it came.")}
    return _at(scene, Role.CUSTOMER, ReturnAction.APPEAL_WORTH, f"returns/{remedy}", body) if back else None


def rule_worth(share: str) -> Maker:
    """A supervisor finds another share right."""

    def move(scene: Scene) -> Move | None:
        remedy, back = _travelling(scene, "return")
        if back is None or back["worth"] is None:
            return None
        shares = [{"line_id": one["line_id"], "share": share} for one in back["worth"]["pieces"]]
        body = {"shares": shares, "reason": scene.say("划痕轻微，不影响使用", "It is slight, and no hindrance")}
        return _at(scene, Role.SUPERVISOR, ReturnAction.RULE_WORTH, f"returns/{remedy}", body)

    return move


def deliver(scene: Scene) -> Happening | None:
    """New goods, or repaired ones, reach the customer."""
    _, goods = _travelling(scene, "replacement")
    return _scan(goods["tracking"], "delivered") if goods and goods["tracking"] else None


def workshop(scene: Scene) -> Move | Happening | None:
    """Under warranty: diagnosed, repaired, sent back. Once an estimate was agreed to, the sandbox's workshop goes on by itself."""
    remedy, goods = _travelling(scene, "replacement")
    if goods is None or goods["estimate"]:
        return None
    at = f"replacements/{remedy}"
    match goods["stage"]:
        case ReplacementStage.DIAGNOSIS:
            return _at(scene, Role.MERCHANT, ReplacementAction.DIAGNOSE, at, {"in_warranty": True})
        case ReplacementStage.REPAIR:
            return _at(scene, Role.MERCHANT, ReplacementAction.REPAIRED, at, {})
        case ReplacementStage.SENDING_BACK:
            return Happening(f"/repairs/{goods['workflow_id']}.repair/sent_back")
        case _:
            return None


def estimate(minor: int) -> Maker:
    """Out of warranty: the workshop says what it would cost."""

    def move(scene: Scene) -> Move | None:
        remedy, goods = _travelling(scene, "replacement")
        if goods is None or goods["stage"] != ReplacementStage.DIAGNOSIS:
            return None
        found = scene.say("进水，需更换主板", "Water got in; a part has to be replaced")
        body = {"in_warranty": False, "estimate": scene.sum_of(minor), "words": found}
        return _at(scene, Role.MERCHANT, ReplacementAction.DIAGNOSE, f"replacements/{remedy}", body)

    return move


def agree_to_estimate(scene: Scene) -> Move | None:
    remedy, goods = _travelling(scene, "replacement")
    return _at(scene, Role.CUSTOMER, ReplacementAction.ACCEPT_ESTIMATE, f"replacements/{remedy}", {}) if goods else None


def pay(scene: Scene) -> Happening | None:
    """The customer pays a difference, or a repair, on the provider's page."""
    for remedy in scene.view["remedies"]:
        for state in (remedy["ordering"], remedy["replacement"]):
            if state and state.get("charge") and state["charge"]["status"] == "pending" and state["charge"]["pay_url"]:
                return Happening(f"/charges/{state['charge']['key']}/pay")
    return None


def parcel_comes(scene: Scene) -> Happening:
    """The order's own parcel reaches the customer, whatever was thought of it."""
    return _scan(scene.order["tracking"][0], "delivered")


def carrier_accepts(scene: Scene) -> Move | None:
    """The carrier agrees to pay what it is liable for (RES-9)."""
    claim = _claim(scene, "open")
    return Move(Role.CARRIER, ClaimAction.ACCEPT, {}, f"/v1/claims/{claim}/{ClaimAction.ACCEPT}") if claim else None


def carrier_accepts_the_delay(scene: Scene) -> Move | None:
    """As soon as the claim is for no more than that: the case hears of a parcel's arrival when the carrier's notice comes through."""
    return carrier_accepts(scene) if any(claim["cause"] == "late" for claim in scene.view["claims"]) else None


def settle_claim(scene: Scene) -> Move | None:
    claim = _claim(scene, "accepted")
    proof = {"proof": scene.say("银行回单", "bank slip")}
    return Move(Role.AGENT, ClaimAction.SETTLE, proof, f"/v1/claims/{claim}/{ClaimAction.SETTLE}") if claim else None


def _claim(scene: Scene, status: str) -> str | None:
    return next((claim["claim_id"] for claim in scene.view["claims"] if claim["status"] == status), None)


def _travelling(scene: Scene, part: str) -> tuple[str, dict[str, Any] | None]:
    """The open remedy with such goods under way, and where they are."""
    found = (remedy for remedy in scene.view["remedies"] if remedy[part] and not remedy["done_at"] and not remedy["undone"])
    remedy = next(found, None)
    return (remedy["id"], remedy[part]) if remedy else ("", None)


def _at(scene: Scene, role: Role, action: str, place: str, body: Mapping[str, Any]) -> Move:
    return Move(role, action, body, f"/v1/cases/{scene.view['case_id']}/{place}/{action}")


def _scan(tracking: str, status: str) -> Happening:
    return Happening(f"/parcels/{tracking}/scans", {"status": status})


USUAL: Mapping[WaitFor, Maker] = {
    WaitFor.ORDER_CORRECTION: right_order,
    WaitFor.TRIAGE: classify(Issue.QUALITY_DEFECT),
    WaitFor.ANSWERS: answer(),
    WaitFor.FINDING: find(Party.MERCHANT),
    WaitFor.PLAN: propose(refund(0.3)),
    WaitFor.ANSWER_CHECK: helped(yes=True),
    WaitFor.REPLY: reply,
    WaitFor.CHOICE: accept,
    WaitFor.APPROVAL: approve,
    WaitFor.ARBITRATION: arbitrate(0.2),
    WaitFor.PAYMENT_REPAIR: retry_refund,
    WaitFor.RETURN_SHIPPING: hand_over,
    WaitFor.RETURN_TRANSIT: arrive,
    WaitFor.INSPECTION: inspect,
    WaitFor.REDUCED_WORTH: agree_to_worth,
    WaitFor.REPLACEMENT_TRANSIT: deliver,
    WaitFor.REPAIR: workshop,
    WaitFor.REPAIR_ESTIMATE: agree_to_estimate,
    WaitFor.CHARGE: pay,
    WaitFor.CONFIRMATION: confirm(),
}
"""What people do when the plot says nothing else."""
