"""Instants as lists filter and page by them: aware, in UTC, within the calendar."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime

from models.common.base import unfit


def storable(moment: datetime) -> datetime:
    """In UTC; the calendar ends at the years 1 and 9999, in every zone."""
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise unfit(rule="calendar", zh="超出日历范围", en="outside of the calendar") from error


Moment = Annotated[AwareDatetime, AfterValidator(storable)]


def instant_of(value: str) -> datetime:
    """An aware instant of a cursor that both databases can hold; ValueError for anything else."""
    instant = datetime.fromisoformat(value)
    if instant.tzinfo is None:
        raise ValueError(value)
    return storable(instant)
