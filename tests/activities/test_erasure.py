"""Forgetting (ARC-3): in which order, what a crash leaves, what stands against it; on both databases."""

import asyncio
import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, cast

import pytest
from sqlmodel import SQLModel, col, delete, select, update

from activities.case.records import RecordsActivities
from activities.erasure.loop import Erasure, name_of
from adapters.database.engine import Database
from adapters.erasure.files import Files
from adapters.erasure.histories import Histories
from adapters.erasure.tables import TABLES, Store
from adapters.knowledge.unanswered import note_unanswered
from adapters.partners.protocols import EvidenceStore
from models.case.activities import Projection
from models.case.state import CaseState
from models.common.actors import EvidenceRef
from models.common.vocabulary import Outcome, Role, Stage
from models.erasure.record import as_sealed, forgotten, personal, seal_of
from models.investigation.findings import Saying
from models.policy.policy import Policy
from models.policy.retention import RetentionPolicy
from models.tables.case import ArchiveRow, CaseRow, ContactRow, MessageRow, TimelineRow, UploadRow
from models.tables.erasure import ErasureRequestRow, LegalHoldRow
from models.tables.knowledge import UnansweredRow
from tests.support.builders.actors import CUSTOMER
from tests.support.builders.cases import NOW, OPENED, case, receipt

LATER = NOW + timedelta(days=1096)
PHOTO = EvidenceRef(sha256="a" * 64, media_type="image/png", size=3, name="photo of Wei.png")


@dataclass
class FakeHistories:
    """Temporal, with the workflows that run still."""

    running: set[str] = field(default_factory=set[str])
    deleted: list[str] = field(default_factory=list[str])

    async def forget(self, case_id: str, _known: object = ()) -> bool:
        if case_id not in self.running:
            self.deleted.append(case_id)
        return case_id not in self.running


@dataclass
class FakeStore:
    """The evidence that is there."""

    files: set[str] = field(default_factory=lambda: {PHOTO.sha256})

    async def delete(self, sha256: str) -> None:
        self.files.discard(sha256)


@dataclass
class Scene:
    database: Database
    records: RecordsActivities
    policy: Policy
    histories: FakeHistories = field(default_factory=FakeHistories)
    store: FakeStore = field(default_factory=FakeStore)

    def erasure(self, at: datetime = LATER) -> Erasure:
        """As a worker that has just started."""
        files = Files(self.database, cast("EvidenceStore", self.store))
        return Erasure(self.database, self.policy, cast("Histories", self.histories), files, now=lambda: at)

    async def closed(self, case_id: str = "RD-1", customer: str = "C-1") -> None:
        """A case that closed at `NOW` and cannot be reopened."""
        saying = Saying(at=NOW, by=CUSTOMER, words="a crocodile bit me", evidence=(PHOTO,))
        taken = receipt(case_id, customer_id=customer)
        over = case(
            OPENED, receipt=taken, sayings=(saying,), stage=Stage.CLOSED, outcome=Outcome.RESOLVED, closed_at=NOW, version=1
        )
        await self.records.seal_case(Projection(state=over, at=NOW))

    async def rows(self, table: type[SQLModel], **only: object) -> list[Any]:
        async with self.database.reading() as session:
            return list((await session.exec(select(table).filter_by(**only))).all())

    async def add(self, *rows: SQLModel) -> None:
        async with self.database.writing() as session:
            session.add_all(rows)

    async def is_forgotten(self, case_id: str = "RD-1") -> bool:
        (row,) = await self.rows(CaseRow, case_id=case_id)
        return row.erased_at is not None


@pytest.fixture
def scene(database: Database, records: RecordsActivities, policy: Policy) -> Scene:
    """Under a policy that keeps messages, contacts and notices for good."""
    retention = RetentionPolicy(cases=policy.retention.cases, uploads=policy.retention.uploads)
    return Scene(database, records, policy.model_copy(update={"retention": retention}))


def asked(customer: str = "C-1", state: str = "approved") -> ErasureRequestRow:
    return ErasureRequestRow(
        request_id="q1", customer_id=customer, state=state, proof="redress 1", requested_at=NOW, approvals=[]
    )


async def test_a_case_is_forgotten_when_the_policy_says_so_and_again_changes_nothing(scene: Scene) -> None:
    await scene.closed()
    assert await scene.erasure(NOW + timedelta(days=1094)).round() == 0
    assert await scene.erasure().round() == 1
    (row,) = await scene.rows(CaseRow)
    assert row.customer_id.startswith("erased-")
    assert CaseState.model_validate(row.state).sayings == ()
    assert (await scene.rows(TimelineRow), scene.store.files, scene.histories.deleted) == ([], set(), ["RD-1"])
    assert await scene.erasure().round() == 0


@pytest.mark.parametrize("stands", ["hold", "hold of the customer", "runs"])
async def test_what_stands_against_it_leaves_everything_as_it_is(scene: Scene, stands: str) -> None:
    await scene.closed()
    if stands == "runs":
        scene.histories.running.add("RD-1")
    else:
        held = {"case_id": "RD-1"} if stands == "hold" else {"customer_id": "C-1"}
        await scene.add(LegalHoldRow(hold_id="h", reason="lawsuit", by="susan", at=NOW, **held), asked())
    assert await scene.erasure().round() == 0
    (row,) = await scene.rows(CaseRow)
    assert "crocodile" in json.dumps(row.state)
    assert scene.store.files == {PHOTO.sha256}


async def test_a_question_that_nobody_asked_for_long_is_forgotten_and_one_asked_again_stays(scene: Scene, policy: Policy) -> None:
    def said(words: str, who: str) -> UnansweredRow:
        return UnansweredRow(words=words, said=words, role="customer", person=who, last_at=NOW)

    await scene.add(*(said(words, who) for who in ("C-1", "C-2") for words in ("old", "asked again")))
    scene.policy = scene.policy.model_copy(update={"retention": RetentionPolicy(questions=policy.retention.questions)})
    async with scene.database.writing() as session:
        await note_unanswered(session, CUSTOMER, "asked again")
    for at in (NOW + timedelta(days=89), datetime.now(UTC)):
        await scene.erasure(at).round()
    assert [row.words for row in await scene.rows(UnansweredRow)] == ["asked again"]


class KilledError(BaseException):
    """The worker."""


def killed(*_: object) -> None:
    raise KilledError


MOMENTS = ["histories", "files", "first table", "last table", "the customer"]


@pytest.mark.parametrize("moment", MOMENTS)
async def test_a_worker_that_dies_at_any_point_leaves_what_the_next_one_ends(
    scene: Scene, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await scene.closed()
    contact = ContactRow(customer_id="C-1", name="Wei", locale="zh", zone="UTC", updated_at=NOW)
    await scene.add(asked(), contact)
    places: dict[str, tuple[object, str]] = {
        "histories": (FakeHistories, "forget"),
        "files": (FakeStore, "delete"),
        "first table": (TABLES[0], "forget"),
        "last table": (TABLES[-1], "forget"),
        "the customer": (Files, "of_customer"),
    }
    place, name = places[moment]
    with monkeypatch.context() as patched:
        if isinstance(place, Store):
            before = Store.forget

            async def dies(store: Store, *about: Any) -> None:
                if store is place:
                    raise KilledError
                await before(store, *about)

            patched.setattr(Store, "forget", dies)
        else:
            patched.setattr(place, name, killed)
        with pytest.raises(KilledError):
            await scene.erasure(NOW).round()
    (row,) = await scene.rows(CaseRow)
    assert row.erasing_since is not None
    if moment != "the customer":  # nothing of our database went alone
        assert "crocodile" in json.dumps(row.state)
        assert len(await scene.rows(TimelineRow)) == 1
    assert await scene.erasure(NOW).round() == 1
    assert await scene.is_forgotten()
    assert (await scene.rows(ContactRow), scene.store.files) == ([], set())
    (request,) = await scene.rows(ErasureRequestRow)
    assert (request.state, request.customer_id, request.cases) == ("done", name_of("q1"), 1)


async def test_a_file_that_another_case_has_or_somebody_has_just_uploaded_stays(scene: Scene) -> None:
    await scene.closed()
    await scene.closed("RD-2", "C-2")
    await scene.add(asked())
    await scene.erasure(NOW).round()
    assert (await scene.is_forgotten(), await scene.is_forgotten("RD-2"), scene.store.files) == (True, False, {PHOTO.sha256})
    upload = UploadRow(
        sha256=PHOTO.sha256, role=Role.MERCHANT, uploader_id="M-1", media_type="image/png", size=3, name="x", at=LATER
    )
    await scene.add(upload)
    await scene.erasure().round()
    assert (await scene.is_forgotten("RD-2"), scene.store.files) == (True, {PHOTO.sha256})
    await scene.erasure(LATER + timedelta(days=31)).round()
    assert (scene.store.files, await scene.rows(UploadRow)) == (set(), [])


async def test_several_workers_forget_many_cases_while_others_are_saved(scene: Scene) -> None:
    numbers = range(30)
    for number in numbers:
        await scene.closed(f"RD-{number}", f"C-{number}")
    opened = case(OPENED, receipt=receipt("RD-OPEN", customer_id="C-1"))
    saving = [scene.records.save_case(Projection(state=opened, at=NOW)) for _ in range(10)]
    done = await asyncio.gather(*(scene.erasure().round() for _ in range(3)), *saving)
    assert max(one for one in done if isinstance(one, int)) == 20  # a batch
    while await scene.erasure().round():
        pass
    assert all([await scene.is_forgotten(f"RD-{number}") for number in numbers])
    assert not await scene.is_forgotten("RD-OPEN")
    assert (await scene.rows(CaseRow, case_id="RD-OPEN"))[0].state["receipt"]["description"] == "The parcel came torn open."


async def test_messages_and_contacts_are_kept_for_a_time_of_their_own(scene: Scene, policy: Policy) -> None:
    scene.policy = policy
    contact = partial(ContactRow, locale="zh", zone="UTC")
    await scene.add(contact(customer_id="C-OLD", updated_at=NOW), contact(customer_id="C-NEW", updated_at=LATER))
    await scene.add(contact(customer_id="C-1", updated_at=NOW))
    await scene.records.save_case(Projection(state=case(OPENED), at=NOW))
    await scene.add(LegalHoldRow(hold_id="h", case_id="RD-1", reason="lawsuit", by="susan", at=NOW))
    await scene.erasure().round()
    assert await scene.rows(MessageRow) != []
    async with scene.database.writing() as session:
        await session.exec(delete(LegalHoldRow))
    await scene.erasure().round()
    assert [row.state for row in await scene.rows(MessageRow) if row.state != "waiting"] == []
    assert {row.customer_id for row in await scene.rows(ContactRow)} == {"C-1", "C-NEW"}


RECORD: dict[str, Any] = {
    "salt": "ab" * 32,
    "root_cause": "parcel_lost",
    "state": {"stage": "closed", "receipt": {"case_id": "RD-1", "description": "王伟 said so"}, "sayings": [{"words": "x"}]},
    "timeline": [{"at": "2026-01-01", "event": "case.opened", "actor_id": "C-1", "data": {"words": "y"}}],
    "money": [],
}


def test_the_seal_is_the_same_without_what_is_personal_and_proves_it_while_it_is_there() -> None:
    left = forgotten(RECORD, "cd" * 32, seal_of(RECORD))
    assert (seal_of(left), forgotten(left, "ef" * 32, "")) == (seal_of(RECORD), left)
    written = json.dumps(left, ensure_ascii=False)
    assert [word for word in ("王伟", "C-1", '"x"', '"y"', "ab" * 32) if word in written] == []
    assert (left["root_cause"], left["timeline"][0]["event"], left["money"]) == ("parcel_lost", "case.opened", [])
    assert {*personal(RECORD)} == {"/state/receipt/description", "/state/sayings", "/timeline/0/actor_id", "/timeline/0/data"}
    assert personal(left) == {}
    changed = {**RECORD, "timeline": [{**RECORD["timeline"][0], "actor_id": "C-2"}]}
    assert seal_of(changed) != seal_of(RECORD)


def test_a_record_of_a_release_before_is_sealed_anew_and_says_what_its_seal_was() -> None:
    old = {name: value for name, value in RECORD.items() if name != "salt"}
    before = seal_of(old)
    assert (
        before == hashlib.sha256(json.dumps(old, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()
    )
    left = forgotten(old, "cd" * 32, before)
    assert (left["sealed_before"], left["state"]["stage"], as_sealed(left)) == (before, "closed", left)
    assert "王伟" not in json.dumps(left, ensure_ascii=False)


async def test_the_archive_of_a_forgotten_case_has_the_seal_of_before(scene: Scene) -> None:
    await scene.closed()
    (before,) = await scene.rows(ArchiveRow)
    await scene.erasure().round()
    (after,) = await scene.rows(ArchiveRow)
    assert after.sha256 == before.sha256 == seal_of(after.record)
    assert "crocodile" not in json.dumps(after.record)


async def test_a_request_waits_for_a_case_that_is_open(scene: Scene) -> None:
    await scene.records.save_case(Projection(state=case(OPENED), at=NOW))
    await scene.add(asked())
    assert await scene.erasure().round() == 0
    (request,) = await scene.rows(ErasureRequestRow)
    assert (request.state, await scene.is_forgotten()) == ("approved", False)
    async with scene.database.writing() as session:
        await session.exec(update(CaseRow).where(col(CaseRow.case_id) == "RD-1").values(stage="closed", closed_at=LATER))
    await scene.erasure().round()
    assert (await scene.rows(ErasureRequestRow))[0].state == "done"
