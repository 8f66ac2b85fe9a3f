"""What every value shares."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Self, TypeVar

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from models.common.readers import Everybody
from models.common.vocabulary import Locale

Instant = AwareDatetime
"""An aware instant; stored and compared in UTC."""

IDENTIFIER = r"^\.*[^\s.\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"
Identifier = Annotated[str, StringConstraints(pattern=IDENTIFIER, max_length=100, strip_whitespace=True)]
"""An id, ours or a partner's, in its own characters, as `10/2024#77 A` or 订单7: up to 100 of them, on one line, not dots alone. Blanks around it
are no part of it. Whoever writes it into a path, a query or a key of several parts quotes it there."""

Words = Annotated[str, StringConstraints(min_length=1, max_length=8000, strip_whitespace=True)]
"""What a person said, kept as it was said (REC-2)."""


def unfit(*, rule: str, zh: str, en: str) -> PydanticCustomError:
    """What is wrong with a body that fits its fields but not one another, in both languages, to be raised by a validator; `rule` by its id."""
    return PydanticCustomError("unfit", "{en}", {"rule": rule, "zh": zh, "en": en})


_fields_sets: dict[frozenset[str], set[str]] = {}
"""Which fields were given, once for all values of which the same ones were."""
MOST_FIELDS_SETS = 5000
"""More than there are without a caller who leaves out other fields each time; then they are forgotten, and not shared any more."""


class Frozen(BaseModel):
    """A value that never changes after it was made. Unknown fields are an error where people write (bodies, policy files), so that a typing
    mistake is seen; `stored` and Temporal's payloads (adapters/payloads/converter.py) pass over them.

    Pydantic keeps for each value a set of the names that were given, at least 216 bytes, and an open case consists of some hundred values.
    Nobody changes that set of a frozen value, so equal ones are shared.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    def model_post_init(self, context: object, /) -> None:
        _share_fields_set(self)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        copied = super().model_copy(update=update, deep=deep)
        _share_fields_set(copied)
        return copied


def _share_fields_set(value: Frozen) -> None:
    own = value.__pydantic_fields_set__
    if len(_fields_sets) >= MOST_FIELDS_SETS:
        _fields_sets.clear()
    object.__setattr__(value, "__pydantic_fields_set__", _fields_sets.setdefault(frozenset(own), own))


M = TypeVar("M", bound=BaseModel)


def stored(model: type[M], content: object) -> M:
    """A value of a row, or that another process sent: a newer release may have written it, so what is unknown is passed over, however deep."""
    return model.model_validate(content, extra="ignore")


def wire_name(name: str) -> Any:  # noqa: ANN401  # pydantic's own annotation
    """The name of a field in JSON, where it differs from the attribute: histories, rows and callers keep reading it."""
    return Field(validation_alias=name, serialization_alias=name)


class Wired(Frozen):
    """A value some of whose fields have a `wire_name`; Python code uses the attributes' names alone."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True, serialize_by_alias=True)


class Money(Frozen):
    """An amount in the currency's minor unit (fen, cents)."""

    minor: Everybody[int] = Field(ge=0, le=10**12, examples=[12900])
    currency: Everybody[str] = Field(default="CNY", pattern=r"^[A-Z]{3}$")


_DURATION = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")


def _duration(value: object) -> object:
    if not isinstance(value, str) or value.startswith("P"):
        return value  # a timedelta or ISO 8601 from a stored slice
    match = _DURATION.fullmatch(value)
    if not value or match is None:
        message = "a duration is written as 5m, 1h, 7d or 1h30m"
        raise ValueError(message)
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


Duration = Annotated[timedelta, BeforeValidator(_duration)]


class Bilingual(Frozen):
    """A text that a person reads, in both languages."""

    zh: Everybody[str]
    en: Everybody[str]

    def in_(self, locale: Locale) -> str:
        return self.zh if locale is Locale.ZH else self.en


class Body(Frozen):
    """What a caller sends for an action; see the subclasses."""
