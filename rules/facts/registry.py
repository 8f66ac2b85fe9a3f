"""Every fact that Redress can prove (INV-1), once: type, source, unit, name in both languages, and who can supply it when it is missing."""

from collections.abc import Mapping
from dataclasses import dataclass

from models.common.base import Bilingual
from models.common.partners import OrderStatus, ShipmentStatus
from models.common.vocabulary import WaitingOn
from models.investigation.findings import FactType, Unit

YES_NO, NUMBER, TEXT, INSTANT, BY_LINE = FactType
HOURS, DAYS, GRAMS, MINOR, COUNT = Unit

ORDER, SHIPMENT, PAYMENT, REDRESS = "order", "shipment", "payment", "redress"
CUSTOMER, MERCHANT, CARRIER = WaitingOn.CUSTOMER, WaitingOn.MERCHANT, WaitingOn.CARRIER


@dataclass(frozen=True)
class FactSpec:
    """What a fact is. `values`: the only ones a text can have, when there are few."""

    type: FactType
    source: str
    zh: str
    en: str
    unit: Unit | None = None
    values: tuple[str, ...] = ()
    asked_of: WaitingOn | None = None
    """The party that can supply it (INV-2), with what to send in `please`."""
    please: Bilingual | None = None
    once: str | None = None
    """Asked for only once this yes-or-no fact is so: nobody signs for what is on its way."""

    @property
    def name(self) -> Bilingual:
        return Bilingual(zh=self.zh, en=self.en)

    @property
    def own_word(self) -> bool:
        """Whether only the party's own word can prove it; else it is a record that somebody's system should have."""
        return self.asked_of is not None and self.source == self.asked_of.value


def _please(zh: str, en: str) -> Bilingual:
    return Bilingual(zh=zh, en=en)


FACTS: Mapping[str, FactSpec] = {
    # the order
    "order.status": FactSpec(TEXT, ORDER, "订单状态", "the order's status", values=tuple(OrderStatus)),
    "order.placed_at": FactSpec(INSTANT, ORDER, "下单时间", "the order was placed at"),
    "order.hours_since": FactSpec(NUMBER, ORDER, "距下单", "since the order was placed", HOURS),
    "order.promised_at": FactSpec(
        INSTANT,
        ORDER,
        "承诺送达时间",
        "delivery promised by",
        asked_of=MERCHANT,
        please=_please("向买家承诺的送达时间", "the delivery time that the customer was promised"),
    ),
    "order.shipped": FactSpec(YES_NO, ORDER, "已发货", "shipped"),
    "line.category": FactSpec(BY_LINE, ORDER, "商品类目", "category of the goods"),
    "line.marks": FactSpec(BY_LINE, ORDER, "售前标注的条件", "conditions shown at sale"),
    "line.custom": FactSpec(YES_NO, ORDER, "定制商品", "made to order"),
    "line.perishable": FactSpec(YES_NO, ORDER, "生鲜易腐商品", "perishable"),
    "line.hygiene": FactSpec(YES_NO, ORDER, "贴身卫生用品", "hygiene goods"),
    "line.digital_opened": FactSpec(YES_NO, ORDER, "已激活的数字商品", "digital goods, opened"),
    "line.no_return": FactSpec(YES_NO, ORDER, "售前注明不支持无理由退货", "sold as not returnable"),
    "line.promotional": FactSpec(YES_NO, ORDER, "促销商品", "bought at a promotion"),
    "line.discount_minor": FactSpec(NUMBER, ORDER, "实付低于标价的金额", "paid less than the listed price by", MINOR),
    "line.warranted": FactSpec(YES_NO, ORDER, "商品均有保修", "all of the goods carry a warranty"),
    "line.warranty_ends_at": FactSpec(INSTANT, ORDER, "保修截止时间", "the warranty ends at"),
    "line.warranty_left_days": FactSpec(
        NUMBER,
        ORDER,
        "剩余保修",
        "left of the warranty",
        DAYS,
        asked_of=MERCHANT,
        please=_please("商品的保修期限及凭证", "the warranty of the goods, and until when it lasts"),
        once="delivery.delivered",
    ),
    # delivery and the parcels
    "delivery.delivered": FactSpec(YES_NO, SHIPMENT, "全部送达", "everything was delivered"),
    "delivery.delivered_at": FactSpec(INSTANT, SHIPMENT, "实际送达时间", "delivered at"),
    "delivery.proved": FactSpec(YES_NO, SHIPMENT, "有签收证明", "delivery is proved by a signature"),
    "delivery.days_since": FactSpec(NUMBER, SHIPMENT, "距送达", "since delivery", DAYS),
    "delivery.days_counted": FactSpec(NUMBER, SHIPMENT, "提出时签收后已计天数", "days counted from delivery when asked", DAYS),
    "delivery.late_hours": FactSpec(NUMBER, SHIPMENT, "晚于承诺送达", "later than promised by", HOURS),
    "shipment.exists": FactSpec(YES_NO, SHIPMENT, "有包裹", "there is a parcel"),
    "shipment.count": FactSpec(NUMBER, SHIPMENT, "包裹数", "parcels", COUNT),
    "shipment.status": FactSpec(TEXT, SHIPMENT, "包裹状态", "the parcel's status", values=tuple(ShipmentStatus)),
    "shipment.under_way": FactSpec(YES_NO, SHIPMENT, "仍在途中", "still under way"),
    "shipment.shipped_at": FactSpec(INSTANT, SHIPMENT, "发货时间", "shipped at"),
    "shipment.shipped_late_hours": FactSpec(
        NUMBER, SHIPMENT, "发货晚于承诺送达前一天", "shipped later than a day before the promise by", HOURS
    ),
    "shipment.hours_without_scan": FactSpec(
        NUMBER,
        SHIPMENT,
        "物流未更新",
        "without a scan for",
        HOURS,
        asked_of=CARRIER,
        please=_please("包裹目前的位置及最近一次扫描记录", "where the parcel is now, and its latest scan"),
        once="shipment.under_way",
    ),
    "shipment.last_scan_at": FactSpec(INSTANT, SHIPMENT, "最近一次扫描时间", "last scanned at"),
    "shipment.last_place": FactSpec(TEXT, SHIPMENT, "最近一次扫描地点", "last scanned in"),
    "shipment.signed_by": FactSpec(TEXT, SHIPMENT, "签收人", "signed for by"),
    "shipment.signed_relation": FactSpec(
        TEXT,
        SHIPMENT,
        "签收人与收件人的关系",
        "how the signer is related",
        asked_of=CARRIER,
        please=_please(
            "签收凭证，注明签收人及其与收件人的关系", "the proof of delivery, with who signed and how they are related"
        ),
        once="delivery.delivered",
    ),
    "shipment.signed_by_other": FactSpec(
        YES_NO, SHIPMENT, "非本人或家人签收", "signed for by somebody else than the customer or family"
    ),
    "shipment.pickup_point_without_consent": FactSpec(
        YES_NO,
        SHIPMENT,
        "未经同意放代收点",
        "left at a pick-up point without consent",
        asked_of=CARRIER,
        please=_please("收件人同意放代收点的记录", "the record of the recipient's consent to the pick-up point"),
        once="shipment.exists",
    ),
    "shipment.weight_sent_grams": FactSpec(NUMBER, SHIPMENT, "揽收重量", "weight when handed over", GRAMS),
    "shipment.weight_arrived_grams": FactSpec(NUMBER, SHIPMENT, "签收重量", "weight at the last measuring", GRAMS),
    "shipment.weight_loss_grams": FactSpec(
        NUMBER,
        SHIPMENT,
        "途中减重",
        "weight lost on the way",
        GRAMS,
        asked_of=CARRIER,
        please=_please("揽收和派送时的称重记录（面单照片）", "the weights at hand-over and delivery, with a photo of the label"),
        once="delivery.delivered",
    ),
    # the payments
    "payment.captured_count": FactSpec(
        NUMBER,
        PAYMENT,
        "扣款次数",
        "charges",
        COUNT,
        asked_of=CUSTOMER,
        please=_please("付款凭证或银行流水", "a proof of payment, or the bank statement"),
    ),
    "payment.captured_minor": FactSpec(NUMBER, PAYMENT, "扣款总额", "charged in all", MINOR),
    "payment.hours_since": FactSpec(NUMBER, PAYMENT, "距付款", "since the payment", HOURS),
    "payment.duplicate_minor": FactSpec(NUMBER, PAYMENT, "重复扣款金额", "charged twice", MINOR),
    "payment.overcharged_minor": FactSpec(
        NUMBER, PAYMENT, "多扣且未退的金额", "charged above the order's total, and not refunded", MINOR
    ),
    "payment.refunded_minor": FactSpec(NUMBER, PAYMENT, "已退金额", "refunded already", MINOR),
    "payment.refund_pending": FactSpec(YES_NO, PAYMENT, "有退款在途", "a refund is on its way"),
    "payment.refund_pending_minor": FactSpec(NUMBER, PAYMENT, "在途退款金额", "refunds on their way", MINOR),
    "payment.refund_pending_by": FactSpec(
        TEXT, PAYMENT, "在途退款的发起方", "the refund was asked for by", values=("redress", "outside", "both")
    ),
    "payment.refund_pending_hours": FactSpec(NUMBER, PAYMENT, "退款在途时长", "the refund is on its way for", HOURS),
    # what the parties say, show, or leave unanswered
    "evidence.count": FactSpec(
        NUMBER,
        CUSTOMER.value,
        "买家凭证",
        "pieces of evidence from the customer",
        COUNT,
        asked_of=CUSTOMER,
        please=_please("照片、视频、聊天记录或其他凭证", "photos, a video, chat logs or other evidence"),
    ),
    "customer.silent": FactSpec(YES_NO, CUSTOMER.value, "买家逾期未答复", "the customer did not answer in time"),
    "merchant.admits": FactSpec(
        YES_NO,
        MERCHANT.value,
        "商家承认责任",
        "the merchant takes responsibility",
        asked_of=MERCHANT,
        please=_please("情况说明，以及是否承担责任", "your side of it, and whether you take responsibility"),
    ),
    "merchant.silent": FactSpec(YES_NO, MERCHANT.value, "商家逾期未答复", "the merchant did not answer in time"),
    "merchant.evidence": FactSpec(
        NUMBER,
        MERCHANT.value,
        "商家凭证",
        "pieces of evidence from the merchant",
        COUNT,
        asked_of=MERCHANT,
        please=_please("质检、打包、进货或聊天记录等凭证", "your evidence: inspection, packing, purchase or chat records"),
    ),
    "carrier.admits": FactSpec(
        YES_NO,
        CARRIER.value,
        "承运商承认责任",
        "the carrier takes responsibility",
        asked_of=CARRIER,
        please=_please("运输情况说明，以及是否承担责任", "what happened on the way, and whether you take responsibility"),
    ),
    "carrier.silent": FactSpec(YES_NO, CARRIER.value, "承运商逾期未答复", "the carrier did not answer in time"),
    "carrier.evidence": FactSpec(
        NUMBER,
        CARRIER.value,
        "承运商凭证",
        "pieces of evidence from the carrier",
        COUNT,
        asked_of=CARRIER,
        please=_please("签收凭证、交接记录或现场照片", "the proof of delivery, hand-over records or photos"),
    ),
    # our own clocks on this case
    "service.missed_by_merchant": FactSpec(
        NUMBER, REDRESS, "商家处理时错过的时限", "promises missed while the merchant held the case", COUNT
    ),
    "service.missed_by_platform": FactSpec(
        NUMBER, REDRESS, "平台处理时错过的时限", "promises missed while the platform held the case", COUNT
    ),
}
"""What a policy's rows may look at, and what a page shows of a case: a condition on anything else would never hold."""
