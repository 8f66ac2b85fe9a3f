"""Forgetting (ARC-3): a case is lived with particular words, names, numbers, files; after it is forgotten, no store has any of them."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, text
from sqlmodel import col, update

from activities.erasure.loop import Erasure
from adapters.erasure.files import Files
from adapters.erasure.histories import Histories
from adapters.evidence.store import evidence_store
from models.common.vocabulary import Role
from models.tables.case import CaseRow
from rules.policy.load import load_policy
from tests.support.builders.pictures import picture
from tests.support.processes.api import Person, Web
from tests.support.processes.waiting import eventually

ADDRESS = {
    "name": "钱学琛",
    "phone": "+86 186 1234 5678",
    "region": "CN-SH",
    "city": "Quincetown",
    "street": "77 Marmalade Alley",
    "postal_code": "200777",
}
PERSON = {"name": "Zebulon Quux", "email": "zebulon@quux.example", "phone": "+86 139 8765 4321"}
SAID = {
    "description": "the xylograph arrived with a crocodile bite",
    "words": "我家的琉璃盏碎成八瓣",
    "note": "she sounded like a bassoon",
    "reply": "we regret the crocodile, Zebulon",
    "reason": "never mind the flibbertigibbet",
    "cause": "the walrus told me so",
}
MARK = b"photo of the vermilion door"
NAME = "vermilion-door-of-quux.jpg"
PARTICULAR = (
    *("xylograph", "crocodile", "琉璃盏", "琉璃", "bassoon", "flibbertigibbet", "walrus", "flibberti-tag"),
    *("Zebulon", "Quux", "quux", "13987654321", "139 8765 4321", "钱学琛", "186 1234 5678", "Quincetown", "Marmalade", "200777"),
    *(MARK.decode(), "vermilion"),
)


@pytest.fixture
def web(web_on_either: Web) -> Web:
    return web_on_either


@dataclass
class Life:
    """A customer and a case of theirs that is over but for the time to reopen it."""

    web: Web
    customer: Person
    customer_id: str
    case_id: str
    photo: str
    begun: datetime

    async def passes(self) -> None:
        """The case cannot be reopened any more. The server moves no clock of what the API started, so its end is brought about."""
        await self.web.service.client.get_workflow_handle(self.case_id).terminate()
        over = update(CaseRow).where(col(CaseRow.case_id) == self.case_id)
        async with self.web.service.database.writing() as session:
            await session.exec(over.values(next_deadline=datetime.now(UTC) - timedelta(seconds=1)))

    def erasure(self) -> Erasure:
        service = self.web.service
        files = Files(service.database, evidence_store(self.web.settings))
        return Erasure(service.database, load_policy(self.web.settings.policy), Histories(service.client), files)

    async def histories(self) -> list[str]:
        """Of all that began since then, as JSON."""
        query = f"TaskQueue = '{self.web.service.queue}' AND StartTime >= '{self.begun.isoformat()}'"
        client = self.web.service.client
        found = [run async for run in client.list_workflows(query)]
        return [(await client.get_workflow_handle(run.id, run_id=run.run_id).fetch_history()).to_json() for run in found]

    async def rows(self) -> list[str]:
        """Every row of every table of the database, whole."""
        async with self.web.service.database.reading() as session:
            connection = await session.connection()
            tables = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
            tables = [table for table in tables if not table.startswith("library_fts")]  # made of `library`, not to be scanned
            return [str(row) for table in tables for row in await connection.execute(text(f'SELECT * FROM "{table}"'))]  # noqa: S608

    def files(self) -> Iterator[bytes]:
        folder = self.web.settings.data_dir / "evidence"
        for file in (one for one in folder.rglob("*") if one.is_file()):
            yield str(file.relative_to(folder)).encode() + file.read_bytes()

    async def left(self) -> set[str]:
        """Which of the particular things are still somewhere."""
        everywhere = "\n".join([*await self.rows(), *await self.histories()])
        found = {word for word in PARTICULAR if word in everywhere or json.dumps(word)[1:-1] in everywhere}
        in_files = {word for content in self.files() for word in (MARK.decode(), self.photo) if word.encode() in content}
        return found | in_files | ({self.customer_id} if f"'{self.customer_id}'" in everywhere else set())


async def a_life(web: Web) -> Life:
    begun = datetime.now(UTC) - timedelta(seconds=1)
    customer, customer_id, order = web.customer()
    photo = (await customer.upload(picture(comment=MARK), NAME)).json()["sha256"]
    assert (await customer.post("/v1/addresses", ADDRESS)).status_code == 201
    opened: dict[str, Any] = {"order_id": order, "issue": "product.quality_defect", "customer": PERSON, "evidence": [photo]}
    case_id = await web.open(customer, description=SAID["description"], **opened)
    row = await web.row(case_id, lambda row: row.team is not None and row.waiting_for is not None)
    agent, address = web.person(Role.AGENT, "alice", str(row.team)), f"/v1/cases/{case_id}"
    for who, action, body in (
        (agent, "take", {}),
        (customer, "add_words", {"words": SAID["words"], "evidence": [photo]}),
        (agent, "note", {"words": SAID["note"]}),
        (agent, "tag", {"add": ["flibberti-tag"]}),
        (agent, "reply", {"words": SAID["reply"]}),
        (customer, "withdraw", {"reason": SAID["reason"]}),
    ):
        answer = await who.post(f"{address}/{action}", body, idempotency_key=f"quux-{action}")
        assert answer.status_code == 200, answer.text
    await web.row(case_id, lambda row: row.stage == "closed")
    cause = {"root_cause": "rules_unclear", "reason": SAID["cause"]}
    assert (await web.person(Role.SUPERVISOR, "susan").put(f"{address}/root-cause", cause)).status_code == 200
    return Life(web, customer, customer_id, case_id, photo, begun)


async def agreed(life: Life) -> str:
    """A request to which two supervisors agreed."""
    request = (await life.customer.post("/v1/erasure-requests")).json()["request_id"]
    for who in ("susan", "sun"):
        answer = await life.web.person(Role.SUPERVISOR, who).post(f"/v1/erasure-requests/{request}/approve")
        assert answer.status_code == 200, answer.text
    assert answer.json()["state"] == "approved"
    return request


def figures(item: dict[str, Any]) -> dict[str, Any]:
    """What lists count by."""
    others = {"customer_id", "order_id", "tags", "erased_at", "waiting_for", "next_deadline"}
    return {name: value for name, value in item.items() if name not in others}


async def test_what_is_forgotten_is_in_no_store_and_figures_and_seals_stay(web: Web, capfd: pytest.CaptureFixture[str]) -> None:
    life = await a_life(web)
    supervisor = web.person(Role.SUPERVISOR, "susan")
    assert await life.left() >= {*PARTICULAR} - {"13987654321", MARK.decode()}  # each was somewhere
    (before,) = (await supervisor.get(f"/v1/cases?customer_id={life.customer_id}")).json()["cases"]
    (sealed,) = (await supervisor.get(f"/v1/archives/{life.case_id}")).json()["editions"]

    request = await agreed(life)
    told = (await supervisor.get(f"/v1/erasure-requests/{request}")).json()
    goes = {one["store"]: one["items"] for one in told["goes"]}
    assert (told["waits_for"], goes["cases"], goes["contacts"], goes["addresses"]) == ([life.case_id], 1, 1, 1)
    assert await life.erasure().round() == 0  # it may still be reopened
    assert "crocodile" in (await web.row(life.case_id)).model_dump_json()

    await life.passes()

    async def rounds() -> str:
        await life.erasure().round()
        return (await supervisor.get(f"/v1/erasure-requests/{request}")).json()["state"]

    await eventually(rounds, lambda state: state == "done")
    assert await life.left() == set()
    written = "".join(capfd.readouterr())
    assert [word for word in PARTICULAR if word in written] == []

    done = (await supervisor.get(f"/v1/erasure-requests/{request}")).json()
    assert (done["state"], done["cases"], done["goes"], done["customer_id"]) == ("done", 1, [], f"erased-{request}")
    (after,) = (await supervisor.get(f"/v1/cases?customer_id={done['customer_id']}")).json()["cases"]
    assert (figures(after), after["erased_at"] is not None) == (figures(before), True)
    (edition,) = (await supervisor.get(f"/v1/archives/{life.case_id}")).json()["editions"]
    canonical = json.dumps(edition["record"], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert hashlib.sha256(canonical.encode()).hexdigest() == edition["sha256"] == sealed["sha256"]
    assert (edition["record"], edition["personal"], edition["case"]["description"]) == (sealed["record"], {}, "—")
    assert (await supervisor.get(f"/v1/cases/{life.case_id}")).json()["description"] == "—"
    assert (await life.customer.get(f"/v1/cases/{life.case_id}")).status_code == 404
    assert (await life.customer.post("/v1/erasure-requests")).status_code == 404  # nothing is left


async def test_a_request_that_cannot_be_is_a_clear_problem_and_changes_nothing(web: Web) -> None:
    life = await a_life(web)
    supervisor, asks = web.person(Role.SUPERVISOR, "susan"), "/v1/erasure-requests"
    held = await supervisor.post("/v1/legal-holds", {"case_id": life.case_id, "reason": "Lawsuit 17."})
    refused = await life.customer.post(asks)
    assert (refused.status_code, refused.json()["rule"]) == (409, "ARC-3")
    assert (await supervisor.delete(f"/v1/legal-holds/{held.json()['hold_id']}")).status_code == 204
    request = (await life.customer.post(asks)).json()["request_id"]
    assert (await life.customer.post(asks)).status_code == 409
    assert (await web.person(Role.CUSTOMER, "C-NOBODY").post(asks)).status_code == 404
    assert (await web.person(Role.CUSTOMER, "C-NOBODY").get(f"{asks}/{request}")).status_code == 404
    assert (await supervisor.post(asks)).status_code == 403
    for role, who in ((Role.AGENT, "alice"), (Role.MERCHANT, "M-1"), (Role.CARRIER, "K-1"), (Role.ANALYST, "ann")):
        other = web.person(role, who)
        seen = [await other.get(path) for path in (asks, f"{asks}/{request}", "/v1/legal-holds")]
        done = [await other.post(path) for path in (asks, f"{asks}/{request}/approve")]
        assert {answer.status_code for answer in (*seen, *done)} == {403}, role
    assert (await supervisor.post(f"{asks}/{request}/approve")).status_code == 200
    assert (await supervisor.post(f"{asks}/{request}/approve")).status_code == 409
    whole = await supervisor.post("/v1/legal-holds", {"customer_id": life.customer_id, "reason": "Lawsuit 18."})
    second = web.person(Role.SUPERVISOR, "sun")
    assert (await second.post(f"{asks}/{request}/approve")).status_code == 409
    await supervisor.delete(f"/v1/legal-holds/{whole.json()['hold_id']}")
    assert (await supervisor.post("/v1/legal-holds", {"reason": "?"})).status_code == 422
    assert (await supervisor.post("/v1/legal-holds", {"case_id": "RD-NONE", "reason": "?"})).status_code == 404
    refused = await second.post(f"{asks}/{request}/refuse", {"reason": "The invoice is kept for the tax office."})
    assert (refused.json()["state"], refused.json()["customer_id"]) == ("refused", life.customer_id)
    assert (await second.post(f"{asks}/{request}/approve")).status_code == 409
    assert "crocodile" in (await web.row(life.case_id)).model_dump_json()


def test_the_test_looks_for_what_the_life_has() -> None:
    """A word that was never written would never be found."""
    life = " ".join([*SAID.values(), *PERSON.values(), *ADDRESS.values(), MARK.decode(), NAME, "flibberti-tag"])
    assert [word for word in PARTICULAR if word not in life and word != "13987654321"] == []
    assert Path(NAME).suffix == ".jpg"
