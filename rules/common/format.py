"""Figures as people write them, in either language: money, durations and moments."""

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from models.common.base import Bilingual, Money
from models.common.currencies import decimals
from models.common.vocabulary import Locale


def money_in(minor: int, currency: str, locale: Locale) -> str:
    """¥12.90 in Chinese, CNY 12.90 in English; a sign stands before both: -¥12.90."""
    sign = "-" if minor < 0 else ""
    figure = f"{Decimal(abs(minor)).scaleb(-decimals(currency)):,f}"
    return f"{sign}¥{figure}" if locale is Locale.ZH and currency == "CNY" else f"{sign}{currency} {figure}"


def money(amount: Money) -> Bilingual:
    return minor_units(amount.minor, amount.currency)


def minor_units(minor: int, currency: str) -> Bilingual:
    """Also of what is below zero, as a discount may be."""
    return Bilingual(zh=money_in(minor, currency, Locale.ZH), en=money_in(minor, currency, Locale.EN))


SPANS = ((86400, "天", "day"), (3600, "小时", "hour"), (60, "分钟", "minute"), (1, "秒", "second"))
IN_HOURS = timedelta(hours=48)
"""Up to this a duration is said in hours: 48 hours, 3 days."""


def duration_in(span: timedelta, locale: Locale) -> str:
    """7 天 in Chinese, 7 days in English."""
    left, said = round(span.total_seconds()), list[str]()
    for seconds, zh, en in SPANS if span > IN_HOURS else SPANS[1:]:
        count, left = divmod(left, seconds)
        if count:
            said.append(f"{count} {zh}" if locale is Locale.ZH else f"{count} {en}{'' if count == 1 else 's'}")
    return " ".join(said) or ("0 分钟" if locale is Locale.ZH else "0 minutes")


def moment_in(instant: datetime, locale: Locale, home: str, zone: str | None = None) -> str:
    """In the reader's `zone`, else the market's (`home`); which zone that is is said where it may be doubted."""
    local = instant.astimezone(_zone_of(zone, home))
    offset = local.strftime("%z")
    told = f"GMT{offset[0]}{int(offset[1:3])}" + (f":{offset[3:5]}" if offset[3:5] != "00" else "")
    if locale is Locale.ZH:
        return f"{local.month}月{local.day}日{local:%H:%M}" + ("" if zone in {None, home} else f"（{told}）")
    return f"{local.day} {local:%b}, {local:%H:%M} ({told})"


def _zone_of(name: str | None, home: str) -> ZoneInfo:
    try:
        return ZoneInfo(name or home)
    except (LookupError, ValueError, OSError):  # a contact's zone that this machine does not know
        return ZoneInfo(home)
