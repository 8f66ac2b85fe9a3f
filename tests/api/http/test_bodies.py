"""Bodies that would cost more than they may: refused before their fields are looked at, and told in a short answer."""

from api.http.bodies import MOST_VALUES
from api.http.problems import LONGEST_NAME, MOST_ERRORS
from models.common.vocabulary import Role
from tests.support.processes.api import Web

OPENING = {"kind": "inquiry", "description": "Where is my parcel?"}


async def test_a_body_of_hundreds_of_thousands_of_values_is_refused_in_a_short_answer(web: Web) -> None:
    customer = web.person(Role.CUSTOMER, "C-1")
    answer = await customer.post("/v1/cases", {**OPENING, "evidence": ["x"] * 200_000})
    assert answer.status_code == 422
    assert (answer.json()["rule"], answer.json()["field"]) == ("size", "evidence")
    assert str(MOST_VALUES) in answer.json()["detail"]
    assert len(answer.content) < 2_000


async def test_as_many_unknown_fields_are_refused_alike(web: Web) -> None:
    customer = web.person(Role.CUSTOMER, "C-1")
    answer = await customer.post("/v1/cases", OPENING | {f"f{number}": 1 for number in range(MOST_VALUES)})
    assert (answer.status_code, answer.json()["rule"]) == (422, "size")


async def test_a_field_of_an_endless_name_is_refused_in_a_short_answer(web: Web) -> None:
    customer = web.person(Role.CUSTOMER, "C-1")
    answer = await customer.post("/v1/cases", OPENING | {"f" * 900_000: 1})
    assert (answer.status_code, answer.json()["field"]) == (422, "f" * LONGEST_NAME)
    assert len(answer.content) < 2_000


async def test_the_first_faults_are_told_and_the_others_counted(web: Web) -> None:
    customer = web.person(Role.CUSTOMER, "C-1")
    answer = await customer.post("/v1/cases", {**OPENING, "evidence": ["x"] * 100})
    assert answer.status_code == 422
    assert len(answer.json()["errors"]) == MOST_ERRORS
    assert "99 more" in answer.json()["detail"]


async def test_a_long_text_with_many_commas_is_no_large_body(web: Web) -> None:
    customer = web.person(Role.CUSTOMER, "C-1")
    answer = await customer.post("/v1/cases", {**OPENING, "description": "a," * 4_000})
    assert answer.status_code == 201
