"""The stories of `redress demo` about parcels that get lost, one of which turns up after all (RES-9)."""

from commands.demo.goods_and_money import carrier_accepts, carrier_accepts_the_delay, parcel_comes, settle_claim
from commands.demo.plots import CLAIM_SETTLED, CLAIMED_FOR_THE_DELAY, Plot, credit, gave, propose, wish
from models.common.vocabulary import Issue, RemedyKind, WaitFor

LOST_PARCELS: tuple[Plot, ...] = (
    Plot(
        ("包裹丢失，向承运商索赔", "parcel lost, claimed from the carrier"),
        ("快递一直没到，查询显示丢失。", "The parcel never came; the tracking says lost."),
        "lost",
        issue=Issue.LOST,
        wanted=wish(RemedyKind.REFUND_ONLY),
        carrier="silent",
        moves={WaitFor.CONFIRMATION: (carrier_accepts, settle_claim)},
        proofs=(gave(RemedyKind.REFUND_ONLY), CLAIM_SETTLED),
    ),
    Plot(
        ("两个包裹丢了一个，只退丢失的商品", "one of two parcels lost, only its goods refunded"),
        ("两个包裹只到了一个。", "Only one of the two parcels came."),
        "one_parcel_lost",
        issue=Issue.LOST,
        wanted=wish(RemedyKind.REFUND_ONLY),
        proofs=(gave(RemedyKind.REFUND_ONLY),),
    ),
    Plot(
        ("包裹丢失，改退至余额", "parcel lost, taken as store credit"),
        ("包裹丢了，退到余额就行，我再买一件。", "The parcel is lost. Store credit will do; I will order it again."),
        "lost",
        issue=Issue.LOST,
        wanted=wish(RemedyKind.STORE_CREDIT),
        merchant="silent",
        moves={WaitFor.PLAN: (propose(credit(1)),)},
        proofs=(gave(RemedyKind.STORE_CREDIT, RemedyKind.CREDIT_BONUS),),
    ),
    Plot(
        ("包裹丢失退款后又送达，索赔改为延误", "lost, refunded, then delivered: claimed for the delay"),
        ("快递显示丢失，请退款。", "The tracking says that my parcel is lost; please refund it."),
        "lost",
        issue=Issue.LOST,
        wanted=wish(RemedyKind.REFUND_ONLY),
        carrier="silent",
        moves={WaitFor.CONFIRMATION: (parcel_comes, carrier_accepts_the_delay, settle_claim)},
        proofs=(gave(RemedyKind.REFUND_ONLY), CLAIMED_FOR_THE_DELAY),
    ),
)
