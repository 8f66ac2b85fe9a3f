"""The story of `redress demo` about a customer who asks the bank, too (RES-12)."""

from typing import Any

from commands.demo.plots import Happening, Move, Plot, Proof, Scene, accept, gave, propose, refund
from models.chargebacks.actions import ChargebackAction
from models.chargebacks.state import AnswerState
from models.common.vocabulary import Issue, RemedyKind, Role, WaitFor


def bank_takes_back(scene: Scene) -> Happening:
    """The customer has disputed the payment."""
    return Happening("/chargebacks", {"order_id": scene.order["order_id"], "reason": "product_unacceptable"})


def agree_meanwhile(scene: Scene) -> Move | None:
    """The offer is taken once Redress knows of the chargeback: the refund waits."""
    return accept(scene) if _chargeback(scene, "needs_response") else None


def send_evidence(scene: Scene) -> Move | None:
    """An agent looks at the evidence and sends it."""
    known = _chargeback(scene, "needs_response")
    return _answer(Role.AGENT, ChargebackAction.CONTEST, known) if known else None


def bank_decides(scene: Scene) -> Happening | None:
    """For the shop: the customer has agreed on a solution with it."""
    known = _chargeback(scene, "under_review")
    return Happening(f"/chargebacks/{known['provider_id']}", {"status": "won"}) if known else None


def approve_or_decide(scene: Scene) -> Move | Happening | None:
    """Above the agent's limit a supervisor agrees to the evidence first (RES-4)."""
    known = _chargeback(scene, "needs_response")
    if known and known["answer_state"] == AnswerState.PROPOSED:
        return _answer(Role.SUPERVISOR, ChargebackAction.APPROVE, known)
    return bank_decides(scene)


def _answer(role: Role, action: ChargebackAction, known: dict[str, Any]) -> Move:
    return Move(role, action, {}, f"/v1/chargebacks/{known['chargeback_id']}/{action}")


def _chargeback(scene: Scene, status: str) -> dict[str, Any] | None:
    return next((one for one in scene.view["chargebacks"] if one["status"] == status), None)


WON = Proof(
    ("拒付申诉未成功", "the chargeback was not won"), lambda view: any(one["status"] == "won" for one in view["chargebacks"])
)

CHARGEBACKS: tuple[Plot, ...] = (
    Plot(
        ("银行拒付期间暂缓退款，申诉成功后退款", "charged back: the refund waits until the bank decides"),
        ("商品与描述不符，我已向银行申请拒付，也请你们处理。", "It is not as described. I have asked my bank, and I ask you."),
        "delivered",
        issue=Issue.NOT_AS_DESCRIBED,
        moves={
            WaitFor.PLAN: (propose(refund(0.3)),),
            WaitFor.CHOICE: (bank_takes_back, agree_meanwhile),
            WaitFor.CHARGEBACK: (send_evidence, approve_or_decide, bank_decides),
        },
        proofs=(gave(RemedyKind.REFUND_ONLY), WON),
    ),
)
