"""Figures as people read them (RVW-1)."""

from models.common.vocabulary import Locale
from models.figures import FigureUnit
from rules.common.format import money_in

MINUTE, HOUR, DAY = 60, 3600, 86_400


def shown(value: float | None, unit: FigureUnit, currency: str | None, locale: Locale) -> str:
    """By its unit, money by its currency; nothing to work it out from is a dash."""
    if value is None:
        return "–"
    match unit:
        case FigureUnit.SHARE:
            return f"{value:.1%}"
        case FigureUnit.SCORE:
            return f"{value:.2f}"
        case FigureUnit.SECONDS:
            return _span(value)
        case FigureUnit.MINOR:
            return money_in(int(value), currency or "CNY", locale)
        case FigureUnit.CASES:
            return f"{value:,.0f}"


def _span(seconds: float) -> str:
    if seconds < HOUR:
        return f"{seconds / MINUTE:.0f} min"
    return f"{seconds / HOUR:.1f} h" if seconds < 2 * DAY else f"{seconds / DAY:.1f} d"
