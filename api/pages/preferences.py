"""How somebody likes their pages: language, time zone, light or dark. Their browser keeps it in cookies; nothing secret is in these."""

from collections.abc import Sequence
from enum import StrEnum
from functools import cache
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from fastapi import Request, Response
from pydantic import AfterValidator

from api.http.language import CHOSEN
from models.common.base import Frozen, unfit
from models.common.vocabulary import Locale

ZONE, THEME = "redress_zone", "redress_theme"
A_YEAR = 365 * 24 * 3600
COMMON_ZONES = (
    *("Asia/Shanghai", "Asia/Hong_Kong", "Asia/Taipei", "Asia/Singapore", "Asia/Tokyo", "Asia/Kolkata", "Asia/Dubai"),
    *("Europe/London", "Europe/Berlin", "Europe/Madrid", "America/New_York", "America/Chicago", "America/Los_Angeles"),
    *("America/Sao_Paulo", "Australia/Sydney"),
)
"""What is proposed; any other is taken too."""


class Theme(StrEnum):
    """AUTO: as the browser is set."""

    AUTO = "auto"
    LIGHT = "light"
    DARK = "dark"


@cache
def zones() -> Sequence[str]:
    """The time zones there are, by place."""
    return sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/", "US/")))


def _known(zone: str) -> str:
    if zone not in zones():
        raise unfit(rule="zone", zh="没有这个时区", en="there is no such time zone")
    return zone


class Preferences(Frozen):
    """What somebody chose; what is not given stays as it is."""

    language: Locale | None = None
    zone: Annotated[str, AfterValidator(_known)] | None = None
    theme: Theme | None = None

    def keep(self, response: Response, *, secure: bool) -> None:
        """Have the browser keep them for a year."""
        for name, value in ((CHOSEN, self.language), (ZONE, self.zone), (THEME, self.theme)):
            if value is not None:
                response.set_cookie(name, str(value), max_age=A_YEAR, path="/", secure=secure, httponly=True, samesite="lax")


def zone_of(request: Request) -> ZoneInfo:
    """The zone that the reader chose, else the market's."""
    chosen = request.cookies.get(ZONE, "")
    return ZoneInfo(chosen if chosen in zones() else request.app.state.parts.policy.zone)


def theme_of(request: Request) -> Theme:
    chosen = request.cookies.get(THEME)
    return Theme(chosen) if chosen in set(Theme) else Theme.AUTO
