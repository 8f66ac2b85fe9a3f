"""What no list has a word for is read where words come in: when a case is opened, and with what is said later (CLS-3, WRK-6)."""

from models.case.state import CaseState, Grade
from models.common.vocabulary import Priority, Role
from models.tables.case import CaseRow
from tests.support.processes.api import Web

DANGER = "The stool gave way and my mother cannot sit since, her tailbone hurts so"


def grade(row: CaseRow) -> Grade | None:
    return CaseState.model_validate(row.state).grade


def read_by_the_model(row: CaseRow) -> bool:
    graded = grade(row)
    return graded is not None and graded.priority is Priority.P1 and "read by model:" in " ".join(graded.reasons)


async def test_danger_is_heard_in_words_that_no_list_has(web_on_sqlite: Web) -> None:
    customer, _, order = web_on_sqlite.customer()
    case_id = await web_on_sqlite.open(customer, order_id=order, description=DANGER)
    await web_on_sqlite.row(case_id, read_by_the_model)


async def test_danger_is_heard_in_what_is_said_later(web_on_sqlite: Web) -> None:
    customer, _, order = web_on_sqlite.customer()
    case_id = await web_on_sqlite.open(customer, order_id=order, description="The stool is the wrong colour")
    row = await web_on_sqlite.row(case_id, lambda row: grade(row) is not None)
    assert not read_by_the_model(row)
    said = await customer.post(f"/v1/cases/{case_id}/add_words", {"words": DANGER})
    assert said.status_code == 200, said.text
    await web_on_sqlite.row(case_id, read_by_the_model)
    for who, reads in (
        (web_on_sqlite.person(Role.SUPERVISOR, "susan"), True),
        (web_on_sqlite.person(Role.ANALYST, "ann"), False),
    ):
        shown = [(await who.get(f"/v1/cases/{case_id}{part}")).text for part in ("", "/timeline")]
        assert all("case.danger_told" in one or "safety or harm" in one for one in shown)
        assert ("tailbone" in "".join(shown)) is reads
