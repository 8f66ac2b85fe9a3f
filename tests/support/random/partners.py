"""Partners of random lives: what happens at theirs, what they tell of it, late, twice or garbled, and how they fail."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from pydantic import BaseModel

from models.case.state import CaseState
from models.common.base import Money
from models.common.partners import Notice, NoticeKind, ProviderRefundStatus, RefusalCode, Scan, ShipmentStatus, Statement
from models.common.vocabulary import Party
from models.money.charge import ChargeStatus
from models.remedies.order_change import ChangeAnswer, ChangeStatus
from models.remedies.remedy import Remedy
from models.replacements.partner import DispatchStatus, Repair, RepairStatus
from models.returns.partner import PickupStatus
from tests.support.fakes.order_changes import FakeOrderChanges
from tests.support.fakes.partners import World

News = tuple[str, Notice]
"""Which workflow is told, and what."""

ROAD = ("in transit", "in transit", "delivered", "delivered", "lost", "returned", "held at customs")
GARBAGE: tuple[dict[str, Any], ...] = (
    {},
    {"status": "???"},
    {"key": 7, "amount": {"minor": -1}},
    {"tracking": "", "carrier_id": None, "status": ["lost"]},
    {"answer": "paid", "amount": {"minor": 10**12, "currency": "EUR"}},
    {"request_id": "q1"},
    {"lines": [{"line_id": "L1", "rejected": 10**6}]},
)
_numbers = itertools.count(1)


@dataclass
class Elsewhere:
    """Everybody who is asked by activities, and tells by notices."""

    world: World
    context: FakeOrderChanges
    heard: list[News] = field(default_factory=list[News])
    """All that was told so far."""

    # ── what happens at theirs ──────────────────────────────────────────────────────────────────────────────────────────

    def news(self, rng: Random, states: list[CaseState], claims: list[tuple[str, Party]]) -> Iterator[News]:
        """Something happens at some of them; most of it is told, some of it only when they are asked."""
        for state in states:
            things = [*self._money(rng, state), *self._words(rng, state), *self._parcels(rng, state), *self._goods(rng, state)]
            for told in things:
                if rng.random() < 0.75:
                    self.heard.append(told)
                    yield told
        for claim_id, party in claims:
            if rng.random() < 0.3:
                told = claim_id, _notice(party.value, NoticeKind.CLAIM, self._claim_word(rng))
                self.heard.append(told)
                yield told

    def noise(self, rng: Random, workflows: list[str]) -> News | None:
        """What was told before, with its number or a new one; or something unreadable."""
        if self.heard and rng.random() < 0.6:
            workflow_id, notice = rng.choice(self.heard)
            again = notice if rng.random() < 0.5 else notice.model_copy(update={"notice_id": f"n{next(_numbers)}"})
            return workflow_id, again
        if not workflows:
            return None
        kind = rng.choice((*NoticeKind, "weather"))
        partner = rng.choice(("merchant", "carrier", "payment", "moon"))
        return rng.choice(workflows), _notice(partner, kind, rng.choice(GARBAGE))

    def _money(self, rng: Random, state: CaseState) -> Iterator[News]:
        keys = {part.key for remedy in state.remedies for part in remedy.parts}
        for key, refund in list(self.world.refunds.items()):
            if key in keys and rng.random() < 0.7:
                if refund.status is ProviderRefundStatus.ACCEPTED:
                    after = rng.choice(
                        (
                            ProviderRefundStatus.ARRIVED,
                            ProviderRefundStatus.ARRIVED,
                            ProviderRefundStatus.ACCEPTED,
                            ProviderRefundStatus.REFUSED,
                        )
                    )
                    refused = {"refusal": "sent back by the bank"} if after is ProviderRefundStatus.REFUSED else {}
                    self.world.refunds[key] = refund.model_copy(update={"status": after, **refused})
                yield state.case_id, _notice("payment", NoticeKind.REFUND, self.world.refunds[key])
        for key, charge in list(self.context.charges.items()):
            if key.startswith(f"{state.case_id}.") and not charge.over and rng.random() < 0.7:
                after = self._charge(rng, key)
                yield charge.reference, _notice("payment", NoticeKind.CHARGE, after)

    def _charge(self, rng: Random, key: str) -> BaseModel:
        turn = rng.choice(("pay", "pay", "decline", "expire"))
        if turn == "expire":
            self.context.charges[key] = self.context.charges[key].model_copy(update={"status": ChargeStatus.EXPIRED})
            return self.context.charges[key]
        return self.context.pay(key) if turn == "pay" else self.context.decline(key)

    def _words(self, rng: Random, state: CaseState) -> Iterator[News]:
        for request in state.open_requests:
            if request.of.value in {"merchant", "carrier"} and rng.random() < 0.5:
                said = Statement(request_id=request.id, words="so it was", admits=rng.choice((True, False, None)))
                yield state.case_id, _notice(request.of.value, NoticeKind.STATEMENT, said)
        for key, answer in list(self.context.changes.items()):
            if key.startswith(f"{state.case_id}.") and rng.random() < 0.7:
                yield state.case_id, _notice("merchant", NoticeKind.ORDER_CHANGE, self._change(rng, key, answer))

    def _change(self, rng: Random, key: str, answer: ChangeAnswer) -> ChangeAnswer:
        if answer.status is not ChangeStatus.PENDING:
            return answer
        if rng.random() < 0.6:
            return self.context.confirm(key)
        self.context.changes[key] = answer.model_copy(update={"status": ChangeStatus.REFUSED, "refusal": "packed already"})
        return self.context.changes[key]

    def _parcels(self, rng: Random, state: CaseState) -> Iterator[News]:
        """The order's own parcels go on."""
        for number, parcel in enumerate(self.world.parcels.get(state.order_id or "", ())):
            if parcel.status in {ShipmentStatus.IN_TRANSIT, ShipmentStatus.EXCEPTION} and rng.random() < 0.2:
                status = rng.choice((ShipmentStatus.IN_TRANSIT, ShipmentStatus.DELIVERED, ShipmentStatus.LOST))
                now = datetime.now(UTC)
                moved = parcel.model_copy(
                    update={
                        "status": status,
                        "scans": (*parcel.scans, Scan(at=now, place="上海", status=status.value)),
                        "delivered_at": now if status is ShipmentStatus.DELIVERED else None,
                    }
                )
                self.world.parcels[parcel.order_id][number] = moved
                yield state.case_id, _notice("carrier", NoticeKind.SHIPMENT, moved)

    def _goods(self, rng: Random, state: CaseState) -> Iterator[News]:
        for remedy in state.remedies:
            if remedy.return_ is not None:
                yield from self._coming_back(rng, remedy)
            if remedy.replacement is not None:
                yield from self._going_out(rng, remedy)

    def _coming_back(self, rng: Random, remedy: Remedy) -> Iterator[News]:
        state = remedy.return_
        assert state is not None
        workflow_id, returns = state.workflow_id, self.world.returns
        for pickup in [pickup for key, pickup in returns.pickups.items() if key.startswith(f"{workflow_id}.")]:
            if pickup.status is PickupStatus.BOOKED and rng.random() < 0.5:
                status = rng.choice((PickupStatus.COLLECTED, PickupStatus.MISSED))
                returns.pickups[pickup.key] = pickup.model_copy(update={"status": status})
                yield workflow_id, _notice("carrier", NoticeKind.PICKUP, returns.pickups[pickup.key])
        parcels = (state.label, state.pickup, state.parcel, state.sent_back)
        for tracking in {one.tracking for one in parcels if one is not None and one.tracking}:
            if rng.random() < 0.5:
                yield workflow_id, _notice("carrier", NoticeKind.SHIPMENT, returns.scan(tracking, rng.choice(ROAD)))
        if state.received_at is not None and rng.random() < 0.3:
            line = rng.choice(state.lines)
            bad = rng.randrange(line.quantity + 1)
            told = {"lines": [{"line_id": line.line_id, rng.choice(("rejected", "missing", "wrong")): bad, "reason": "worn"}]}
            yield workflow_id, _notice("merchant", NoticeKind.INSPECTION, told)

    def _going_out(self, rng: Random, remedy: Remedy) -> Iterator[News]:
        state, warehouse = remedy.replacement, self.world.warehouse
        assert state is not None
        workflow_id = state.workflow_id
        for key, dispatch in list(warehouse.dispatches.items()):
            if key.startswith(f"{workflow_id}.") and dispatch.status is DispatchStatus.PREPARING and rng.random() < 0.7:
                yield workflow_id, _notice("merchant", NoticeKind.DISPATCH, warehouse.hand_over(key))
        if (known := warehouse.repairs.get(f"{workflow_id}.repair")) is not None and rng.random() < 0.7:
            warehouse.repairs[known.key] = _further(rng, known)
            yield workflow_id, _notice("merchant", NoticeKind.REPAIR, warehouse.repairs[known.key])
        if state.tracking is not None and rng.random() < 0.6:
            yield workflow_id, _notice("carrier", NoticeKind.SHIPMENT, self.world.returns.scan(state.tracking, rng.choice(ROAD)))

    def _claim_word(self, rng: Random) -> dict[str, Any]:
        answer = rng.choice(("accepted", "accepted_in_part", "rejected", "paid"))
        amount = {"minor": rng.choice((1, 1_000, 5_000, 12_900, 10**6)), "currency": rng.choice(("CNY",) * 9 + ("EUR",))}
        return {"answer": answer, "words": "我们看过了", "amount": rng.choice((None, amount))}

    # ── how they fail ───────────────────────────────────────────────────────────────────────────────────────────────────

    def change(self, rng: Random, skus: list[str]) -> str:
        """Other troubles than before. Says which."""
        world, context, warehouse, returns = self.world, self.context, self.world.warehouse, self.world.returns
        world.down = {partner for partner in ("merchant", "carrier", "payment", "promotion") if rng.random() < 0.05}
        world.refuses, world.refuses_coupons = rng.random() < 0.2, rng.random() < 0.2
        world.closed = rng.choice((None, None, None, RefusalCode.ACCOUNT_CLOSED, RefusalCode.OTHER))
        world.pays_at_once = rng.random() < 0.4
        world.dies_after_acting = rng.choice((0, 0, 1))
        context.answers = rng.choice((ChangeStatus.CONFIRMED, ChangeStatus.PENDING, ChangeStatus.REFUSED))
        context.price, context.gives_back = rng.choice((0, 1_000, -1_000)), rng.random() < 0.7
        context.loses_answers = rng.choice((0, 0, 1))
        warehouse.gone = {sku for sku in skus if rng.random() < 0.3}
        warehouse.expected_at = rng.choice((None, datetime.now(UTC) + timedelta(days=3)))
        warehouse.prices = {sku: rng.choice((0, 1_000, 20_000)) for sku in skus}
        warehouse.sends_at_once, warehouse.down = rng.random() < 0.5, rng.random() < 0.05
        warehouse.refuses_to_send, warehouse.forgets_reservations = rng.random() < 0.1, rng.random() < 0.2
        warehouse.loses_answers = rng.choice((0, 0, 1))
        calls = ("open_return", "label", "pickup", "move_pickup", "send_back", "cancel_return", "parcel")
        returns.refuses = {call for call in calls if rng.random() < 0.1}
        returns.loses_answers = rng.choice((0, 0, 1))
        world.claims.refuses = rng.random() < 0.2
        return (
            f"down {sorted(world.down)}, refund refused {world.refuses} {world.closed}, at once {world.pays_at_once}, changes "
            f"{context.answers} {context.price} {context.gives_back}, gone {sorted(warehouse.gone)}, prices {warehouse.prices}, warehouse down "
            f"{warehouse.down}, refuses {warehouse.refuses_to_send} {sorted(returns.refuses)}"
        )

    def mend(self) -> None:
        """Everybody is well again."""
        world, warehouse = self.world, self.world.warehouse
        world.down, world.refuses, world.refuses_coupons, world.closed = set(), False, False, None
        world.pays_at_once, world.dies_after_acting = True, 0
        self.context.answers, self.context.gives_back, self.context.loses_answers = ChangeStatus.CONFIRMED, True, 0
        warehouse.gone, warehouse.down, warehouse.sends_at_once = set(), False, True
        warehouse.refuses_to_send, warehouse.forgets_reservations, warehouse.loses_answers = False, False, 0
        world.returns.refuses, world.returns.loses_answers, world.claims.refuses = set(), 0, False


def _further(rng: Random, known: Repair) -> Repair:
    """The workshop goes on, or says again what it said."""
    if known.status is RepairStatus.TAKEN:
        in_warranty = rng.random() < 0.5
        found = {"in_warranty": in_warranty, "estimate": None if in_warranty else Money(minor=rng.choice((0, 2_000)))}
        return known.model_copy(update={"status": RepairStatus.DIAGNOSED, **found})
    if known.status is RepairStatus.DIAGNOSED and rng.random() < 0.7:
        return known.model_copy(update={"status": rng.choice((RepairStatus.REPAIRED, RepairStatus.NOT_REPAIRABLE))})
    if known.status is RepairStatus.REPAIRED:
        sent = {"tracking": f"R-{known.key}", "carrier_id": "K-9"}
        return known.model_copy(update={"status": RepairStatus.SENT_BACK, **sent})
    return known


def _notice(partner: str, kind: str, payload: BaseModel | dict[str, Any]) -> Notice:
    told = payload.model_dump(mode="json") if isinstance(payload, BaseModel) else payload
    return Notice(notice_id=f"n{next(_numbers)}", partner=partner, kind=kind, payload=told)
