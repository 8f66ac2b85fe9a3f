"""Facts and conditions in words, in both languages (INV-4): what is known, and what a row of the rule table wants."""

from collections.abc import Mapping

from pydantic import JsonValue

from models.base import Bilingual
from models.findings import Unit
from models.policy import Condition
from rules.fact_table import FACTS

UNITS: Mapping[Unit, Bilingual] = {
    Unit.HOURS: Bilingual(zh=" 小时", en=" hours"),
    Unit.DAYS: Bilingual(zh=" 天", en=" days"),
    Unit.GRAMS: Bilingual(zh=" 克", en=" g"),
    Unit.MINOR: Bilingual(zh=" （最小货币单位）", en=" (minor units)"),
    Unit.COUNT: Bilingual(zh="", en=""),
}


VALUES: Mapping[str, Bilingual] = {
    # of an order or a parcel
    "unpaid": Bilingual(zh="未付款", en="not paid"),
    "paid": Bilingual(zh="已付款，未发货", en="paid, not shipped"),
    "shipped": Bilingual(zh="已发货", en="shipped"),
    "delivered": Bilingual(zh="已送达", en="delivered"),
    "cancelled": Bilingual(zh="已取消", en="cancelled"),
    "created": Bilingual(zh="已创建运单", en="announced"),
    "in_transit": Bilingual(zh="运输中", en="on its way"),
    "pickup_point": Bilingual(zh="代收点", en="at a pick-up point"),
    "exception": Bilingual(zh="运输异常", en="held up"),
    "lost": Bilingual(zh="丢失", en="lost"),
    "returned": Bilingual(zh="已退回", en="sent back"),
    # who signed
    "self": Bilingual(zh="本人", en="the customer"),
    "family": Bilingual(zh="家人", en="family"),
    "neighbour": Bilingual(zh="邻居", en="a neighbour"),
    "unknown": Bilingual(zh="不明", en="somebody unknown"),
    # who asked for a refund
    "redress": Bilingual(zh="本平台售后", en="Redress"),
    "outside": Bilingual(zh="售后系统之外", en="somebody outside Redress"),
    "both": Bilingual(zh="双方", en="both"),
}
"""Words that facts have as their values; another text stands for itself."""


def told(name: str, value: JsonValue) -> Bilingual:
    """A fact's value as people say it."""
    spec = FACTS[name]
    match value:
        case None:
            return Bilingual(zh="未知", en="not known")
        case bool():
            return Bilingual(zh="是" if value else "否", en="yes" if value else "no")
        case int() | float():
            unit = UNITS[spec.unit] if spec.unit else Bilingual(zh="", en="")
            figure = f"{value:,.2f}".rstrip("0").rstrip(".")
            return Bilingual(zh=f"{figure}{unit.zh}", en=f"{figure}{unit.en}")
        case dict():
            lines = "; ".join(f"{line}: {', '.join(map(str, of)) if isinstance(of, list) else of}" for line, of in value.items())
            return Bilingual(zh=lines, en=lines)
        case _:
            return VALUES.get(str(value), Bilingual(zh=str(value), en=str(value)))


def wanted(condition: Condition) -> Bilingual:
    """A condition in words: what its fact would have to be."""
    if condition.known is not None:
        return Bilingual(zh="已知" if condition.known else "未知", en="known" if condition.known else "not known")
    if condition.is_ is not None:
        return told(condition.fact, condition.is_)
    limits = [(condition.at_least, "不少于 ", "at least "), (condition.below, "少于 ", "below ")]
    said = [(told(condition.fact, limit), zh, en) for limit, zh, en in limits if limit is not None]
    return Bilingual(
        zh="，".join(f"{zh}{limit.zh}" for limit, zh, _ in said), en=" and ".join(f"{en}{limit.en}" for limit, _, en in said)
    )
