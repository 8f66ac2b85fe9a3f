"""Which part of a file a `Range` asks for (RFC 9110)."""

from collections.abc import AsyncIterator

import pytest

from api.http.problems import ProblemError
from api.http.ranges import Part, bytes_of, part_of
from tests.support.builders.pictures import picture
from tests.support.processes.api import Web

SIZE, ETAG = 100, '"e"'


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        (None, None),
        ("bytes=0-0", (0, 0)),
        ("bytes=10-19", (10, 19)),
        ("bytes=90-", (90, 99)),
        ("bytes=90-1000", (90, 99)),
        ("bytes=-10", (90, 99)),
        ("bytes=-1000", (0, 99)),
        ("bytes=0-1,3-4", None),
        ("bytes=9-3", None),
        ("bytes=a-b", None),
        ("bytes=-", None),
        ("pages=1-2", None),
        ("bytes=\u0661-\u0662", None),
    ],
)
def test_one_part_is_given_and_anything_odd_is_answered_by_the_whole(asked: str | None, part: tuple[int, int] | None) -> None:
    assert part_of(asked, None, ETAG, SIZE) == (part and Part(*part, SIZE))


@pytest.mark.parametrize("asked", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_a_part_behind_the_end_is_refused(asked: str) -> None:
    with pytest.raises(ProblemError) as refused:
        part_of(asked, None, ETAG, SIZE)
    assert refused.value.status == 416


def test_a_part_of_another_file_is_answered_by_the_whole() -> None:
    assert part_of("bytes=0-1", '"other"', ETAG, SIZE) is None
    assert part_of("bytes=0-1", "Wed, 21 Oct 2015 07:28:00 GMT", ETAG, SIZE) is None
    assert part_of("bytes=0-1", ETAG, ETAG, SIZE) == Part(0, 1, SIZE)


@pytest.mark.parametrize("part", [(0, 0), (3, 7), (4, 4), (9, 9), (0, 9)])
async def test_the_bytes_are_those_of_the_whole_wherever_its_pieces_end(part: tuple[int, int]) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for piece in (b"0123", b"4", b"", b"56789"):
            yield piece

    found = [piece async for piece in bytes_of(Part(*part, 10), pieces())]
    assert b"".join(found) == b"0123456789"[part[0] : part[1] + 1]


async def test_a_part_of_a_file_is_given_by_range_and_its_type_is_the_one_of_its_bytes(web: Web) -> None:
    customer, _, order = web.customer()
    sha256 = (await customer.upload(picture(size=(300, 200)), "film.html")).json()["sha256"]
    case_id = await web.open(customer, order_id=order, issue="product.quality_defect", evidence=[sha256])
    await web.row(case_id, lambda row: row.merchant_id is not None)
    piece = f"/v1/cases/{case_id}/evidence/{sha256}"
    whole = await customer.get(piece)
    size, etag = len(whole.content), whole.headers["etag"]
    assert (whole.headers["content-type"], whole.headers["accept-ranges"]) == ("image/jpeg", "bytes")
    assert whole.headers["content-disposition"].startswith("attachment;")
    assert "sandbox" in whole.headers["content-security-policy"]
    link = (await customer.post(f"{piece}/link")).json()["url"]
    for path, who in ((piece, customer), (link, web.stranger())):
        part = await who.get(path, range="bytes=10-19", if_range=etag)
        assert (part.status_code, part.content) == (206, whole.content[10:20])
        assert (part.headers["content-range"], part.headers["content-length"]) == (f"bytes 10-19/{size}", "10")
    assert (await customer.get(piece, range="bytes=-5")).content == whole.content[-5:]
    assert (await customer.get(f"{piece}?inline=true")).headers["content-disposition"].startswith("inline;")
    beyond = await customer.get(piece, range=f"bytes={size}-")
    assert (beyond.status_code, beyond.json()["field"]) == (416, "Range")
    for ignored in ({"range": "bytes=0-1,5-6"}, {"range": "bytes=0-1", "if_range": '"another"'}):
        answer = await customer.get(piece, **ignored)
        assert (answer.status_code, answer.content) == (200, whole.content)
