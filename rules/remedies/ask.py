"""What eligibility is asked about (RES-1): an order with its parcels, payments and books, at the moment when the customer asked."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from pydantic import JsonValue

from models.case.history import OrderHistory
from models.case.state import CaseState
from models.common.calendars import CalendarSlice
from models.common.lines import LineQuantity
from models.common.partners import Order, OrderLine, Payment, Shipment
from models.common.vocabulary import Issue, Party
from models.investigation.findings import Fact, Finding
from models.policy.policy import PolicySlice
from rules.common.amounts import in_currency, left_to_refund
from rules.common.counting import counting_of
from rules.common.rates import figure_in
from rules.facts.establish import facts_of
from rules.facts.liability import decisive, find
from rules.facts.parcels import in_use, lines_in_question, parcels_with
from rules.money.goods import own_refunds, with_own
from rules.money.worth import freight_left

NOBODY_ELSE = frozenset({Party.CUSTOMER, Party.NONE})
OF_THE_MOMENT = ("line.", "order.hours_since", "delivery.days_")
"""Facts that are looked at as of when the customer asked: waiting for a decision costs nobody a right."""
OF_PARCELS = ("shipment.", "delivery.")
"""Facts of a line's own parcels, where it is known what lies in which."""


@dataclass(frozen=True)
class Ask:
    """Everything that eligibility follows from. `lines`: those it is about; none, the whole order."""

    policy: PolicySlice
    order: Order
    shipments: tuple[Shipment, ...]
    payments: tuple[Payment, ...]
    history: OrderHistory
    asked_at: datetime
    issue: Issue | None = None
    lines: tuple[LineQuantity, ...] = ()
    finding: Finding | None = None
    facts: tuple[Fact, ...] = ()
    """What is known beyond order, parcels and payments."""
    unseen: int = 0
    """Money that the case itself gave and the payments do not show yet."""
    _by_line: dict[str, dict[str, JsonValue]] = field(default_factory=dict[str, dict[str, JsonValue]], repr=False, compare=False)

    @classmethod
    def of(cls, case: CaseState, policy: PolicySlice) -> "Ask":
        """As the case stands. It has an order."""
        assert case.order is not None  # noqa: S101  # callers ask first
        return cls(
            policy,
            case.order,
            case.shipments,
            case.payments,
            with_own(case.history, case),
            case.receipt.received_at,
            case.issue,
            lines_in_question(case),
            case.finding,
            case.facts,
            own_refunds(case)[1],
        )

    @cached_property
    def left(self) -> int:
        """Minor units that may still be refunded."""
        return left_to_refund(in_currency(self.payments, self.order.total.currency), self.history.refunded_minor, self.unseen)

    @cached_property
    def freight_left(self) -> int:
        """Minor units of the order's freight that may be given back alone (RES-13)."""
        return freight_left(self.order, self.history, self.left)

    @cached_property
    def counting(self) -> CalendarSlice | None:
        """The calendar that counts days where the order was received."""
        return counting_of(self.policy, self.order)

    @cached_property
    def stands(self) -> Finding | None:
        """The finding, when it decides; before there is a case, what the facts alone say."""
        found = self.finding or (find(self.policy, self.issue, self.facts, self.asked_at) if self.issue else None)
        return found if decisive(self.policy, found) else None

    @property
    def liable(self) -> bool:
        """Whether somebody else than the customer was found responsible."""
        return self.stands is not None and self.stands.party not in NOBODY_ELSE

    def parcels_of(self, line: OrderLine) -> tuple[Shipment, ...]:
        return parcels_with(in_use(self.order, self.shipments), (line.line_id,))

    def figure(self, minor: int) -> int | None:
        """A figure of the policy in the order's currency; None: the policy has no rate for it."""
        return figure_in(self.policy, minor, self.order.total.currency)

    def known(self, line: OrderLine) -> dict[str, JsonValue]:
        """The facts as they are for one line."""
        if line.line_id not in self._by_line:
            self._by_line[line.line_id] = self._known(line)
        return self._by_line[line.line_id]

    def _known(self, line: OrderLine) -> dict[str, JsonValue]:
        only = self.order.model_copy(update={"lines": (line,)})
        own = facts_of(
            order=only,
            shipments=self.parcels_of(line),
            payments=self.payments,
            lines=(),
            requests=(),
            sayings=(),
            evidence=0,
            now=self.asked_at,
            warranties=self.policy.eligibility.warranty_months,
            counting=self.counting,
            given_for_goods=self.history.for_goods_minor,
        )
        moment = {fact.name: fact.value for fact in own}
        of_line = OF_PARCELS if any(parcel.lines for parcel in self.shipments) else ()
        kept = {fact.name: fact.value for fact in self.facts if not fact.name.startswith((*OF_THE_MOMENT, *of_line))}
        return moment | kept
