"""Facts and conditions in words, in both languages (INV-4): what is known, and what a row of the rule table wants."""

from collections.abc import Mapping
from datetime import datetime

from pydantic import JsonValue

from models.common.base import Bilingual
from models.common.vocabulary import Locale
from models.investigation.findings import FactType, Unit
from models.policy.policy import Condition
from rules.common.format import minor_units, moment_in
from rules.facts.registry import FACTS

UNITS: Mapping[Unit, Bilingual] = {
    Unit.HOURS: Bilingual(zh=" 小时", en=" hours"),
    Unit.DAYS: Bilingual(zh=" 天", en=" days"),
    Unit.GRAMS: Bilingual(zh=" 克", en=" g"),
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


CATEGORIES: Mapping[str, Bilingual] = {
    "electronics": Bilingual(zh="数码电子", en="electronics"),
    "appliances": Bilingual(zh="家用电器", en="appliances"),
    "furniture": Bilingual(zh="家具", en="furniture"),
    "home": Bilingual(zh="家居", en="home"),
    "outdoor": Bilingual(zh="户外", en="outdoor"),
    "toys": Bilingual(zh="玩具", en="toys"),
    "shoes": Bilingual(zh="鞋靴", en="shoes"),
    "apparel": Bilingual(zh="服饰", en="apparel"),
    "books": Bilingual(zh="图书", en="books"),
    "fresh": Bilingual(zh="生鲜", en="fresh food"),
    "beauty": Bilingual(zh="美妆", en="beauty"),
    "digital": Bilingual(zh="数字商品", en="digital goods"),
    "custom": Bilingual(zh="定制", en="made to order"),
}
"""The usual ones; a marketplace's own stand for themselves."""


def told(name: str, value: JsonValue, currency: str, home: str = "UTC") -> Bilingual:
    """A fact's value as people say it; `currency` is the order's, `home` the market's zone, in which instants are told."""
    spec = FACTS[name]
    match value:
        case None:
            return Bilingual(zh="未知", en="not known")
        case bool():
            return Bilingual(zh="是" if value else "否", en="yes" if value else "no")
        case int() | float():
            return _figure(value, spec.unit, currency)
        case dict():
            lines = {line: _of_line(of) for line, of in value.items()}
            return Bilingual(
                zh="；".join(f"{line}：{of.zh}" for line, of in lines.items()),
                en="; ".join(f"{line}: {of.en}" for line, of in lines.items()),
            )
        case str() if spec.type is FactType.INSTANT:
            instant = datetime.fromisoformat(value)
            return Bilingual(zh=moment_in(instant, Locale.ZH, home), en=moment_in(instant, Locale.EN, home))
        case _:
            return VALUES.get(str(value), Bilingual(zh=str(value), en=str(value)))


def _figure(value: float, unit: Unit | None, currency: str) -> Bilingual:
    if unit is Unit.MINOR:
        return minor_units(int(value), currency)
    said = UNITS[unit] if unit else Bilingual(zh="", en="")
    figure = f"{value:,.2f}".rstrip("0").rstrip(".")
    return Bilingual(zh=f"{figure}{said.zh}", en=f"{figure}{said.en}")


def _of_line(of: JsonValue) -> Bilingual:
    """A line's category, or the conditions shown at its sale."""
    if not isinstance(of, list):
        return CATEGORIES.get(str(of), Bilingual(zh=str(of), en=str(of)))
    marks = [FACTS[name].name if (name := f"line.{mark}") in FACTS else Bilingual(zh=str(mark), en=str(mark)) for mark in of]
    return Bilingual(zh="、".join(mark.zh for mark in marks) or "无", en=", ".join(mark.en for mark in marks) or "none")


def wanted(condition: Condition, currency: str) -> Bilingual:
    """A condition in words: what its fact would have to be."""
    if condition.known is not None:
        return Bilingual(zh="已知" if condition.known else "未知", en="known" if condition.known else "not known")
    if condition.is_ is not None:
        return told(condition.fact, condition.is_, currency)
    limits = [(condition.at_least, "不少于 ", "at least "), (condition.below, "少于 ", "below ")]
    said = [(told(condition.fact, limit, currency), zh, en) for limit, zh, en in limits if limit is not None]
    return Bilingual(
        zh="，".join(f"{zh}{limit.zh}" for limit, zh, _ in said), en=" and ".join(f"{en}{limit.en}" for limit, _, en in said)
    )
