"""The stories of `redress demo`: what each case is about, and what its people do when it is their move."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from models.actions import Action
from models.vocabulary import Issue, Kind, Locale, Party, RemedyKind, Role, WaitFor, WaitingOn

STARS = {"speed": 5, "solution": 5, "attitude": 5}


@dataclass
class Scene:
    """A case being played: its order in the sandbox, and the case as it is now."""

    order: Mapping[str, Any]
    locale: Locale
    view: dict[str, Any] = field(default_factory=dict[str, Any])

    def say(self, zh: str, en: str) -> str:
        return zh if self.locale is Locale.ZH else en

    def money(self, share: float) -> dict[str, Any]:
        """A share of what the order cost."""
        total = self.order["total"]
        return {"minor": max(int(total["minor"] * share), 1), "currency": total["currency"]}

    @property
    def request(self) -> dict[str, Any] | None:
        """The question that the case waits for, if it still does."""
        asked = self.view["waiting"]["on"]
        return next(
            (
                request
                for request in self.view["requests"]
                if request["of"] == asked and request["answer"] is None and not request["silent"] and not request["withdrawn"]
            ),
            None,
        )


@dataclass(frozen=True)
class Move:
    """What somebody does: their role, the action, and its body."""

    role: Role
    action: Action
    body: Mapping[str, Any]


Maker = Callable[[Scene], Move | None]
"""A move for the scene as it is; None: nothing to do after all."""


def answer(*, admits: bool | None = None) -> Maker:
    """Answer the open request, as whoever is asked."""

    def move(scene: Scene) -> Move | None:
        request = scene.request
        if request is None:
            return None
        words = scene.say("情况属实，资料见附件说明。", "This is how it was; the details are as described.")
        if request["of"] == WaitingOn.CUSTOMER:
            return Move(Role.CUSTOMER, Action.ANSWER, {"request_id": request["id"], "words": words})
        body = {"request_id": request["id"], "words": words, "admits": admits}
        return Move(Role(request["of"]), Action.ANSWER, body)

    return move


def propose(share: float, *more: RemedyKind) -> Maker:
    """Offer a share of the price back, with words that go with it. None of money: words alone."""

    def move(scene: Scene) -> Move:
        sorry = scene.say("很抱歉给您带来不便。", "We are sorry for the trouble.")
        money = [{"kind": RemedyKind.REFUND_ONLY, "amount": scene.money(share)}] if share else []
        words = [{"kind": kind, "words": sorry} for kind in more]
        why = scene.say("按照订单、物流与付款记录。", "As the records of order, parcel and payment show.")
        by = Role.MERCHANT if scene.view["tier"] == "merchant" else _desk(scene)
        return Move(by, Action.PROPOSE, {"options": [{"remedies": [*money, *words], "why": why}]})

    return move


def counter(share: float) -> Maker:
    return lambda scene: Move(
        Role.CUSTOMER,
        Action.COUNTER,
        {
            "reason": scene.say("这个金额不够，希望再多一些。", "That is too little; I ask for more."),
            "amount": scene.money(share),
        },
    )


def reject(scene: Scene) -> Move:
    reason = scene.say("我不接受这个方案。", "I do not accept this.")
    return Move(Role.CUSTOMER, Action.REJECT, {"reason": reason})


def accept(_: Scene) -> Move:
    return Move(Role.CUSTOMER, Action.ACCEPT, {"option": 1})


def confirm(**stars: int) -> Maker:
    return lambda _: Move(Role.CUSTOMER, Action.CONFIRM, {"rating": STARS | stars})


def dispute(scene: Scene) -> Move:
    return Move(Role.CUSTOMER, Action.DISPUTE, {"reason": scene.say("问题还没有解决。", "It is not solved yet.")})


def approve(_: Scene) -> Move:
    return Move(Role.SUPERVISOR, Action.APPROVE, {})


def decline(scene: Scene) -> Move:
    return Move(Role.SUPERVISOR, Action.DECLINE, {"reason": scene.say("金额偏高，请核对。", "Too high; please check.")})


def withdraw(scene: Scene) -> Move:
    return Move(Role.CUSTOMER, Action.WITHDRAW, {"reason": scene.say("已经自行解决。", "It has solved itself.")})


def escalate(scene: Scene) -> Move:
    reason = scene.say("商家一直没有给出满意的答复，请平台介入。", "The merchant does not help; please step in.")
    return Move(Role.CUSTOMER, Action.ESCALATE, {"reason": reason})


def reply(scene: Scene) -> Move:
    words = scene.say("一般三到五个工作日到账。", "It usually takes three to five working days.")
    by = Role.MERCHANT if scene.view["tier"] == "merchant" else _desk(scene)
    return Move(by, Action.REPLY, {"words": words, "solves": True})


def helped(yes: bool) -> Maker:
    """Say whether the knowledge base's answer helped."""
    return lambda _: Move(Role.CUSTOMER, Action.HELPED, {"helped": yes})


def classify(issue: Issue) -> Maker:
    return lambda scene: Move(_desk(scene), Action.CLASSIFY, {"issue": issue})


def find(party: Party) -> Maker:
    def move(scene: Scene) -> Move:
        basis = scene.say("依据双方说明和记录。", "By both sides' statements and the records.")
        return Move(_desk(scene), Action.FIND, {"party": party, "basis": basis})

    return move


def arbitrate(share: float) -> Maker:
    def move(scene: Scene) -> Move:
        reason = scene.say("证据支持部分退款。", "The evidence supports a part of it.")
        remedies = [{"kind": RemedyKind.REFUND_ONLY, "amount": scene.money(share)}] if share else []
        return Move(Role.SUPERVISOR, Action.ARBITRATE, {"remedies": remedies, "reason": reason})

    return move


def right_order(scene: Scene) -> Move:
    return Move(Role.CUSTOMER, Action.CORRECT_ORDER, {"order_id": scene.order["order_id"]})


def retry_refund(scene: Scene) -> Move | None:
    failed = next((remedy for remedy in scene.view["remedies"] if remedy["reimbursement"] == "failed"), None)
    return Move(_desk(scene), Action.RETRY_REFUND, {"remedy_id": failed["id"]}) if failed else None


def _desk(scene: Scene) -> Role:
    """Who of the platform acts: the supervisor once the case is theirs."""
    return Role.SUPERVISOR if scene.view["tier"] == "supervisor" else Role.AGENT


USUAL: Mapping[WaitFor, Maker] = {
    WaitFor.ORDER_CORRECTION: right_order,
    WaitFor.TRIAGE: classify(Issue.QUALITY_DEFECT),
    WaitFor.ANSWERS: answer(),
    WaitFor.FINDING: find(Party.MERCHANT),
    WaitFor.PLAN: propose(0.3),
    WaitFor.ANSWER_CHECK: helped(yes=True),
    WaitFor.REPLY: reply,
    WaitFor.CHOICE: accept,
    WaitFor.APPROVAL: approve,
    WaitFor.ARBITRATION: arbitrate(0.2),
    WaitFor.PAYMENT_REPAIR: retry_refund,
    WaitFor.CONFIRMATION: confirm(),
}
"""What people do when the plot says nothing else."""


@dataclass(frozen=True)
class Plot:
    """One story. `moves` come before the usual ones, each once; `leave_at`: the demo ends there, with the case waiting."""

    name: tuple[str, str]
    words: tuple[str, str]
    """What the customer says. Both, as everywhere here: Chinese, English."""
    state: str
    """The state of the sandbox order it is about (docs/sandbox.md); empty: about no order."""
    kind: Kind = Kind.AFTER_SALES
    issue: Issue | None = None
    wanted: RemedyKind | None = None
    wrong_order: bool = False
    moves: Mapping[WaitFor, tuple[Maker, ...]] = field(default_factory=dict[WaitFor, tuple[Maker, ...]])
    leave_at: WaitFor | None = None
