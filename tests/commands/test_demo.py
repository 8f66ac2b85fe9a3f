"""`redress demo` finds an order for each of its stories, a second time too."""

from datetime import UTC, datetime
from typing import Any

import pytest

from commands.demo.command import cast
from commands.demo.stories import PLOTS
from models.common.vocabulary import Meaning
from rules.classification.meaning import heard_in
from rules.policy.load import load_policy
from sandbox.catalogue.orders import Catalogue
from sandbox.orders.statements import CARRIERS, MERCHANTS, Temper
from settings import Settings

RUNS = 2
CATALOGUE: list[dict[str, Any]] = [
    {
        "order_id": order_id,
        "state": entry.story.state,
        "merchant_id": entry.order.merchant_id,
        "customer_id": entry.order.customer_id,
        "carrier_id": entry.shipments[0].carrier_id if entry.shipments else None,
    }
    for order_id, entry in Catalogue(1, datetime.now(UTC)).entries.items()
]
TEMPERS: dict[str, str] = {
    **{order["merchant_id"]: MERCHANTS[int(order["merchant_id"].removeprefix("M-")) % 4].value for order in CATALOGUE},
    **{order["carrier_id"]: CARRIERS.get(order["carrier_id"], Temper.SILENT).value for order in CATALOGUE if order["carrier_id"]},
}
"""As `GET /tempers` tells them."""


def test_a_second_demo_has_fresh_orders_that_its_stories_can_be_about() -> None:
    used = set[str]()
    for _ in range(RUNS):
        stories = list(cast(CATALOGUE, TEMPERS, used, len(PLOTS)))
        assert not used & {story.order["order_id"] for story in stories}
        for story in stories:
            merchant = story.plot.merchant if story.asks_a_temper else TEMPERS[story.order["merchant_id"]]
            assert story.order["state"] == (story.plot.state or "delivered")
            assert story.plot.merchant in {"", merchant}
        used |= {story.order["order_id"] for story in stories}


def test_a_customer_who_had_a_case_comes_last() -> None:
    """What is refunded without a person is bounded for each: their next one may need a person (RES-10)."""
    (story,) = cast(CATALOGUE, TEMPERS, set(), 1)
    others = {order["order_id"] for order in CATALOGUE if order["customer_id"] == story.order["customer_id"]}
    (another,) = cast(CATALOGUE, TEMPERS, others - {story.order["order_id"]}, 1)
    assert another.order["customer_id"] != story.order["customer_id"]


@pytest.mark.parametrize("words", sorted({words for plot in PLOTS for words in plot.words}))
def test_nobody_hears_danger_in_the_words_that_a_story_begins_with(words: str) -> None:
    """Such a case would go to the platform at once, whatever its story is; the one of danger tells of it later."""
    heard = heard_in(words, (), load_policy(Settings().policy).grading) or ()
    assert Meaning.DANGER not in {one.meaning for one in heard}
