"""Decisions on what was shown (WRK-5): each names it, so that nobody agrees to what they did not see."""

from typing import Annotated, ClassVar

from pydantic import Field

from models.common.base import Body

Version = Annotated[int | None, Field(ge=1)]
"""Of what is decided on, as it was shown; it grows when that changes."""

Named = dict[str, str | int]
"""What a decision is about, as its body names it: `{"proposal_id": "p2", "version": 1}`."""


class Decides(Body):
    """The body of a decision on something that was shown. `available_actions` says in `decides` how to name it."""

    NAMED_BY: ClassVar[tuple[str, ...]] = ("version",)
    """The fields that name it, beside the address. All may be left out for one release (docs/api-changes.md)."""

    @property
    def named(self) -> Named:
        """What the caller decides on, as far as it was named."""
        return {name: value for name in self.NAMED_BY if (value := getattr(self, name)) is not None}
