"""A party that chose no zone is in the market's: what it is written, and what it is told of its choices."""

from models.case.receipt import Receipt
from models.common.vocabulary import Locale, Role
from settings import ROOT
from tests.support.processes.api import Web, running_web

US = ROOT / "policies" / "us.yaml"


async def test_a_customer_without_a_zone_is_in_the_markets(web: Web) -> None:
    async with running_web(web.settings.model_copy(update={"policy": US}), web.service) as american:
        customer, who, ordered = american.customer()
        row = await american.row(await american.open(customer, order_id=ordered, issue="logistics.delay"))
        assert Receipt.model_validate(row.state["receipt"]).zone == "America/New_York"
        assert (await customer.get("/v1/me/preferences")).json()["zone"] == "America/New_York"
        other = american.person(Role.CUSTOMER, f"{who}-other", locale=Locale.EN)
        assert (await other.get("/v1/me/preferences")).json()["zone"] == "America/New_York"
        chosen = {"channels": ["email"], "locale": "en", "zone": "America/New_York"}
        assert (await other.put("/v1/me/preferences", {"channels": ["email"]})).json() == chosen
        assert (await other.get("/v1/me/preferences")).json() == chosen
