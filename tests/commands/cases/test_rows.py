"""Rows of a file → cases: flat columns, nested JSON, bare texts; and reasons for what cannot be read."""

import csv
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from commands.cases.rows import line_of, minor_of, read
from commands.cases.tables import write_csv
from commands.kit.failure import CommandError
from settings import ROOT


def csv_file(folder: Path, text: str, name: str = "cases.csv") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def cases(file: Path) -> list[dict[str, Any]]:
    return [row.case for row in read(file).rows if row.case is not None]


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
    before = read(csv_file(tmp_path, "text\nsecond\nsecond\n")).rows
    after = read(csv_file(tmp_path, "text\nfirst\nsecond\nsecond\n")).rows
    assert [row.key for row in before] == [row.key for row in after[1:]]
    assert len({row.key for row in after}) == 3


def test_excels_mark_at_the_start_of_a_file_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    (case,) = cases(csv_file(tmp_path, "\ufefftext\nhello\n"))
    assert case["description"] == "hello"


ORDER, WORDS = "SF1234567890123", "充电器坏了；申请退款"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_the_same_rows_in_whatever_file_are_the_same_cases(tmp_path: Path, encoding: str, mark: str) -> None:
    usual = read(csv_file(tmp_path, f"订单号,描述,备注\n{ORDER},{WORDS},x\n"))
    file = tmp_path / "again.csv"
    file.write_bytes(f'描述{mark}备注{mark}Order_ID\n"{WORDS}"{mark}y{mark}{ORDER}\n'.encode(encoding))
    again = read(file)
    assert [(row.key, row.case) for row in again.rows] == [(row.key, row.case) for row in usual.rows]
    assert again.rows[0].case is not None
    assert (again.rows[0].case["order_id"], again.rows[0].case["description"]) == (ORDER, WORDS)
    assert again.columns["备注"] is None


def test_excels_line_about_the_mark_is_no_header(tmp_path: Path) -> None:
    (case,) = cases(csv_file(tmp_path, "sep=;\ntext;order_id\nbroken;O-1\n"))
    assert (case["description"], case["order_id"]) == ("broken", "O-1")


def test_an_excel_file_is_read_from_the_sheet_that_has_the_words(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["notes"])  # pyright: ignore[reportOptionalMemberAccess]
    sheet = book.create_sheet("cases")
    sheet.append(["text", "order_id", "happened_at", "wanted", "wanted_amount"])
    sheet.append(["broken", 20260001, datetime(2026, 5, 1, 10), "refund_only", 129.5])  # noqa: DTZ001 # a cell has no zone
    sheet.append(["broken", 1234567890123456789])
    file = tmp_path / "cases.xlsx"
    book.save(file)
    first, second = read(file).rows
    assert first.case is not None
    assert first.case["order_id"] == "20260001"
    assert first.case["happened_at"] == "2026-05-01T10:00:00+08:00"
    assert first.case["wanted"]["amount"] == {"minor": 12950, "currency": "CNY"}
    assert second.case is None
    assert "15 digits" in second.fault or "15 位" in second.fault


@pytest.mark.parametrize(
    "text",
    [
        "描述,订单号\r包裹破损了,O-1\r快递慢,O-2\r",
        "\n,,\n描述,订单号\n\n包裹破损了,O-1\n,,\n快递慢,O-2\n,,\n",
        "sep=;\r描述;订单号\r包裹破损了;O-1\r快递慢;O-2",
    ],
    ids=["lines that end as on a Mac", "empty rows before, between and behind", "both Excel's line and a Mac's ends"],
)
def test_a_csv_is_read_as_its_spreadsheet_shows_it(tmp_path: Path, text: str) -> None:
    file = tmp_path / "cases.csv"
    file.write_bytes(text.encode())
    assert [(case["description"], case["order_id"]) for case in cases(file)] == [("包裹破损了", "O-1"), ("快递慢", "O-2")]
    assert [row.fault for row in read(file).rows] == ["", ""]


def test_a_file_of_excel_is_known_by_its_content_and_amounts_are_as_it_shows_them(tmp_path: Path) -> None:
    book, file = Workbook(), tmp_path / "cases.csv"
    sheet: Any = book.active
    for line in (["描述", "wanted", "wanted_amount"], ["少退了", "refund_only", 129 * 0.9], ["少退了", "refund_only", 1234567.0]):
        sheet.append(line)
    book.save(tmp_path / "cases.xlsx")
    (tmp_path / "cases.xlsx").rename(file)
    assert [case["wanted"]["amount"]["minor"] for case in cases(file)] == [11610, 123456700]


def test_an_excel_file_that_cannot_be_read_says_how_to_save_it(tmp_path: Path) -> None:
    file = tmp_path / "cases.xls"
    file.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    with pytest.raises(CommandError, match="xlsx"):
        read(file)


def test_two_columns_of_one_meaning_are_not_guessed_at(tmp_path: Path) -> None:
    file = csv_file(tmp_path, "text,描述\na,b\n")
    with pytest.raises(CommandError, match="--ignore 描述"):
        read(file)
    assert [row.values for row in read(file, frozenset({"描述"})).rows] == [{"text": "a"}]


def test_no_value_that_we_write_is_a_formula_and_each_comes_back_as_it_was(tmp_path: Path) -> None:
    values = {
        "text": '=HYPERLINK("http://x")',
        "customer_phone": "+8613800138000",
        "order_id": "-1",
        "issue": "@SUM(A1)",
        "kind": "'=1",
    }
    write_csv(tmp_path / "refused.csv", [*values], [values])
    written = (tmp_path / "refused.csv").read_text(encoding="utf-8-sig").splitlines()[1]
    assert all(cell.lstrip('"').startswith("'") for cell in next(csv.reader([written])))
    assert [row.values for row in read(tmp_path / "refused.csv").rows] == [values]


def test_a_file_without_words_says_which_column_is_missing(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="description"):
        read(csv_file(tmp_path, "name,phone\nAnn,1\n"))


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
    (row,) = read(csv_file(tmp_path, text, name)).rows
    assert row.case is None
    assert row.fault


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
