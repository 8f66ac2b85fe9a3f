"""Messages to the customer that could not be delivered (NTF-4)."""

from enum import StrEnum

from models.common.base import Frozen, Instant
from models.common.readers import Inside
from models.common.vocabulary import MessageChannel


class Why(StrEnum):
    """Why it could not."""

    ADDRESS_MISSING = "address_missing"
    PROVIDER_REFUSED = "provider_refused"
    """For good: the number or mailbox does not exist, for one."""
    TRIED_IN_VAIN = "tried_in_vain"
    """The provider did not take it in three days."""


class Undelivered(Frozen):
    """A message that was not delivered, without its address and without the provider's words: these do not belong in a history."""

    message_id: Inside[int]
    about: Inside[str]
    """The event that it tells of."""
    channel: Inside[MessageChannel]
    why: Inside[Why]
    at: Inside[Instant]
    instead: Inside[MessageChannel | None] = None
    """The channel that is tried now."""
    reached: Inside[bool] = False
    """Another channel took the same message, or is about to; else a person has to reach the customer."""
