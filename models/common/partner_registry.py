"""Every kind of partner system, once (docs/partners/README.md). Workers, settings, connections, webhooks and the sandbox read it here."""

from enum import StrEnum
from typing import Self

from models.common.partners import NoticeKind
from models.common.vocabulary import Party, Role

_Record = tuple[str, Role | None, Party | None, frozenset[NoticeKind], bool]


def _partner(
    name: str, *notices: NoticeKind, role: Role | None = None, party: Party | None = None, has_task_queue: bool = True
) -> _Record:
    return (name, role, party, frozenset(notices), has_task_queue)


class Partner(StrEnum):
    """A kind of system that Redress calls.

    Its name is also that of its contract, task queue, circuit, webhook address and part of the sandbox, and begins the setting of its address.
    """

    _value_: str
    role: Role | None
    """Whose tokens its people have: they upload the evidence that its notices name (INV-3)."""
    party: Party | None
    """What a finding calls it (INV-4): it can be asked, held responsible and claimed from."""
    notices: frozenset[NoticeKind]
    """What its webhooks may tell; notices of another kind are refused."""
    has_task_queue: bool
    """Whether activities call it, on a task queue of its own (`cases-payment`): a slow or limited partner never holds up the others."""

    def __new__(
        cls, name: str, role: Role | None, party: Party | None, notices: frozenset[NoticeKind], has_task_queue: bool
    ) -> Self:
        member = str.__new__(cls, name)
        member._value_, member.role, member.party = name, role, party
        member.notices, member.has_task_queue = notices, has_task_queue
        return member

    MERCHANT = _partner(
        "merchant",
        NoticeKind.STATEMENT,
        NoticeKind.CLAIM,
        NoticeKind.ORDER_CHANGE,
        NoticeKind.INSPECTION,
        NoticeKind.DISPATCH,
        NoticeKind.REPAIR,
        role=Role.MERCHANT,
        party=Party.MERCHANT,
    )
    CARRIER = _partner(
        "carrier",
        NoticeKind.STATEMENT,
        NoticeKind.CLAIM,
        NoticeKind.SHIPMENT,
        NoticeKind.PICKUP,
        role=Role.CARRIER,
        party=Party.CARRIER,
    )
    PAYMENT = _partner("payment", NoticeKind.REFUND, NoticeKind.CHARGE, NoticeKind.CHARGEBACK)
    PROMOTION = _partner("promotion")
    NOTIFICATION = _partner("notification", has_task_queue=False)

    @classmethod
    def roles(cls) -> frozenset[Role]:
        """The roles of partners' people: each sees and does only what its own partner is party to."""
        return frozenset(partner.role for partner in cls if partner.role)

    @property
    def url_setting(self) -> str:
        """The field of `Settings` that holds its address: REDRESS_MERCHANT_URL."""
        return f"{self}_url"


SEVERAL_PARTNERS = "partners"
"""The task queue of activities that call several partners, or one or another."""
PARTNER_QUEUES = (*(partner.value for partner in Partner if partner.has_task_queue), SEVERAL_PARTNERS)
"""What `cases-…` is followed by: the task queues beside that of the cases."""
CASES, DELIVERY, CODEC = "cases", "delivery", "codec"
WORKER_PARTS = (CASES, *PARTNER_QUEUES, DELIVERY)
"""What a worker can serve: the cases' queue with the loops that look after cases, each partners' queue, and the messages."""
API_PARTS = (CASES, CODEC)
"""What the API can serve: people and partners, and the payload codec of Temporal's Web UI."""
