"""A partner's refusal is told as it was given (RES-3): its words and code reach who decides, and nothing is guessed in their place."""

from models.common.partners import OrderStatus
from models.common.vocabulary import Issue, Stage, WaitFor
from models.remedies.order_change import ChangeStatus
from models.replacements.partner import Repair, RepairStatus
from models.replacements.state import ReplacementStage
from tests.support.builders.order_changes import not_shipped, quantities, waits
from tests.support.builders.replacements import Replacing, agreed, exchanging, reshipping
from tests.support.builders.returns import returning
from tests.support.processes.service import Case, Service


async def quoted(case: Case, event: str) -> tuple[str, str]:
    """Words and code, as the timeline has them."""
    await case.remembers(event)
    (said,) = await case.told(event)
    return said["refusal"], said["refusal_code"]


async def refused(made: Replacing, words: str, code: str) -> None:
    """People look for another solution; no refund for want of stock is offered by itself."""
    view = await made.case.waits_for(WaitFor.PLAN)
    remedy = made.remedy(view)
    assert remedy.replacement is not None
    assert (remedy.undone, remedy.replacement.refusal, remedy.replacement.refusal_code) == ("refused", words, code)
    assert len(view.proposals) == 1
    assert await quoted(made.case, "resolution.replacement_refused") == (words, code)
    assert "resolution.replacement_out_of_stock" not in await made.case.timeline()


async def test_a_return_that_the_merchant_refuses(service: Service) -> None:
    service.world.returns.refuses.add("open_return")
    back = await returning(service)
    view = await back.case.waits_for(WaitFor.PLAN)
    remedy = back.remedy(view)
    assert remedy.return_ is not None
    assert (remedy.undone, remedy.return_.refusal, remedy.return_.refusal_code) == (
        "refused",
        "we do not open_return",
        "no_open_return",
    )
    assert await quoted(back.case, "return.refused") == ("we do not open_return", "no_open_return")
    assert "return.unaddressed" not in await back.case.timeline()
    assert {"return.refused"} <= {*await back.case.messages("C-1")}


async def test_an_article_that_the_warehouse_does_not_know_is_not_out_of_stock(service: Service) -> None:
    service.world.warehouse.unknown.add("SKU-9")
    await refused(await exchanging(service, "SKU-9"), "no such article", "unknown_article")


async def test_a_parcel_that_the_merchant_will_not_send(service: Service) -> None:
    service.world.warehouse.refuses_to_send = True
    made = await reshipping(service)
    await refused(made, "the line is broken", "no_line")
    await made.over()
    assert made.warehouse.held == []


async def test_a_parcel_that_the_merchant_refuses_while_it_is_packed(service: Service) -> None:
    service.world.warehouse.sends_at_once = False
    made = await reshipping(service)
    await made.at(ReplacementStage.SENDING)
    (key,) = made.warehouse.dispatches
    await made.tell("dispatch", {"key": key, "status": "refused", "refusal": "recalled", "refusal_code": "recall"})
    await refused(made, "recalled", "recall")


async def test_goods_that_the_workshop_will_not_repair_are_asked_back(service: Service) -> None:
    service.world.warehouse.refuses_to_repair = True
    made = await agreed(service, {"kind": "repair"}, issue=Issue.WARRANTY_REPAIR)
    made.warehouse.repairs[f"{made.handle.id}.repair"] = Repair(key=f"{made.handle.id}.repair", status=RepairStatus.REFUSED)
    await made.bring_goods_back(inspected=None)
    await refused(made, "not our make", "other_make")
    await made.over()
    assert [*made.warehouse.decisions.values()] == [False]


async def test_a_change_that_the_merchant_refuses(service: Service) -> None:
    service.world.add(not_shipped())
    service.ordering.answers, service.ordering.refusal, service.ordering.refusal_code = ChangeStatus.REFUSED, "packed", "too_late"
    case = await service.open(issue=Issue.CHANGE, wanted=quantities(2))
    view = await case.until(lambda view: any(remedy.undone for remedy in view.remedies))
    ordering = view.remedies[0].ordering
    assert ordering is not None
    assert (ordering.refusal, ordering.refusal_code) == ("packed", "too_late")
    assert await quoted(case, "resolution.change_refused") == ("packed", "too_late")


async def test_a_charge_that_the_provider_refuses_is_not_taken_for_a_customer_who_does_not_pay(service: Service) -> None:
    service.world.add(not_shipped(status=OrderStatus.PAID))
    service.ordering.refuses_charges = True
    case = await service.open(issue=Issue.CHANGE, wanted=quantities(2))
    view = await case.until(lambda view: any(remedy.undone for remedy in view.remedies) and waits(WaitFor.PLAN)(view))
    assert (view.remedies[0].undone, view.stage) == ("refused", Stage.RESOLUTION)
    assert await quoted(case, "resolution.charge_refused") == ("no such currency", "currency")
    assert service.world.orders["O-1"].lines[0].quantity == 1
    assert not {"resolution.change_called_off", "resolution.charge_asked"} & {*await case.timeline()}


async def test_an_exchange_whose_charge_the_provider_refuses(service: Service) -> None:
    service.world.warehouse.prices = {"SKU-2": 15_900}
    service.ordering.refuses_charges = True
    made = await exchanging(service, "SKU-2")
    view = await made.case.waits_for(WaitFor.PLAN)
    assert made.remedy(view).undone == "refused"
    assert await quoted(made.case, "resolution.charge_refused") == ("no such currency", "currency")
    assert "resolution.replacement_unpaid" not in await made.case.timeline()
    await made.over()
    assert made.warehouse.held == []
