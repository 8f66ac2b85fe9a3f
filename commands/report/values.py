"""Figures as people read them."""

from commands.kit.language import language
from rules.common.format import money_in

MINUTE, HOUR, DAY = 60, 3600, 86_400


def shown(value: float | None, unit: str, currency: str | None = None) -> str:
    """By its unit, money by its currency; nothing to work it out from is a dash."""
    if value is None:
        return "–"
    match unit:
        case "share":
            return f"{value:.1%}"
        case "score":
            return f"{value:.2f}"
        case "seconds":
            return _span(value)
        case "minor":
            return money_in(int(value), currency or "CNY", language())
        case _:
            return f"{value:,.0f}"


def _span(seconds: float) -> str:
    if seconds < HOUR:
        return f"{seconds / MINUTE:.0f} min"
    return f"{seconds / HOUR:.1f} h" if seconds < 2 * DAY else f"{seconds / DAY:.1f} d"
