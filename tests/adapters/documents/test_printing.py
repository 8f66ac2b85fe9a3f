"""The font of printed PDFs: what it has is painted, what it lacks stands there as its sound."""

from io import BytesIO
from pathlib import Path

import pytest
from reportlab.lib.pagesizes import A0
from reportlab.pdfgen.canvas import Canvas

from adapters.documents.printing import FONT, printable
from tests.support.printed import printed


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("广东省佛山市顺德区大良街道", "广东省佛山市顺德区大良街道"),
        ("臺灣省新北市板橋區縣民大道", "臺灣省新北市板橋區縣民大道"),
        ("堃喆龘淼犇骉", "堃喆龘淼犇骉"),
        ("Łódź, Straße 5, Nguyễn, Ærø, İzmir, Москва, Αθήνα", "Łódź, Straße 5, Nguyễn, Ærø, İzmir, Москва, Αθήνα"),
        ("ひらがな・カタカナ 서울특별시", "ひらがな・カタカナ 서울특별시"),
        ("０１２３ ①②③ ￥12.00 №5 —“”…·×°", "０１２３ ①②③ ￥12.00 №5 —“”…·×°"),
        ("e\N{COMBINING ACUTE ACCENT}", "é"),
    ],
)
def test_what_the_font_has_is_printed_as_it_is(text: str, shown: str) -> None:
    assert printable(text) == (shown, ())


@pytest.mark.parametrize(
    ("text", "shown", "missing"),
    [
        ("䶮鑫公司", "[Yan]鑫公司", ("䶮",)),
        ("㙍㙍村", "[DuoDuo]村", ("㙍",)),
        ("𠮷野家", "[Kichi]野家", ("𠮷",)),
        ("ถนน 5", "[thnn] 5", ("ถ", "น")),
        ("\ue000", "[U+E000]", ("\ue000",)),
    ],
)
def test_an_ideograph_or_letter_that_the_font_lacks_is_its_sound_in_brackets_and_told(
    text: str, shown: str, missing: tuple[str, ...]
) -> None:
    assert printable(text) == (shown, missing)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Lǎo Jiē", "Lao Jiē"),  # the font names ǎ but has no outline for it
        ("20℃", "20°C"),
        ("a\N{NON-BREAKING HYPHEN}b", "a\N{HYPHEN}b"),
        ("a\N{NO-BREAK SPACE}b\tc\nd\N{IDEOGRAPHIC SPACE}e", "a b c d e"),
        ("a\N{ZERO WIDTH SPACE}b\x07c\N{VARIATION SELECTOR-17}", "abc"),
        ("好😀", "好:grinning:"),
    ],
)
def test_what_has_a_plain_form_is_printed_in_it(text: str, shown: str) -> None:
    assert printable(text) == (shown, ())


def test_every_common_character_leaves_ink_without_fonts_of_the_system(tmp_path: Path) -> None:
    """Those of GB 2312 and Big5, which the font must have, and the letters of Europe."""
    pairs = [bytes([high, low]) for high in range(0xA1, 0xFA) for low in range(0x40, 0xFF)]
    chinese = {pair.decode(name, "ignore") for pair in pairs for name in ("gb2312", "big5")}
    text = "".join(sorted(chinese)) + "".join(map(chr, range(0xA1, 0x180)))
    shown, missing = printable(text)
    assert not missing
    file = BytesIO()
    canvas = Canvas(file, pagesize=A0)
    for row, start in enumerate(range(0, len(shown), 150)):
        canvas.setFont(FONT, 12)
        canvas.drawString(20, A0[1] - 20 - row * 18, shown[start : start + 150])
    canvas.save()
    assert printed(file.getvalue(), tmp_path).blank == ""
