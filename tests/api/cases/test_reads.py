"""Who read a case (WRK-8): everybody but the customer, once an hour for the same reading, for supervisors."""

from typing import Any

import pytest
from sqlalchemy import event

from adapters.database.reads import Reading, Reads
from models.case.desk_views import ReadKind
from models.common.actors import Actor
from models.common.vocabulary import Role
from tests.support.builders.pictures import picture
from tests.support.processes.api import Person, Web


@pytest.fixture
def web(web_on_either: Web) -> Web:
    return web_on_either


async def a_case(web: Web) -> tuple[Person, str, str, str]:
    """A customer, their case, its team, and the hash of its picture."""
    customer, _, order = web.customer()
    photo = (await customer.upload(picture())).json()["sha256"]
    case_id = await web.open(customer, order_id=order, issue="product.quality_defect", evidence=[photo])
    row = await web.row(case_id, lambda row: row.team is not None and row.waiting_for is not None)
    return customer, case_id, str(row.team), photo


async def test_a_supervisor_sees_who_looked_at_the_case_and_its_evidence_each_once(web: Web) -> None:
    customer, case_id, team, photo = await a_case(web)
    lily, merchant, susan = (
        web.person(Role.AGENT, "lily", team),
        web.person(Role.MERCHANT, "M-1"),
        web.person(Role.SUPERVISOR, "susan"),
    )
    for path in ("", "/timeline", "", f"/evidence/{photo}", f"/evidence/{photo}/thumbnail"):
        assert (await lily.get(f"/v1/cases/{case_id}{path}")).status_code == 200
    await merchant.get(f"/v1/cases/{case_id}")
    await customer.get(f"/v1/cases/{case_id}")
    await susan.get("/v1/cases")
    read = (await susan.get(f"/v1/cases/{case_id}/reads")).json()["reads"]
    seen = [(one["role"], one["id"], one["kind"], one["sha256"]) for one in read]
    assert seen == [("merchant", "M-1", "view", None), ("agent", "lily", "evidence", photo), ("agent", "lily", "view", None)]
    first = (await susan.get(f"/v1/cases/{case_id}/reads?limit=2")).json()
    assert (await susan.get(first["next"])).json()["reads"] == read[2:]


async def test_nobody_but_supervisors_sees_who_read(web: Web) -> None:
    customer, case_id, team, _ = await a_case(web)
    for who in (
        customer,
        web.person(Role.MERCHANT, "M-1"),
        web.person(Role.AGENT, "lily", team),
        web.person(Role.ANALYST, "ann"),
    ):
        assert (await who.get(f"/v1/cases/{case_id}/reads")).status_code == 403


async def test_what_was_written_down_within_the_hour_costs_nothing_again(web: Web) -> None:
    reads, reader, one = Reads(web.service.database), Actor(role=Role.AGENT, id="lily"), Reading("RD-READ", ReadKind.PRINT)
    await reads.remember(reader, one)
    asked: list[object] = []
    engine: Any = getattr(web.service.database, "_engine").sync_engine  # noqa: B009
    event.listen(engine, "before_cursor_execute", note := lambda *said: asked.append(said[2]))
    await reads.remember(reader, one, one)
    event.remove(engine, "before_cursor_execute", note)
    assert asked == []
    await Reads(web.service.database).remember(reader, one)  # another process
