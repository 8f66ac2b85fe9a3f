"""What is known of a case when its words are read (CLS-2)."""

from enum import StrEnum

from models.common.base import Frozen
from models.common.vocabulary import RemedyKind


class Progress(StrEnum):
    """How far an order is, all its parcels together."""

    NOT_SHIPPED = "not_shipped"
    UNDER_WAY = "under_way"
    DELIVERED = "delivered"


class Known(Frozen):
    """Beside the words: what the customer asks for, and how far the order and its money are. None: nobody knows."""

    wanted: RemedyKind | None = None
    progress: Progress | None = None
    charged_twice: bool = False
    refund_pending: bool = False


NOTHING_KNOWN = Known()


class Words(Frozen):
    """Words to classify, and what is known beside them."""

    text: str
    known: Known = NOTHING_KNOWN
