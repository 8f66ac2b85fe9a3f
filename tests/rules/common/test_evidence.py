"""How much evidence a case takes (INV-3)."""

import pytest

from models.common.actors import EvidenceRef
from rules.common.evidence import fitting, too_many


def hashes(*numbers: int) -> list[str]:
    return [f"{number:064x}" for number in numbers]


def pieces(*numbers: int) -> list[EvidenceRef]:
    return [EvidenceRef(sha256=sha256, media_type="image/jpeg", size=1, name="a.jpg") for sha256 in hashes(*numbers)]


@pytest.mark.parametrize(
    ("given", "more", "fits"),
    [
        ((), (), True),
        ((), (1, 2, 3), True),
        ((), (1, 2, 3, 4), False),
        ((1, 2), (3,), True),
        ((1, 2), (3, 4), False),
        ((1, 2), (1, 2, 3), True),
        ((1, 2, 3), (3, 2, 1), True),
        ((1, 2, 3), (4,), False),
        ((1, 2, 3, 4), (), False),  # only after the policy's figure became smaller
    ],
)
def test_each_piece_counts_once_whoever_gave_it(given: tuple[int, ...], more: tuple[int, ...], *, fits: bool) -> None:
    assert (too_many(hashes(*given), pieces(*more), most=3) is None) is fits


def test_the_refusal_says_how_many_more_fit() -> None:
    fault = too_many(hashes(1, 2), pieces(3, 4, 5), most=3)
    assert fault is not None
    assert (fault.field, fault.rule) == ("evidence", "INV-3")
    assert "takes 3 pieces, so 1 more fit" in fault.detail
    assert "还可提交 1 份" in str(fault.detail_zh)


def test_of_too_many_the_first_ones_are_taken() -> None:
    assert fitting(hashes(1), pieces(2, 1, 3, 4), most=3) == tuple(pieces(2, 1, 3))
    assert fitting(hashes(1, 2, 3), pieces(4, 2), most=3) == tuple(pieces(2))
