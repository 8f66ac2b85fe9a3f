"""What Redress and a partner prove themselves to each other with (docs/security.md)."""

from typing import Annotated

from pydantic import Field, SecretStr, StringConstraints

from models.common.base import Frozen
from models.common.partner_registry import Partner

Secret = Annotated[SecretStr, Field(min_length=1)]
AT_ONCE = 2
"""Secrets that are good at the same time: the current one first, then the one that it replaces."""


class Credentials(Frozen):
    """Of a kind of partner as a whole, or of one merchant or carrier."""

    webhook: tuple[Secret, ...] = Field(min_length=1, max_length=AT_ONCE)
    """`whsec_…`: the partner signs its webhooks with one of them (Standard Webhooks)."""
    token: tuple[Secret, ...] = Field(min_length=1, max_length=AT_ONCE)
    """The bearer token that our calls carry; the second is tried when the first is refused."""


Holder = Annotated[str, StringConstraints(pattern=r"^[a-z]+(/[^\s].{0,99})?$")]
"""Whose credentials they are: `carrier`, or `carrier/SF` for one carrier's own."""


def holder(partner: Partner, who: str | None = None) -> str:
    """The name of a kind of partner, or of one merchant or carrier of that kind."""
    return partner.value if who is None else f"{partner}/{who}"
