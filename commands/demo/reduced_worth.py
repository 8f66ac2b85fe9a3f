"""The stories of `redress demo` about goods that come back worth less (RES-13)."""

from commands.demo.goods_and_money import agree_to_worth, appeal_worth, rule_worth, worth
from commands.demo.plots import Plot, Proof, gave, wish
from models.common.vocabulary import Issue, RemedyKind, WaitFor

AT_90 = Proof(
    ("没有按裁定的比例退款", "not refunded at the share that was decided"),
    lambda view: any(
        one["return"] and one["return"]["worth"] and [part["share"] for part in one["return"]["worth"]["pieces"]] == ["0.9"]
        for one in view["remedies"]
    ),
)
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
)
