"""Whole cases lived by random people, partners in trouble and silence: money, misses, waits and endings hold after every move (RES-5)."""

import os
from random import Random
from typing import Any

import pytest
from fakes import order, parcel
from random_people import Wanderers
from random_words import photo
from service import Service

from models.partners import OrderStatus, ShipmentStatus
from models.vocabulary import Issue, Kind, RemedyKind

pytestmark = pytest.mark.long

LIVES = int(os.environ.get("REDRESS_RANDOM_LIVES", "12"))
"""More for a longer look: each number is a life that can be lived again."""
MOVES = 14


@pytest.mark.parametrize("seed", range(LIVES))
async def test_whatever_people_do_money_misses_waits_and_endings_are_right(service: Service, seed: int) -> None:
    rng = Random(seed)  # noqa: S311  # the same people for the same seed
    order_id, paid = "O-1", rng.choice((12_900, 90_000, 400_000))
    status = rng.choice((ShipmentStatus.IN_TRANSIT, ShipmentStatus.DELIVERED, ShipmentStatus.LOST))
    shipped = rng.random() < 0.8
    state = (
        OrderStatus.PAID if not shipped else OrderStatus.DELIVERED if status is ShipmentStatus.DELIVERED else OrderStatus.SHIPPED
    )
    bought = order(order_id, minor=paid, status=state)
    delivered = {"delivered_at": bought.promised_at} if status is ShipmentStatus.DELIVERED else {}
    service.world.add(bought, *((parcel(order_id, status=status, **delivered),) if shipped else ()))
    wanted: Any = rng.choice((None, {"remedy": RemedyKind.REFUND_ONLY}, {"remedy": RemedyKind.RETURN_AND_REFUND}))
    case = await service.open(
        rng.choice((Kind.AFTER_SALES, Kind.AFTER_SALES, Kind.COMPLAINT, Kind.INQUIRY)),
        issue=rng.choice([*Issue, None]),
        wanted=wanted,
        evidence=(photo(rng),) if rng.random() < 0.5 else (),
    )
    people = Wanderers(service, case, rng, order_id, paid)
    for _ in range(MOVES):
        await people.move()
    await people.come_to_an_end()
