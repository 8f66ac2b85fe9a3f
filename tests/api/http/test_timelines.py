"""A timeline tells times as its reader's messages do."""

from datetime import UTC, datetime

import pytest

from api.http.auth import Caller
from api.http.timelines import TimelineReader
from models.common.actors import Actor
from models.common.vocabulary import Locale
from models.tables.case import ContactRow
from tests.support.builders.actors import AGENT, CUSTOMER
from tests.support.builders.cases import case

CHOSEN = ContactRow(customer_id=CUSTOMER.id, locale="en", zone="Europe/Berlin", updated_at=datetime(2026, 3, 2, tzinfo=UTC))


@pytest.mark.parametrize(
    ("actor", "contact", "zone"),
    [(CUSTOMER, CHOSEN, "Europe/Berlin"), (CUSTOMER, None, case().receipt.zone), (AGENT, None, None)],
)
def test_times_are_told_in_the_zone_that_a_customer_chose_since(
    actor: Actor, contact: ContactRow | None, zone: str | None
) -> None:
    reader = TimelineReader.of(Caller(actor=actor), "Asia/Shanghai", Locale.EN, case(), contact)
    assert reader.zone == zone
