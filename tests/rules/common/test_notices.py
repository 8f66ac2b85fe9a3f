"""Who may say what about whom: the table is whole, and partners read it as it is."""

import re

import pytest

from models.common.partner_registry import Partner
from models.common.partners import Notice, NoticeKind, Sender
from rules.common.notices import MAY_SAY, Whose, is_asked, row_of
from settings import ROOT

ROW = re.compile(r"^\| `(\w+)` \| ([\w, ]+) \| (.+) \|$", re.MULTILINE)


def notice(kind: str, sender: Sender | None) -> Notice:
    return Notice(notice_id="n1", partner="x", kind=kind, payload={}, sender=sender)


def test_every_kind_has_a_row_that_partners_can_read() -> None:
    documented = {kind: (by, about) for kind, by, about in ROW.findall((ROOT / "docs/partners/README.md").read_text("utf-8"))}
    table = {
        kind.value: (
            ", ".join(partner.value for partner in Partner if kind in partner.notices),
            row.about + (": it is asked, and its answer counts" if row.whose is Whose.PROVIDER else ""),
        )
        for kind, row in MAY_SAY.items()
    }
    assert set(MAY_SAY) == set(NoticeKind)
    assert table.items() <= documented.items()


@pytest.mark.parametrize("kind", NoticeKind)
@pytest.mark.parametrize("partner", Partner)
def test_a_kind_is_taken_from_its_own_partners_alone(kind: NoticeKind, partner: Partner) -> None:
    told = row_of(notice(kind, Sender(kind=partner.value)))
    assert (told is not None) is (kind in partner.notices)


@pytest.mark.parametrize("kind", NoticeKind)
def test_of_money_the_provider_is_asked_unless_it_was_asked_before(kind: NoticeKind) -> None:
    sender = Sender(kind=next(partner.value for partner in Partner if kind in partner.notices))
    assert is_asked(notice(kind, sender)) is (kind in {NoticeKind.REFUND, NoticeKind.CHARGE, NoticeKind.CHARGEBACK})
    assert not is_asked(notice(kind, None))


@pytest.mark.parametrize(
    ("sender", "speaks"),
    [
        (Sender(kind="carrier"), True),
        (Sender(kind="carrier", apart=("YTO",)), True),
        (Sender(kind="carrier", apart=("SF", "YTO")), False),
        (Sender(kind="carrier", who="SF"), True),
        (Sender(kind="carrier", who="YTO"), False),
    ],
)
def test_a_kind_speaks_for_those_without_a_secret_of_their_own(sender: Sender, *, speaks: bool) -> None:
    assert sender.speaks_for("SF") is speaks
