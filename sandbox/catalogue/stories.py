"""The states in which the sandbox has orders: each a story told in days before the first start. `docs/sandbox.md` lists them."""

from dataclasses import dataclass

from models.common.partners import ProviderRefundStatus, ShipmentStatus


@dataclass(frozen=True)
class PastRefund:
    """A refund that somebody else than Redress asked for: a share of the charge, so many days ago."""

    share: float
    days: float
    status: ProviderRefundStatus


@dataclass(frozen=True)
class Story:
    """Days count back from the first start; a negative one is still to come. None: it has not happened."""

    state: str
    zh: str
    en: str
    placed: float = 7
    promised: float | None = 2
    shipped: float | None = 6
    delivered: float | None = None
    scanned: float = 0.2
    """The last scan, while under way."""
    parcel: ShipmentStatus = ShipmentStatus.IN_TRANSIT
    signed: str = "self"
    consent: bool | None = None
    grams_lost: int = 0
    goods: str = "plain"
    large: bool = False
    """Only goods above 2,000 CNY."""
    lines: int = 1
    quantity: int = 1
    """Pieces of each line."""
    gifts: int = 0
    """So many of the lines cost nothing, the last ones."""
    parcels: int = 1
    lost_parcels: int = 0
    """So many of them are lost, the first ones."""
    discount: float = 0
    marks: frozenset[str] = frozenset()
    """Conditions shown at sale, beside those of the goods."""
    charges: str = "once"
    """once, twice (the same charge again), split (two methods) or pending."""
    refund: PastRefund | None = None
    cancelled: bool = False
    express: bool = False
    """Its freight was paid for, whatever the goods cost."""
    region: str | None = None
    """Where its customers live (`ABROAD`, `FURTHER_ABROAD`); None: wherever chance says."""


FINE = 2.5
"""Days since a parcel came that came in time: the promise was for two days ago."""
DELIVERED = ShipmentStatus.DELIVERED

STORIES: tuple[Story, ...] = (
    Story("delivered", "按时送达，本人签收", "delivered in time, signed for by the customer", delivered=FINE),
    Story("expensive", "按时送达的贵重商品", "delivered in time, above 2,000 CNY", delivered=FINE, large=True),
    Story(
        "late",
        "按时发货，途中延误三天",
        "shipped in time, three days late on the way",
        placed=10,
        promised=5,
        shipped=9,
        delivered=2,
    ),
    Story(
        "shipped_late", "商家发货过晚，送达延误", "the merchant shipped too late", placed=10, promised=5, shipped=5.2, delivered=2
    ),
    Story("slightly_late", "晚送达五小时", "five hours late", promised=2, shipped=5, delivered=1.79),
    Story("overdue", "已过承诺时间，仍在途中", "past its promise and still on the way", placed=9, promised=2.5, shipped=8),
    Story(
        "lost",
        "承运商确认丢失",
        "lost, the carrier's trace says",
        placed=12,
        promised=6,
        shipped=11,
        scanned=4,
        parcel=ShipmentStatus.LOST,
    ),
    Story("stalled", "物流七天未更新", "no scan for seven days", placed=11, promised=3, shipped=10, scanned=7),
    Story("stalled_briefly", "物流六十小时未更新", "no scan for 60 hours", placed=6, promised=-1, shipped=5, scanned=2.5),
    Story("signed_by_other", "邻居签收", "signed for by a neighbour", delivered=FINE, signed="neighbour"),
    Story(
        "pickup_point",
        "未经同意放入代收点",
        "left at a pick-up point without consent",
        scanned=2.2,
        parcel=ShipmentStatus.PICKUP_POINT,
        signed="pickup_point",
        consent=False,
    ),
    Story(
        "pickup_point_agreed",
        "经同意放入代收点",
        "left at a pick-up point as agreed",
        scanned=2.2,
        parcel=ShipmentStatus.PICKUP_POINT,
        signed="pickup_point",
        consent=True,
    ),
    Story("missing_item", "途中减重", "lost weight on the way", delivered=FINE, grams_lost=180, lines=2),
    Story("charged_twice", "重复扣款", "charged twice", delivered=FINE, charges="twice"),
    Story("two_methods", "两种方式付款", "paid by two methods", delivered=FINE, charges="split"),
    Story(
        "refund_pending",
        "已取消，退款十天未到账",
        "cancelled, its refund pending for ten days",
        placed=12,
        promised=None,
        shipped=None,
        refund=PastRefund(1.0, 10, ProviderRefundStatus.ACCEPTED),
        cancelled=True,
    ),
    Story(
        "refund_under_way",
        "已取消，退款两天前发起",
        "cancelled, its refund two days old",
        placed=4,
        promised=None,
        shipped=None,
        refund=PastRefund(1.0, 2, ProviderRefundStatus.ACCEPTED),
        cancelled=True,
    ),
    Story(
        "refunded_outside",
        "商家已另行退还一半",
        "half refunded by the merchant already",
        delivered=FINE,
        refund=PastRefund(0.5, 1, ProviderRefundStatus.ARRIVED),
    ),
    Story("custom", "定制商品，已送达", "made to order, delivered", delivered=FINE, goods="custom"),
    Story(
        "perishable",
        "生鲜，昨天送达",
        "fresh food, delivered yesterday",
        placed=3,
        promised=0.8,
        shipped=2,
        delivered=1,
        goods="perishable",
    ),
    Story("in_warranty", "保修期内", "under warranty", placed=95, promised=88, shipped=93, delivered=90, goods="warranty"),
    Story(
        "out_of_warranty",
        "已过保修期",
        "its warranty has run out",
        placed=430,
        promised=420,
        shipped=427,
        delivered=425,
        goods="warranty",
    ),
    Story("unpaid", "未付款", "not paid", placed=0.3, promised=None, shipped=None, charges="pending"),
    Story("paid", "已付款，未发货", "paid, not shipped", placed=0.8, promised=-4, shipped=None),
    Story("not_shipped", "已过承诺时间，仍未发货", "past its promise and not shipped", placed=9, promised=3, shipped=None),
    Story("in_transit", "运输中，一切正常", "on its way, in time", placed=3, promised=-2, shipped=2),
    Story(
        "promotional",
        "促销价购买，已送达",
        "bought at a promotion, delivered",
        delivered=FINE,
        discount=0.4,
        marks=frozenset({"promotional"}),
    ),
    Story("no_return", "售前注明不可退换", "sold as not returnable", delivered=FINE, marks=frozenset({"no_return"})),
    Story("hygiene", "贴身卫生用品，已送达", "hygiene goods, delivered", delivered=FINE, goods="hygiene"),
    Story("digital", "已激活的数字商品", "a digital key, opened", delivered=FINE, goods="digital"),
    Story("delivered_long_ago", "二十天前送达", "delivered twenty days ago", placed=25, promised=19, shipped=24, delivered=20),
    Story("several_lines", "四件商品，两个包裹", "four lines in two parcels", delivered=FINE, lines=4, parcels=2),
)
"""In the order of the cast: O-1001 is the first, and so on; every state has another order 32 numbers on."""
LATER_STORIES: tuple[Story, ...] = (
    Story(
        "one_parcel_lost",
        "两件商品，两个包裹，其中一个丢失",
        "two lines in two parcels, one of which is lost",
        placed=12,
        promised=6,
        shipped=11,
        delivered=FINE,
        lines=2,
        parcels=2,
        lost_parcels=1,
    ),
    Story(
        "three_pieces",
        "同一商品三件，总价不能被三整除",
        "three pieces of one article, for a price that three does not divide",
        delivered=FINE,
        quantity=3,
        discount=0.15,
    ),
    Story("with_gift", "一件商品和一件 0.00 的赠品", "an article, and a gift of 0.00", delivered=FINE, lines=2, gifts=1),
    Story(
        "in_yen",
        "三件商品，以日元支付（无小数）",
        "three pieces, paid in JPY, which has no decimals",
        delivered=FINE,
        quantity=3,
        discount=0.15,
        region="JP-13",
    ),
    Story(
        "in_dinars",
        "三件商品，以科威特第纳尔支付（三位小数）",
        "three pieces, paid in KWD, which has three decimals",
        delivered=FINE,
        quantity=3,
        discount=0.15,
        region="KW-KU",
    ),
    Story(
        "express_late",
        "付了加急运费，仍晚到三天",
        "express freight paid, three days late all the same",
        placed=10,
        promised=5,
        shipped=9,
        delivered=2,
        express=True,
    ),
)
"""States that were added later; a new one goes to the end. Their orders come after all others, ten of each, so that every order keeps its
number in data folders of earlier releases."""
