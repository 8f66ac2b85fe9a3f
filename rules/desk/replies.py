"""Variables of saved replies (WRK-2): `{{ name }}`, filled from the case. The words stay a person's: nothing else of them is a template."""

import re
from collections.abc import Mapping

from models.common.base import Bilingual

VARIABLES: Mapping[str, Bilingual] = {
    "customer_name": Bilingual(zh="顾客的称呼", en="the customer's name"),
    "case_id": Bilingual(zh="工单编号", en="the case's id"),
    "order_id": Bilingual(zh="订单编号", en="the order's id"),
    "issue": Bilingual(zh="问题类型", en="what went wrong"),
    "products": Bilingual(zh="涉及的商品", en="the titles of the lines that the case is about"),
    "tracking": Bilingual(zh="运单号", en="the numbers of the order's parcels"),
    "amount": Bilingual(zh="退还或方案金额", en="what is paid back, else what is offered"),
    "deadline": Bilingual(zh="当前期限", en="until when the case waits"),
    "agent_name": Bilingual(zh="回复人姓名", en="your name"),
}
_VARIABLE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")


def unknown_variables(text: str) -> list[str]:
    """What stands in double braces and is no variable."""
    return [name for name in used_variables(text) if name not in VARIABLES]


def used_variables(text: str) -> list[str]:
    """Each once, in their order."""
    return list(dict.fromkeys(_VARIABLE.findall(text)))


def fill(text: str, values: Mapping[str, str | None]) -> tuple[str, tuple[str, ...]]:
    """The text with what is known; variables without a value stay as they are, and are named."""
    missing = tuple(name for name in used_variables(text) if not values.get(name))
    return _VARIABLE.sub(lambda found: values.get(found[1]) or found[0], text), missing


def left_open(text: str) -> list[str]:
    """Variables that nobody has filled."""
    return [name for name in used_variables(text) if name in VARIABLES]
