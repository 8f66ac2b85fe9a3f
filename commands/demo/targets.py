"""The story of `redress demo` about money that goes where the customer asked for it (RES-16, RES-17)."""

from commands.demo.plots import Plot, Proof, answer, gave, propose, refund, wish
from models.common.vocabulary import Issue, RemedyKind, WaitFor


def arrived_at(to: str) -> Proof:
    """All that was refunded is there, and nowhere else."""
    return Proof(
        (f"退款没有全部到 {to}", f"not all of the refund arrived at {to}"),
        lambda view: (
            {(way["to"], way["refund_status"]) for one in view["remedies"] for way in one["refund_ways"]} == {(to, "arrived")}
        ),
    )


TARGETS: tuple[Plot, ...] = (
    Plot(
        ("商品有瑕疵，部分退款按顾客意愿存入余额并得赠金", "a flaw, partly refunded to the balance as wished, with a bonus"),
        ("杯子有一道划痕，退一部分到余额就好。", "One cup has a scratch. Part of the money on my balance will do."),
        "delivered",
        issue=Issue.QUALITY_DEFECT,
        wanted=wish(RemedyKind.REFUND_ONLY, method="balance"),
        merchant="admits",
        photo=True,
        moves={WaitFor.ANSWERS: (answer(), answer(admits=True)), WaitFor.PLAN: (propose(refund(0.3)),)},
        proofs=(gave(RemedyKind.REFUND_ONLY, RemedyKind.CREDIT_BONUS), arrived_at("balance")),
    ),
)
