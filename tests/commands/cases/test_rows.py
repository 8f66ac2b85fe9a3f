"""Rows of a file → cases: flat columns, nested JSON, bare texts; and reasons for what cannot be read."""

from pathlib import Path
from typing import Any

import pytest

from commands.cases.rows import case_of, line_of, minor_of, read_rows
from commands.kit.failure import CommandError
from settings import ROOT


def csv_file(folder: Path, text: str, name: str = "cases.csv") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def cases(file: Path) -> list[dict[str, Any]]:
    return [case_of(row) for row in read_rows(file)]


def test_a_bare_text_becomes_a_complaint_of_a_customer_made_up_for_it(tmp_path: Path) -> None:
    first, second = cases(csv_file(tmp_path, 'text\n"书页破了,要求退款"\n"书页破了,要求退款"\n'))
    assert (first["kind"], first["channel"], first["description"]) == ("complaint", "import", "书页破了,要求退款")
    assert first["customer"]["id"] != second["customer"]["id"]


def test_flat_columns_fill_the_whole_record(tmp_path: Path) -> None:
    header = "kind,channel,issue,order_id,lines,description,happened_at,wanted_remedy,wanted_amount,customer_id,customer_name,customer_locale"
    row = "after_sales,email,logistics.damaged,O-1,L1:2;L2,Broken,2026-05-01T10:00:00Z,refund_only,12.90,C-7,Ann,en"
    (case,) = cases(csv_file(tmp_path, f"{header}\n{row}\n"))
    assert case == {
        "kind": "after_sales",
        "channel": "email",
        "issue": "logistics.damaged",
        "order_id": "O-1",
        "lines": [{"line_id": "L1", "quantity": 2}, {"line_id": "L2", "quantity": 1}],
        "description": "Broken",
        "happened_at": "2026-05-01T10:00:00Z",
        "wanted": {"remedy": "refund_only", "amount": {"minor": 1290, "currency": "CNY"}},
        "customer": {"id": "C-7", "name": "Ann", "locale": "en"},
    }


def test_json_lines_are_taken_as_the_api_takes_them(tmp_path: Path) -> None:
    line = '{"kind": "inquiry", "customer": {"id": "C-1"}, "description": "Where is it?", "lines": [{"line_id": "L1"}]}'
    (case,) = cases(csv_file(tmp_path, f"{line}\n\n", "cases.jsonl"))
    assert case["customer"] == {"id": "C-1"}
    assert case["lines"] == [{"line_id": "L1"}]


def test_a_row_keeps_its_key_when_another_is_put_in_above_it(tmp_path: Path) -> None:
    before = read_rows(csv_file(tmp_path, "text\nsecond\nsecond\n"))
    after = read_rows(csv_file(tmp_path, "text\nfirst\nsecond\nsecond\n"))
    assert [row.key for row in before] == [row.key for row in after[1:]]
    assert len({row.key for row in after}) == 3


def test_excels_mark_at_the_start_of_a_file_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    (case,) = cases(csv_file(tmp_path, "\ufefftext\nhello\n"))
    assert case["description"] == "hello"


def test_a_file_without_words_says_which_column_is_missing(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="description"):
        read_rows(csv_file(tmp_path, "name,phone\nAnn,1\n"))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("cases.jsonl", '{"description": '),
        ("cases.jsonl", "[1, 2]"),
        ("cases.csv", "text\none,two\n"),
        ("cases.csv", "text,lines\nbroken,L1:many\n"),
        ("cases.csv", "text,wanted,wanted_amount\nbroken,refund_only,much\n"),
    ],
)
def test_a_row_that_cannot_be_understood_is_refused_with_a_reason_and_stops_no_other(
    tmp_path: Path, name: str, text: str
) -> None:
    (row,) = read_rows(csv_file(tmp_path, text, name))
    with pytest.raises(ValueError, match=r".+"):
        case_of(row)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("12.9", "CNY", 1_290),
        ("1200", "JPY", 1_200),
        ("1200", "CLP", 1_200),
        ("12.34", "TND", 12_340),
        ("12.345", "KWD", 12_345),
        ("1200", "VUV", 1_200),
    ],
)
def test_amounts_are_read_to_the_minor_unit_of_their_currency(text: str, currency: str, minor: int) -> None:
    assert minor_of(text, currency) == {"minor": minor, "currency": currency}


def test_an_amount_without_a_currency_is_in_that_of_the_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    assert minor_of("12.50", None) == {"minor": 1250, "currency": "CNY"}
    monkeypatch.setenv("REDRESS_POLICY", str(ROOT / "policies" / "us.yaml"))
    assert minor_of("12.50", None) == {"minor": 1250, "currency": "USD"}


@pytest.mark.parametrize(
    ("text", "currency"),
    [(text, "CNY") for text in ("0", "-1", "1.234", "NaN", "Infinity", "ten")] + [("12.5", "JPY"), ("1.2345", "KWD")],
)
def test_what_is_no_amount_of_the_currency_is_refused_with_its_decimals(text: str, currency: str) -> None:
    with pytest.raises(ValueError, match=rf"{currency} .*\d"):
        minor_of(text, currency)


def test_a_line_has_a_quantity_or_means_one() -> None:
    assert line_of("L1") == {"line_id": "L1", "quantity": 1}
    assert line_of(" L1:3 ") == {"line_id": "L1", "quantity": 3}
