"""Evidence through the API (INV-3): who sees it, by which links, how much of it, and what the scanner and the store say."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import jwt
import pytest
from sqlmodel import col, delete, func, select, update
from structlog.testing import capture_logs

from adapters.secrets import secrets_of
from api.http.auth import make_token
from api.http.signed_links import EvidenceLinks
from models.common.vocabulary import Role
from models.tables.case import CaseEvidenceRow, UploadRow
from tests.support.builders.pictures import exif, near, numbered, opened, picture
from tests.support.processes.api import Person, Web, running_web
from tests.support.processes.clamd import EICAR
from tests.support.processes.s3 import S3, running_s3, use

NOTHING = "0" * 64


@pytest.fixture
def web(web_on_either: Web) -> Web:
    return web_on_either


@asynccontextmanager
async def with_settings(web: Web, **settings: object) -> AsyncGenerator[Web]:
    """Another API beside it, on the same database and cases."""
    async with running_web(web.settings.model_copy(update=settings), web.service) as other:
        yield other


async def case_with(web: Web, content: bytes, name: str = "裂痕.jpg") -> tuple[Person, str, str]:
    """A customer, their case, and the piece of evidence that they opened it with."""
    customer, _, order = web.customer()
    sha256 = (await customer.upload(content, name)).json()["sha256"]
    case_id = await web.open(customer, order_id=order, issue="product.quality_defect", evidence=[sha256])
    await web.row(case_id, lambda row: row.merchant_id is not None)
    return customer, case_id, f"/v1/cases/{case_id}/evidence/{sha256}"


def kept(web: Web) -> set[Path]:
    return {path for path in (web.settings.data_dir / "evidence").rglob("*") if path.is_file()}


async def uploads_of(web: Web, who: str) -> int:
    async with web.service.database.reading() as session:
        return (await session.exec(select(func.count()).where(UploadRow.uploader_id == who))).one()


# ── Pictures ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_parties_see_a_small_picture_of_a_photo(web: Web) -> None:
    customer, _, piece = await case_with(web, picture(size=(1200, 900), colour="navy", comment=b"at home"))
    for party in (customer, web.person(Role.MERCHANT, "M-1"), web.person(Role.CARRIER, "K-1"), web.person(Role.AGENT, "alice")):
        got = await party.get(f"{piece}/thumbnail")
        assert (got.status_code, got.headers["content-type"]) == (200, "image/jpeg")
        assert got.headers["x-content-type-options"] == "nosniff"
        assert opened(got.content).size == (480, 360)
        assert near(opened(got.content).getpixel((5, 5)), (0, 0, 128))
        assert b"at home" not in got.content
    assert (await web.person(Role.CUSTOMER, "C-THIEF").get(f"{piece}/thumbnail")).status_code == 404
    assert (await web.person(Role.ANALYST, "ann").get(f"{piece}/thumbnail")).status_code == 403


async def test_a_chat_log_has_no_thumbnail_and_the_answer_says_what_to_do(web: Web) -> None:
    customer, _, piece = await case_with(web, "我：包裹破损了\n".encode(), "chat.txt")
    answer = await customer.get(f"{piece}/thumbnail", accept_language="en")
    assert (answer.status_code, answer.json()["rule"]) == (404, "INV-3")
    assert "text/plain" in answer.json()["detail"]
    assert "download it" in answer.json()["detail"]
    linked = (await customer.post(f"{piece}/link")).json()
    assert linked["thumbnail"] is None
    assert (await web.http.get(f"{linked['url']}/thumbnail")).status_code == 404


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        (b"\xff\xd8\xff\xe0" + b"no photo" * 50, 415, "none that can be read"),
        (picture(size=(900, 600))[:-1500], 415, "none that can be read"),
        (b"MZ\x90\x00\x03\x00\x00\x00", 415, "send a photo"),
        (b"", 415, "empty"),
        (b"x" * (1024 * 1024 + 1), 413, "1 MB"),
    ],
    ids=["no picture", "half a picture", "a program", "nothing", "too large"],
)
async def test_what_is_no_evidence_is_refused_in_both_languages_and_not_kept(
    web: Web, content: bytes, status: int, said: str
) -> None:
    customer, who, _ = web.customer()
    before = kept(web)
    answers = [await upload_in(customer, content, language) for language in ("en", "zh")]
    for answer in answers:
        assert answer.status_code == status, answer.text
        assert (answer.json()["field"], answer.json()["rule"]) == ("file", "INV-3")
    assert said in answers[0].json()["detail"]
    assert answers[1].json()["detail"].startswith("不能接收")
    assert kept(web) == before
    assert await uploads_of(web, who) == 0


async def upload_in(who: Person, content: bytes, language: str) -> httpx.Response:
    headers = {**who.headers, "Accept-Language": language}
    return await who.http.post("/v1/evidence", files={"file": ("photo.jpg", content)}, headers=headers)


async def test_an_upload_that_does_not_end_is_cut_off(web: Web) -> None:
    customer, who, _ = web.customer()
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="film.mp4"\r\n\r\n'
        for _ in range(200):
            sent += 64 * 1024
            yield bytes(64 * 1024)

    headers = {**customer.headers, "Content-Type": "multipart/form-data; boundary=b"}
    answer = await web.http.post("/v1/evidence", content=endless(), headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")
    assert await uploads_of(web, who) == 0


# ── Links ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_link_opens_its_piece_without_a_token_for_a_while(web: Web) -> None:
    photo = picture(size=(900, 600))
    _, _, piece = await case_with(web, photo)
    answer = await web.person(Role.MERCHANT, "M-1").post(f"{piece}/link")
    assert answer.status_code == 200, answer.text
    linked = answer.json()
    assert linked["url"].startswith("/v1/evidence/links/")
    left = datetime.fromisoformat(linked["expires_at"]) - datetime.now(UTC)
    assert timedelta(minutes=4) < left <= timedelta(minutes=5)
    got = await web.http.get(linked["url"])
    assert (got.status_code, got.content, got.headers["content-type"]) == (200, photo, "image/jpeg")
    assert got.headers["referrer-policy"] == "no-referrer"
    assert "private" in got.headers["cache-control"]
    assert opened((await web.http.get(linked["thumbnail"])).content).size == (480, 320)


async def test_neither_a_party_nor_a_link_tells_where_a_photo_was_taken(web: Web) -> None:
    photo = picture(exif=exif())
    customer, _, piece = await case_with(web, photo)
    link = (await customer.post(f"{piece}/link")).json()["url"]
    for got in (await web.person(Role.MERCHANT, "M-1").get(piece), await web.http.get(link)):
        assert (got.status_code, len(got.content)) == (200, len(photo))
        assert b"Hangzhou" not in got.content
        assert not opened(got.content).getexif().get_ifd(0x8825)


async def test_only_who_sees_the_piece_gets_a_link_to_it(web: Web) -> None:
    customer, case_id, piece = await case_with(web, picture())
    assert (await web.person(Role.CUSTOMER, "C-THIEF").post(f"{piece}/link")).status_code == 404
    assert (await web.person(Role.MERCHANT, "M-OTHER").post(f"{piece}/link")).status_code == 404
    assert (await web.person(Role.ANALYST, "ann").post(f"{piece}/link")).status_code == 403
    assert (await web.stranger().post(f"{piece}/link")).status_code == 401
    for nothing in (NOTHING, "..%2F..", "a" * 500):
        assert (await customer.post(f"/v1/cases/{case_id}/evidence/{nothing}/link")).status_code == 404


async def test_a_link_that_is_over_forged_or_of_another_kind_opens_nothing(web: Web) -> None:
    customer, case_id, piece = await case_with(web, picture())
    sha256 = piece.rpartition("/")[2]
    good = (await customer.post(f"{piece}/link")).json()["url"].rpartition("/")[2]
    head, claims, signature = good.split(".")
    past = web.settings.model_copy(update={"evidence_link_seconds": -10})
    elsewhere = {"case": case_id, "piece": sha256, "exp": datetime.now(UTC) + timedelta(hours=1)}
    wrong = {
        "over": EvidenceLinks(past).make(case_id, sha256)[0],
        "other claims": f"{head}.{claims[:-4]}AAAA.{signature}",
        "no signature": jwt.encode(elsewhere, "", algorithm="none"),
        "another key": jwt.encode(elsewhere, "x" * 48, algorithm="HS256"),
        "the key of people's tokens": jwt.encode(elsewhere, secrets_of(web.settings).jwt, algorithm="HS256"),
        "a person's token": make_token(web.settings, Role.SUPERVISOR, "susan"),
        "nothing": "x",
        "an address": "https:%2F%2Felsewhere.example",
    }
    for name, token in wrong.items():
        for path in (f"/v1/evidence/links/{token}", f"/v1/evidence/links/{token}/thumbnail"):
            answer = await web.http.get(path, headers={"Accept-Language": "en"}, follow_redirects=False)
            assert answer.status_code == 404, name
            assert answer.headers["content-type"] == "application/problem+json"
    over = await web.http.get(f"/v1/evidence/links/{wrong['over']}", headers={"Accept-Language": "en"})
    assert "expired" in over.json()["detail"]
    as_person = await web.http.get("/v1/cases", headers={"Authorization": f"Bearer {good}"})
    assert as_person.status_code == 401


async def test_a_link_outlives_no_piece(web: Web) -> None:
    customer, case_id, piece = await case_with(web, picture())
    url = (await customer.post(f"{piece}/link")).json()["url"]
    async with web.service.database.writing() as session:
        await session.exec(delete(CaseEvidenceRow).where(col(CaseEvidenceRow.case_id) == case_id))
    assert (await web.http.get(url)).status_code == 404


async def test_no_link_is_written_into_the_log(web: Web) -> None:
    customer, _, piece = await case_with(web, picture())
    with capture_logs() as log:
        token = (await customer.post(f"{piece}/link")).json()["url"].rpartition("/")[2]
        await web.http.get(f"/v1/evidence/links/{token}")
        await web.http.get(f"/v1/evidence/links/{token}x/thumbnail")
    assert len([line for line in log if line["event"] == "request"]) == 3
    assert token not in str(log)


# ── How much ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def pieces(who: Person, first: int, count: int) -> list[str]:
    return [(await who.upload(numbered(number))).json()["sha256"] for number in range(first, first + count)]


def crowded(answer: httpx.Response) -> None:
    assert answer.status_code == 422, answer.text
    assert (answer.json()["field"], answer.json()["rule"]) == ("evidence", "INV-3")


async def test_a_case_takes_so_many_pieces_however_they_come(web: Web) -> None:
    customer, _, order = web.customer()
    many = await pieces(customer, 1000, 32)
    asked = {"order_id": order, "issue": "product.quality_defect", "kind": "after_sales", "description": "坏了"}
    crowded(await customer.post("/v1/cases", {**asked, "evidence": many[:31]}))
    assert (await customer.get("/v1/cases")).json()["cases"] == []

    case_id = await web.open(customer, order_id=order, issue="product.quality_defect", evidence=many[:28])
    await web.row(case_id, lambda row: row.team is not None and row.waiting_for is not None)
    more = await customer.post(f"/v1/cases/{case_id}/add_words", {"words": "更多", "evidence": [*many[26:29], many[28]]})
    assert more.status_code == 200, more.text
    crowded(await customer.post(f"/v1/cases/{case_id}/add_words", {"words": "更多", "evidence": many[29:]}))
    crowded(await customer.post("/v1/cases", {**asked, "evidence": many[29:]}))  # it would join the case

    susan = web.person(Role.SUPERVISOR, "susan")
    question = (await susan.post(f"/v1/cases/{case_id}/ask", {"of": "customer", "question": "?"})).json()["requests"][-1]["id"]
    answer = {"request_id": question, "words": "见附件"}
    crowded(await customer.post(f"/v1/cases/{case_id}/answer", {**answer, "evidence": many[29:]}))
    assert len((await susan.get(f"/v1/cases/{case_id}?live=true")).json()["sayings"]) == 1
    full = await customer.post(f"/v1/cases/{case_id}/answer", {**answer, "evidence": many[29:30]})
    assert full.status_code == 200, full.text
    again = await customer.post(f"/v1/cases/{case_id}/add_words", {"words": "如前", "evidence": many[:30]})
    assert again.status_code == 200, again.text  # what the case has is not counted again


async def test_one_person_uploads_so_many_files_a_day(web: Web) -> None:
    async with with_settings(web, evidence_uploads_a_day=3) as strict:
        customer, who, _ = strict.customer()
        answers = await asyncio.gather(*(customer.upload(numbered(2000 + number)) for number in range(8)))
        assert sorted(answer.status_code for answer in answers) == [201] * 3 + [429] * 5
        assert await uploads_of(web, who) == 3
        refused = await customer.upload(numbered(2010))
        assert (refused.status_code, refused.json()["rule"]) == (429, "INV-3")
        assert 86_000 < int(refused.headers["retry-after"]) <= 86_400
        other, _, _ = strict.customer()
        assert (await other.upload(numbered(2000))).status_code == 201
        async with web.service.database.writing() as session:
            yesterday = datetime.now(UTC) - timedelta(hours=25)
            await session.exec(update(UploadRow).where(col(UploadRow.uploader_id) == who).values(at=yesterday))
        assert (await customer.upload(numbered(2011))).status_code == 201


# ── The scanner and the store ────────────────────────────────────────────────────────────────────────────────────────────


@asynccontextmanager
async def scanning() -> AsyncGenerator[str]:
    """A scanner that knows the test string; ClamAV itself is asked in tests/adapters/evidence/test_clamav.py."""

    async def scan(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"zINSTREAM\0")
        content = b""
        while length := int.from_bytes(await reader.readexactly(4), "big"):
            content += await reader.readexactly(length)
        writer.write(b"stream: Eicar-Signature FOUND\0" if EICAR in content else b"stream: OK\0")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(scan, "127.0.0.1", 0)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_an_infected_file_is_refused_in_both_languages_and_not_kept(web: Web) -> None:
    async with scanning() as address, with_settings(web, clamav_address=address) as guarded:
        customer, who, _ = guarded.customer()
        before = kept(web)
        for language, said in (("en", "virus scanner found Eicar-Signature"), ("zh", "病毒扫描发现 Eicar-Signature")):
            answer = await upload_in(customer, EICAR, language)
            assert (answer.status_code, answer.json()["field"], answer.json()["rule"]) == (422, "file", "INV-3")
            assert said in answer.json()["detail"]
        assert kept(web) == before
        assert await uploads_of(web, who) == 0
        assert (await customer.upload(picture(colour="pink"))).status_code == 201


async def test_nothing_is_kept_unscanned_while_the_scanner_is_away(web: Web) -> None:
    async with with_settings(web, clamav_address="127.0.0.1:9") as guarded:
        customer, who, _ = guarded.customer()
        before = kept(web)
        for language, said in (("en", "try again"), ("zh", "稍后重试")):
            answer = await upload_in(customer, picture(colour="tan"), language)
            assert (answer.status_code, answer.json()["rule"]) == (503, "INV-3")
            assert said in answer.json()["detail"]
        assert kept(web) == before
        assert await uploads_of(web, who) == 0


@pytest.fixture(scope="module")
def s3_address() -> Iterator[str]:
    with running_s3() as address:
        yield address


async def test_a_bucket_serves_like_a_folder(web: Web, s3_address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, s3_address)
    s3 = S3(s3_address)
    photo = picture(size=(900, 600), colour="olive")
    async with with_settings(web, evidence_url=s3.url) as far:
        early, who, _ = far.customer()
        missing = await upload_in(early, photo, "en")
        assert (missing.status_code, missing.json()["rule"]) == (503, "INV-3")
        assert "store cannot be reached" in missing.json()["detail"]
        assert await uploads_of(web, who) == 0
        s3.make_bucket()
        customer, _, piece = await case_with(far, photo)
        assert len(s3.keys()) == 2
        assert (await customer.get(piece)).content == photo
        linked = (await customer.post(f"{piece}/link")).json()
        assert (await far.http.get(linked["url"])).content == photo
        assert opened((await far.http.get(linked["thumbnail"])).content).size == (480, 320)
        other, _, _ = await case_with(far, photo)
        assert other is not customer
        assert len(s3.keys()) == 2
