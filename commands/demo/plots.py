"""What people do in the stories of `redress demo` when it is their move, and what a plot is made of. Goods and claims: `goods_and_money.py`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from models.case.actions import Action
from models.common.vocabulary import Issue, Kind, Locale, Party, RemedyKind, Role, WaitFor, WaitingOn

STARS = {"speed": 5, "solution": 5, "attitude": 5}


@dataclass
class Scene:
    """A case being played: its order in the sandbox, and the case as it is now."""

    order: Mapping[str, Any]
    locale: Locale
    view: dict[str, Any] = field(default_factory=dict[str, Any])
    twin: str = ""
    """The second case of a plot that has one."""

    def say(self, zh: str, en: str) -> str:
        return zh if self.locale is Locale.ZH else en

    def money(self, share: float) -> dict[str, Any]:
        """A share of what was paid for the goods."""
        paid = sum(line["paid"] for line in self.order["lines"])
        return self.sum_of(max(int(paid * share), 1))

    def sum_of(self, minor: int) -> dict[str, Any]:
        return {"minor": minor, "currency": self.order["total"]["currency"]}

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
    action: str
    body: Mapping[str, Any] = field(default_factory=dict[str, Any])
    href: str = ""
    """Where it is sent; none: it is an action of the case."""
    method: str = "POST"
    photo: bool = False
    """A new picture comes with it as evidence; where the body says `PICTURE`, it is there instead."""


PICTURE = "{picture}"


@dataclass(frozen=True)
class Happening:
    """What nobody does through Redress: a parcel moves, a customer pays. The sandbox lets it happen (docs/sandbox.md)."""

    path: str
    body: Mapping[str, Any] = field(default_factory=dict[str, Any])


Maker = Callable[[Scene], Move | Happening | None]
"""A move for the scene as it is; None: nothing to do yet, or after all."""
Offer = Callable[[Scene], dict[str, Any]]
"""A remedy of a proposal, or what the customer asks for."""


def refund(share: float) -> Offer:
    return lambda scene: {"kind": RemedyKind.REFUND_ONLY, "amount": scene.money(share)}


def credit(share: float) -> Offer:
    return lambda scene: {"kind": RemedyKind.STORE_CREDIT, "amount": scene.money(share)}


def adjusted(share: float) -> Offer:
    return lambda scene: {"kind": RemedyKind.PRICE_ADJUSTMENT, "amount": scene.money(share)}


def freight(scene: Scene) -> dict[str, Any]:
    """All that was paid for the order's freight, and nothing of the goods."""
    return {"kind": RemedyKind.FREIGHT_REFUND, "amount": scene.order["freight"]}


def returned(scene: Scene) -> dict[str, Any]:
    """The goods go back, and all that was paid for them."""
    return {"kind": RemedyKind.RETURN_AND_REFUND, "amount": scene.money(1)}


def goods(kind: RemedyKind) -> Offer:
    """Exchange, repair or reship the whole order."""
    return lambda _: {"kind": kind}


def coupon(minor: int) -> Offer:
    return lambda scene: {"kind": RemedyKind.COUPON, "amount": scene.sum_of(minor)}


def cancelled(scene: Scene) -> dict[str, Any]:
    return {"kind": RemedyKind.ORDER_CANCELLED, "amount": scene.order["total"]}


def one_more(scene: Scene) -> dict[str, Any]:
    """One more piece of the first line than was ordered."""
    line = scene.order["lines"][0]
    quantities = [{"line_id": line["line_id"], "quantity": line["quantity"] + 1}]
    return {"kind": RemedyKind.ORDER_CHANGED, "change": {"quantities": quantities}}


def wish(kind: RemedyKind, **more: str) -> Offer:
    """What the customer asks for when the case is opened."""
    return lambda _: {"remedy": kind, **more}


def wish_for_one_more(scene: Scene) -> dict[str, Any]:
    return {"remedy": RemedyKind.ORDER_CHANGED, "change": one_more(scene)["change"]}


def words(kind: RemedyKind, zh: str, en: str) -> Offer:
    return lambda scene: {"kind": kind, "words": scene.say(zh, en)}


SORRY = words(RemedyKind.APOLOGY, "很抱歉给您带来不便。", "We are sorry for the trouble.")


def answer(*, admits: bool | None = None) -> Maker:
    """Answer the open request, as whoever is asked."""

    def move(scene: Scene) -> Move | None:
        request = scene.request
        if request is None:
            return None
        said = scene.say("情况属实，资料见附件说明。", "This is how it was; the details are as described.")
        if request["of"] == WaitingOn.CUSTOMER:
            return Move(Role.CUSTOMER, Action.ANSWER, {"request_id": request["id"], "words": said})
        body = {"request_id": request["id"], "words": said, "admits": admits}
        return Move(Role(request["of"]), Action.ANSWER, body)

    return move


def propose(*offers: Offer) -> Maker:
    """Offer all of this together, as whoever holds the case."""

    def move(scene: Scene) -> Move:
        why = scene.say("按照订单、物流与付款记录。", "As the records of order, parcel and payment show.")
        by = Role.MERCHANT if scene.view["tier"] == "merchant" else _desk(scene)
        return Move(by, Action.PROPOSE, {"options": [{"remedies": [offer(scene) for offer in offers], "why": why}]})

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
    return Move(Role.SUPERVISOR, Action.APPROVE)


def decline(scene: Scene) -> Move:
    return Move(Role.SUPERVISOR, Action.DECLINE, {"reason": scene.say("金额偏高，请核对。", "Too high; please check.")})


def merge_twin(scene: Scene) -> Move:
    """The agent sees that the customer told it twice: the second case goes on in this one (WRK-7)."""
    reason = scene.say("同一件商品、同一个问题，合并处理。", "The same article and the same trouble.")
    return Move(_desk(scene), Action.MERGE, {"into": scene.view["case_id"], "reason": reason}, f"/v1/cases/{scene.twin}/merge")


def withdraw(scene: Scene) -> Move:
    return Move(Role.CUSTOMER, Action.WITHDRAW, {"reason": scene.say("已经自行解决。", "It has solved itself.")})


def escalate(scene: Scene) -> Move:
    reason = scene.say("商家一直没有给出满意的答复，请平台介入。", "The merchant does not help; please step in.")
    return Move(Role.CUSTOMER, Action.ESCALATE, {"reason": reason})


def reply(scene: Scene) -> Move:
    said = scene.say("一般三到五个工作日到账。", "It usually takes three to five working days.")
    by = Role.MERCHANT if scene.view["tier"] == "merchant" else _desk(scene)
    return Move(by, Action.REPLY, {"words": said, "solves": True})


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
        reason = scene.say("凭证支持部分退款。", "The evidence supports a part of it.")
        return Move(Role.SUPERVISOR, Action.ARBITRATE, {"remedies": [refund(share)(scene)], "reason": reason})

    return move


def appeal(scene: Scene) -> Move:
    """The carrier, found liable, shows something new (INV-5)."""
    said = scene.say(
        "收件人曾书面同意由邻居代收，凭证见附件。", "The customer had agreed in writing to the neighbour; see the picture."
    )
    return Move(Role.CARRIER, Action.APPEAL, {"words": said}, photo=True)


def grant(party: Party) -> Maker:
    """The supervisor grants the appeal: somebody else is responsible, and the customer keeps what they have."""

    def move(scene: Scene) -> Move:
        reason = scene.say("新凭证成立。", "The new evidence holds.")
        return Move(Role.SUPERVISOR, Action.DECIDE_APPEAL, {"granted": True, "reason": reason, "party": party})

    return move


def right_order(scene: Scene) -> Move:
    return Move(Role.CUSTOMER, Action.CORRECT_ORDER, {"order_id": scene.order["order_id"]})


def retry_refund(scene: Scene) -> Move | None:
    failed = next((remedy for remedy in scene.view["remedies"] if remedy["refund_status"] == "failed"), None)
    return Move(_desk(scene), Action.RETRY_REFUND, {"remedy_id": failed["id"]}) if failed else None


def _desk(scene: Scene) -> Role:
    """Who of the platform acts: the supervisor once the case is theirs."""
    return Role.SUPERVISOR if scene.view["tier"] == "supervisor" else Role.AGENT


@dataclass(frozen=True)
class Proof:
    """What has to be true of a case at its story's end, in words (Chinese, English) for when it is not."""

    words: tuple[str, str]
    holds: Callable[[Mapping[str, Any]], bool]


def gave(*kinds: RemedyKind) -> Proof:
    """These remedies were carried out."""
    names = ", ".join(kinds)
    return Proof(
        (f"未执行：{names}", f"not carried out: {names}"),
        lambda view: {*kinds} <= {remedy["kind"] for remedy in view["remedies"] if remedy["done_at"]},
    )


MERGED = Proof(("没有并入第二个工单", "the second case was not merged into it"), lambda view: bool(view["absorbed"]))
ALONE = Proof(("需要了人工", "it needed a person"), lambda view: view["automatic"])
APPEAL_GRANTED = Proof(("申诉未获支持", "no appeal was granted"), lambda view: bool(view["appeal"] and view["appeal"]["granted"]))
CREDITED = Proof(
    ("退款没有红字凭证", "the refund has no credit note"),
    lambda view: any(note["tax_minor"] > 0 for note in view["credit_notes"]),
)
CLAIM_SETTLED = Proof(
    ("对承运商的索赔未结清", "no claim was settled"), lambda view: any(claim["status"] == "settled" for claim in view["claims"])
)
CLAIMED_FOR_THE_DELAY = Proof(
    ("对承运商的索赔未改为延误并结清", "no claim was settled as one for a delay"),
    lambda view: any((claim["cause"], claim["status"]) == ("late", "settled") for claim in view["claims"]),
)
TWO_WAYS = Proof(
    ("没有退回两种付款方式", "it did not go back over two payments"),
    lambda view: any(len({part["payment_id"] for part in remedy["parts"]}) > 1 for remedy in view["remedies"]),
)
RULED = Proof(
    ("没有经过五轮协商", "it did not take five rounds"),
    lambda view: sum(1 for proposal in view["proposals"] if proposal["refused"]) >= 5,  # noqa: PLR2004
)


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
    wanted: Offer | None = None
    merchant: str = ""
    """The temper (docs/sandbox.md) of the order's merchant, and of its carrier; empty: any."""
    carrier: str = ""
    photo: bool = False
    """The customer shows a picture at once."""
    contact: Mapping[str, str] = field(default_factory=dict[str, str])
    """The customer's e-mail address and telephone number, which their token confirms."""
    asks_first: bool = False
    """The shop's page asks what may be done with the order, before there is a case (RES-1)."""
    wrong_order: bool = False
    twin: tuple[Issue, str, str] | None = None
    """The customer tells it once more, as another issue, in these words: a second case."""
    moves: Mapping[WaitFor, tuple[Maker, ...]] = field(default_factory=dict[WaitFor, tuple[Maker, ...]])
    leave_at: WaitFor | None = None
    proofs: tuple[Proof, ...] = ()
