"""What the law of each market says of goods that were bought online and are not wanted any more (RES-13). No policy goes behind it.

How the days of such a period are counted: `rules/common/counting.py`. What is not here is no statement about a country: nobody takes a fee there.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from models.common.base import Bilingual


@dataclass(frozen=True, slots=True)
class Statute:
    """The law of a market, each rule in a sentence with its source."""

    days: int
    """So many days after receipt the goods may be returned without a reason, and without a fee; 0: no law says so."""
    no_fee: Bilingual
    faulty: Bilingual
    """Who has faulty, wrong or damaged goods bears no cost of their return."""
    told: Bilingual | None = None
    """The customer bears the freight of the return only when told of it before the order."""


CHINA = Statute(
    days=7,
    no_fee=Bilingual(
        zh="网购商品收到后七日内可无理由退货，经营者返还所付价款，顾客只承担退货运费（《消费者权益保护法》第二十五条）",
        en="goods bought online are returned within 7 days of receipt without a reason: the price paid is given back, and the customer bears "
        "nothing but the freight of the return (Consumer Rights Protection Law of the PRC, art. 25)",
    ),
    faulty=Bilingual(
        zh="商品不符合质量要求的，退货的运输等必要费用由经营者承担（《消费者权益保护法》第二十四条）",
        en="of goods that are not of the quality due, the seller bears the freight and other costs of the return (Consumer Rights Protection "
        "Law of the PRC, art. 24)",
    ),
)
EUROPEAN_UNION = Statute(
    days=14,
    no_fee=Bilingual(
        zh="消费者可在 14 天内撤回，除退货的直接运费外不承担任何费用（欧盟指令 2011/83/EU 第 9 条第 1 款、第 14 条第 1 款和第 5 款）",
        en="within 14 days a consumer withdraws at no cost but the direct one of returning the goods (Directive 2011/83/EU, arts. 9 (1), 14 (1), "
        "14 (5))",
    ),
    faulty=Bilingual(
        zh="与合同不符的商品，费用由卖方承担（欧盟指令 (EU) 2019/771 第 14 条第 1 款、第 16 条第 3 款）",
        en="goods that are not as agreed are put right free of charge, and go back at the seller's expense (Directive (EU) 2019/771, arts. "
        "14 (1), 16 (3))",
    ),
    told=Bilingual(
        zh="未在下单前告知退货运费由消费者承担的，由经营者承担（欧盟指令 2011/83/EU 第 6 条第 6 款、第 14 条第 1 款）",
        en="who was not told before the order that they bear the freight of a return, does not bear it (Directive 2011/83/EU, arts. 6 (6), 14 (1))",
    ),
)
BRITAIN = Statute(
    days=14,
    no_fee=Bilingual(
        zh="消费者可在 14 天内取消，除退货的直接运费外不承担任何费用（英国《2013 年消费者合同条例》第 29、30、35 条）",
        en="within 14 days a consumer cancels at no cost but the direct one of returning the goods (Consumer Contracts Regulations 2013, regs. "
        "29, 30, 35)",
    ),
    faulty=Bilingual(
        zh="拒收不合格商品的合理退货费用由经营者承担（英国《2015 年消费者权益法》第 20 条第 8 款）",
        en="the trader bears the reasonable costs of returning goods that are rejected (Consumer Rights Act 2015, s. 20 (8))",
    ),
    told=Bilingual(
        zh="未告知退货运费由消费者承担的，由经营者承担（英国《2013 年消费者合同条例》第 35 条第 5 款）",
        en="who was not told that they bear the freight of a return, does not bear it (Consumer Contracts Regulations 2013, reg. 35 (5))",
    ),
)
UNITED_STATES = Statute(
    days=0,
    no_fee=Bilingual(
        zh="联邦法律没有规定网购商品的无理由退货权，依商家政策（16 CFR 429 只适用于上门推销）",
        en="no federal law lets goods bought online be returned without a reason: the shop's policy holds (16 CFR 429 is about sales at the door)",
    ),
    faulty=Bilingual(
        zh="合理拒收商品的买方可收回价款和运费（《统一商法典》第 2-711、2-715 条）",
        en="a buyer who rightfully rejects goods recovers the price, and the expense of their transport (U.C.C. §§ 2-711 (1), 2-715 (1))",
    ),
)
MEMBERS_OF_THE_UNION = (
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"  # 27 member states, ISO 3166-1
)
STATUTES: Mapping[str, Statute] = {
    "CN": CHINA,
    "GB": BRITAIN,
    "US": UNITED_STATES,
    **dict.fromkeys(MEMBERS_OF_THE_UNION.split(), EUROPEAN_UNION),
}
"""By the country where the goods are received."""


def statute_of(region: str) -> Statute | None:
    """The law that holds for an order of this region (GB, or a part as DE-BY); None: it is not known here."""
    return STATUTES.get(region.partition("-")[0])
