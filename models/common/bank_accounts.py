"""Customers' accounts at banks, to which a refund goes that cannot go back to where it came from (RES-16)."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator
from stdnum import iban as ibans
from stdnum import luhn
from stdnum.exceptions import ValidationError
from stdnum.util import clean

from models.common.base import Frozen, Instant, unfit
from models.common.plain_text import one_width
from models.common.readers import Payer
from models.common.views import View

RULE = "RES-16"
UNIONPAY = "62"
"""What the numbers of UnionPay's cards begin with, China's bank cards among them (ISO/IEC 7812)."""
CARD_DIGITS = range(16, 20)
SHOWN = 4
"""Digits of a number that people are shown."""


def _iban(value: str) -> str:
    """Without blanks, in capitals; country, length and check digits are right (ISO 13616)."""
    try:
        return ibans.validate(one_width(value).strip())
    except ValidationError as error:
        wrong = "no IBAN: its country, length or check digits are wrong"
        raise unfit(rule=RULE, zh="该 IBAN 有误：国家、长度或校验位不符，请核对", en=wrong) from error


def _card(value: str) -> str:
    digits = clean(one_width(value), " -")
    if not (digits.isdecimal() and digits.startswith(UNIONPAY) and len(digits) in CARD_DIGITS and luhn.is_valid(digits)):
        raise unfit(
            rule=RULE,
            zh=f"银行卡号有误：须为以 {UNIONPAY} 开头的 16 至 19 位银联卡号，且校验位正确",
            en=f"no bank card of China: it has 16 to 19 digits, begins with {UNIONPAY} (UnionPay), and its check digit fits",
        )
    return digits


class BankAccount(Frozen):
    """An account, by exactly one number. `bank` names the bank and its branch as the customer writes it; a card's needs one."""

    holder: str = Field(min_length=1, max_length=140)
    """Whose it is, as the bank has the name."""
    iban: Annotated[str, AfterValidator(_iban)] | None = Field(default=None, max_length=50)
    card_number: Annotated[str, AfterValidator(_card)] | None = Field(default=None, max_length=30)
    bank: str | None = Field(default=None, min_length=1, max_length=140)

    @model_validator(mode="after")
    def _one_number(self) -> Self:
        if (self.iban is None) is (self.card_number is None):
            raise unfit(rule=RULE, zh="请填写 IBAN 或银行卡号其中之一", en="name either an IBAN or a card number")
        if self.card_number is not None and self.bank is None:
            raise unfit(rule=RULE, zh="银行卡须填写开户行", en="name the bank of the card")
        return self

    @property
    def ending(self) -> str:
        return (self.iban or self.card_number or "")[-SHOWN:]


class BankAccountView(View):
    """An account as people are shown it: nobody reads its whole number again."""

    account_id: Payer[str]
    customer_id: Payer[str]
    holder: Payer[str]
    bank: Payer[str | None]
    country: Payer[str | None]
    """Of an IBAN."""
    ending: Payer[str]
    """The last digits of the number."""
    at: Payer[Instant]
