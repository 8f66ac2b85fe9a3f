"""A case of each remedy from the queue to its end, with a keyboard alone; customers, merchants and carriers act as in the demo."""

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
from playwright.async_api import Browser
from temporalio.testing import WorkflowEnvironment

from commands.demo.command import cast
from commands.demo.player import AGENT, SUPERVISOR
from commands.demo.plots import CREDITED, Maker, Plot, credit, escalate, gave, propose
from commands.demo.stories import PLOTS
from models.common.actors import Actor
from models.common.vocabulary import Issue, Kind, RemedyKind, Role, WaitFor
from rules.policy.load import load_policy
from tests.support.processes.keyboard import AtTheConsole, Keyboard
from tests.support.processes.pages import stranger
from tests.support.processes.policies import NOTHING_ALONE
from tests.support.processes.scenes import Shop, silent_shop

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(600)]

OF_EACH: dict[tuple[RemedyKind, ...], str] = {
    (RemedyKind.RETURN_AND_REFUND,): "a defect, returned with our label, refunded with a credit note",
    (RemedyKind.EXCHANGE,): "the wrong size, exchanged",
    (RemedyKind.REPAIR,): "repaired under warranty",
    (RemedyKind.RESHIP,): "one piece missing, sent again",
    (RemedyKind.PRICE_ADJUSTMENT,): "the price fell, the difference paid",
    (RemedyKind.REFUND_ONLY, RemedyKind.COUPON, RemedyKind.APOLOGY): "a complaint about late delivery: a coupon and an apology",
    (RemedyKind.EXPLANATION,): "a refund on its way, explained",
    (RemedyKind.ORDER_CANCELLED,): "cancelled before shipping",
    (RemedyKind.ORDER_CHANGED,): "changed before shipping, the difference paid",
    (RemedyKind.FREIGHT_REFUND,): "express and late: the freight alone goes back",
    (RemedyKind.STORE_CREDIT, RemedyKind.CREDIT_BONUS): "store credit for a colour that is nothing like the picture",
    (RemedyKind.SERVICE_IMPROVEMENT,): "a complaint about manners, and what is made better",
}


STORE_CREDIT = Plot(
    ("颜色与图片不符，退到余额", "store credit for a colour that is nothing like the picture"),
    ("颜色和图片差别很大。", "The colour is nothing like the picture."),
    "delivered",
    issue=Issue.NOT_AS_DESCRIBED,
    moves={WaitFor.PLAN: (propose(credit(0.3)),)},
    proofs=(gave(RemedyKind.STORE_CREDIT, RemedyKind.CREDIT_BONUS),),
)


@pytest.fixture(scope="module")
async def shop(temporal: WorkflowEnvironment, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    async with silent_shop(temporal, tmp_path_factory.mktemp("shop"), NOTHING_ALONE) as shop:
        yield shop


@pytest.fixture
async def stage(shop: Shop, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[AtTheConsole]:
    monkeypatch.setattr("commands.demo.player.PATIENCE", 500.0)  # whoever presses Tab is slower than the API
    address = str(shop.http.base_url).rstrip("/")
    desks: dict[Role, Keyboard] = {}
    for role, who in ((Role.AGENT, AGENT), (Role.SUPERVISOR, SUPERVISOR)):
        teams = tuple(load_policy(shop.settings.policy).teams) if role is Role.AGENT else ()
        context = await browser.new_context(base_url=address, locale="en")
        async with stranger(shop.http.base_url) as visitor:
            await visitor.sign_in(shop.database, Actor(role=role, id=who, teams=teams))
            await context.add_cookies([{"name": "redress", "value": visitor.http.cookies["redress"], "url": address}])
        desks[role] = Keyboard(await context.new_page())
    async with httpx.AsyncClient(timeout=30, trust_env=False) as http:
        stage = AtTheConsole(shop.settings, address, str(shop.town.base_url).rstrip("/"), http)
        stage.desks, stage.moves = desks, []
        yield stage
    for desk in desks.values():
        await desk.page.context.close()


def plot_of(name: str) -> Plot:
    """As a complaint that the platform's people see to; what a customer asks for would be done by the merchant or nobody."""
    plot = next(plot for plot in (*PLOTS, STORE_CREDIT) if plot.name[1] == name)
    proofs = tuple(
        proof for proof in plot.proofs if proof is not CREDITED
    )  # the loop that makes credit notes out is not at work here
    plans = plot.moves[WaitFor.PLAN]
    moves = {**plot.moves, WaitFor.PLAN: (from_the_merchant(plans[0]), *plans)}
    return replace(plot, kind=Kind.COMPLAINT, asks_first=False, wanted=None, proofs=proofs, moves=moves)


def from_the_merchant(plan: Maker) -> Maker:
    """The customer asks the platform to step in, where the merchant has the case still."""
    return lambda scene: escalate(scene) if scene.view["tier"] == "merchant" else plan(scene)


def test_no_remedy_is_left_out() -> None:
    assert {kind for kinds in OF_EACH for kind in kinds} == {*RemedyKind}


@pytest.mark.parametrize("name", OF_EACH.values())
async def test_a_case_is_taken_from_the_queue_to_its_end_by_keys(shop: Shop, stage: AtTheConsole, name: str) -> None:
    catalogue = (await shop.town.get("/catalogue")).json()
    (story,) = cast(catalogue, (await shop.town.get("/tempers")).json(), shop.handed_out, 1, [plot_of(name)])
    shop.handed_out.add(story.order["order_id"])
    if story.asks_a_temper:
        await shop.town.put("/tempers", json={story.order["order_id"]: story.plot.merchant})
    await stage.play(story, lambda: None)
    assert not story.trouble, story.trouble
    assert not story.unproved, story.unproved
    assert story.closed, story.view["waiting"]
    assert "propose" in stage.moves
