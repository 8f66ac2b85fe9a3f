"""The stories of `redress demo` about returns of which something is kept: a reduced worth, a restocking fee (RES-13)."""

from commands.demo.goods_and_money import agree_to_worth, appeal_worth, rule_worth, worth
from commands.demo.plots import Move, Plot, Proof, Scene, find, gave, propose, returned, wish
from models.case.actions import Action
from models.common.vocabulary import Issue, Party, RemedyKind, Role, Tier, WaitFor

AT_90 = Proof(
    ("没有按裁定的比例退款", "not refunded at the share that was decided"),
    lambda view: any(
        one["return"] and one["return"]["worth"] and [part["share"] for part in one["return"]["worth"]["pieces"]] == ["0.9"]
        for one in view["remedies"]
    ),
)
WITH_A_FEE = Proof(
    ("没有收取退货整理费", "no restocking fee was kept"),
    lambda view: any(one["restocking"] and one["restocking"]["minor"] for one in view["remedies"]),
)


def take_back_late(scene: Scene) -> Move:
    """Goods that nobody has to take back any more: their merchant may, or a supervisor; the policy adds its fee."""
    usual = propose(returned)(scene)
    assert isinstance(usual, Move)  # noqa: S101  # a proposal is one
    by = usual.role if scene.view["tier"] == Tier.MERCHANT else Role.SUPERVISOR
    return Move(by, Action.PROPOSE, usual.body)


REDUCED_WORTH: tuple[Plot, ...] = (
    Plot(
        ("退回的商品有划痕，申诉后按九成退款", "returned with a scratch, refunded at 90 % after an appeal"),
        ("不喜欢，想退货。", "I do not like it and want to return it."),
        "delivered",
        issue=Issue.NO_REASON_RETURN,
        wanted=wish(RemedyKind.RETURN_AND_REFUND),
        merchant="silent",
        moves={
            WaitFor.INSPECTION: (worth("0.7"),),
            WaitFor.REDUCED_WORTH: (appeal_worth, agree_to_worth),
            WaitFor.APPEAL: (rule_worth("0.9"),),
        },
        proofs=(gave(RemedyKind.RETURN_AND_REFUND), AT_90),
    ),
    Plot(
        ("超过七天才退货，同意退货整理费后退款", "returned after the seven days, refunded less a fee that was agreed to"),
        ("买来一直没拆，现在不想要了。", "It is still in its box; I do not want it any more."),
        "delivered_long_ago",
        issue=Issue.NO_REASON_RETURN,
        wanted=wish(RemedyKind.RETURN_AND_REFUND),
        moves={WaitFor.FINDING: (find(Party.CUSTOMER),), WaitFor.PLAN: (take_back_late,)},
        proofs=(gave(RemedyKind.RETURN_AND_REFUND), WITH_A_FEE),
    ),
)
