"""Whole cases lived by random people, partners in trouble and silence: what must hold holds after every move, and everything ends (RES-5).

A life that goes wrong is shrunk to the shortest that still does, and told. Every run plays the same lives; to look longer, at other lives each
time and at those first that went wrong before: `REDRESS_RANDOM_LIVES=500 pytest tests/workflows/test_random_people.py`.
"""

import os
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from temporalio.testing import WorkflowEnvironment

from adapters.database.agents import seed_agents
from adapters.knowledge.entries import seed_knowledge
from rules.policy.knowledge import first_answers
from rules.policy.load import load_policy
from settings import Settings
from tests.support.processes.service import Service, running_service
from tests.support.random.ends import come_to_an_end
from tests.support.random.lives import Life, lives, shop
from tests.support.random.partners import Elsewhere
from tests.support.random.people import People

pytestmark = [pytest.mark.long, pytest.mark.timeout(0)]

ASKED_FOR = os.environ.get("REDRESS_RANDOM_LIVES")
LIVES = int(ASKED_FOR or 12)


@settings(
    max_examples=LIVES,
    derandomize=ASKED_FOR is None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(life=lives())
async def test_whatever_people_do_what_must_hold_holds_and_everything_ends(
    temporal: WorkflowEnvironment, tmp_path_factory: pytest.TempPathFactory, life: Life
) -> None:
    chosen = Settings(data_dir=tmp_path_factory.mktemp("life"))
    async with running_service(temporal, chosen) as service:
        policy = load_policy(chosen.policy)
        await seed_agents(service.database, policy.agents)
        await seed_knowledge(service.database, first_answers(policy))
        await lived(service, life)


async def lived(service: Service, life: Life) -> None:
    rng = Random(life.start)  # noqa: S311  # the same for the same life
    order = shop(rng)
    service.world.add(order.order, *order.parcels, charges=order.payments)
    people = People(service, order.order.order_id, shop=order, elsewhere=Elsewhere(service.world, service.ordering))
    people.told.append(f"{order.order.status}, {[parcel.status for parcel in order.parcels]}, paid {order.paid}")
    await people.open(rng)
    if rng.random() < 0.5:
        await people.come_to_an_agreement(rng)
    for move in life.moves:
        await people.live(move)
    await come_to_an_end(people)
