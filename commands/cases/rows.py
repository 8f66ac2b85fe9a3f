"""A row of a file → what `POST /v1/cases` takes (REC-1 bulk import, REC-2 record). Flat columns and nested JSON alike."""

import hashlib
import json
import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

from commands.cases.tables import Line, Table, decoded, read_table
from commands.kit.failure import CommandError
from commands.kit.language import say
from models.common.base import Bilingual
from models.common.currencies import decimals
from rules.policy.load import PolicyError, load_policy
from settings import Settings

LINES = frozenset({".jsonl", ".ndjson"})
AS_THEY_ARE = ("kind", "channel", "order_id", "issue")
NESTED = frozenset({"customer", "lines", "wanted", "evidence"})
OF_CUSTOMER = ("name", "email", "phone", "locale", "zone")
YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?")
"""A time without an offset from UTC, as spreadsheets write it where the year comes first. Others could be two different days."""


@dataclass(frozen=True)
class Column:
    """What becomes of a column, and how its header may read beside its name."""

    use: Bilingual
    others: tuple[str, ...] = ()


COLUMNS = {
    "description": Column(
        Bilingual(en="the customer's words", zh="客户描述"), ("text", "描述", "问题描述", "反馈内容", "投诉内容", "内容")
    ),
    "kind": Column(
        Bilingual(en="kind of case; complaint where it is empty", zh="工单类别；空为 complaint"), ("类型", "案件类型")
    ),
    "channel": Column(Bilingual(en="channel; import where it is empty", zh="渠道；空为 import"), ("渠道", "来源")),
    "issue": Column(Bilingual(en="issue", zh="问题分类"), ("问题分类",)),
    "order_id": Column(Bilingual(en="order", zh="订单"), ("order", "order number", "订单号", "订单编号")),
    "lines": Column(Bilingual(en="lines of the order (L1:2;L2)", zh="订单行（L1:2;L2）"), ("商品行",)),
    "happened_at": Column(
        Bilingual(en="when it happened; in the market's zone where it names none", zh="发生时间；未注明时区则按市场时区"),
        ("发生时间",),
    ),
    "wanted": Column(Bilingual(en="what the customer wants", zh="客户诉求"), ("wanted_remedy", "诉求")),
    "wanted_amount": Column(
        Bilingual(en="amount wanted; in the policy's currency where none is named", zh="诉求金额；未注明币种则按政策币种"),
        ("诉求金额", "退款金额", "金额"),
    ),
    "wanted_currency": Column(Bilingual(en="currency of that amount", zh="金额币种"), ("币种",)),
    "evidence": Column(Bilingual(en="evidence uploaded before", zh="已上传的凭证")),
    "customer": Column(Bilingual(en="the customer", zh="客户")),
    "customer_id": Column(
        Bilingual(en="customer; made up where it is empty", zh="客户编号；空则自动生成"), ("客户编号", "会员号")
    ),
    "customer_name": Column(Bilingual(en="customer's name", zh="客户姓名"), ("客户姓名", "姓名")),
    "customer_email": Column(Bilingual(en="customer's e-mail", zh="客户邮箱"), ("email", "邮箱")),
    "customer_phone": Column(Bilingual(en="customer's phone", zh="客户电话"), ("phone", "手机", "手机号", "电话")),
    "customer_locale": Column(Bilingual(en="customer's language", zh="客户语言"), ("语言",)),
    "customer_zone": Column(Bilingual(en="customer's time zone", zh="客户时区"), ("时区",)),
}
NAMES = {header.casefold(): name for name, column in COLUMNS.items() for header in (name, *column.others)}


@dataclass(frozen=True)
class Row:
    """One row as it was read, and the request body that it becomes, or why it becomes none.

    `key` is the same whenever the same case is read again, from whatever file.
    """

    number: int
    values: dict[str, Any]
    case: dict[str, Any] | None = None
    key: str = ""
    fault: str = ""


@dataclass(frozen=True)
class Reading:
    """A file as it was understood: its form, what becomes of each column (None: nothing), and its rows."""

    form: str
    columns: dict[str, Column | None]
    rows: tuple[Row, ...]


def read(file: Path, ignore: frozenset[str] = frozenset(), encoding: str | None = None) -> Reading:
    """Every row of a CSV, Excel or JSONL file. Raises CommandError when the file as a whole cannot be used."""
    lines = file.suffix.lower() in LINES
    table = _lines(file, encoding) if lines else read_table(file, lambda header: name_of(header) == "description", encoding)
    names = {header: name_of(header) for header in table.columns if header and header not in ignore}
    _check(file, names, some_words=not lines)
    seen: Counter[str] = Counter()
    rows = tuple(_row(number, line, names, seen) for number, line in enumerate(table.rows, start=1))
    return Reading(table.form, {header: COLUMNS[name] if name else None for header, name in names.items()}, rows)


def name_of(header: str) -> str | None:
    """The column that a header means; None: none of ours."""
    return NAMES.get(header.strip().casefold())


def _check(file: Path, names: dict[str, str | None], *, some_words: bool) -> None:
    by_name: dict[str, list[str]] = {}
    for header, name in names.items():
        by_name.setdefault(name or "", []).append(header)
    if some_words and "description" not in by_name:
        raise CommandError(say("no_words_column", file=file, columns=", ".join(names) or "-"))
    twice = next((headers for name, headers in by_name.items() if name and len(headers) > 1), None)
    if twice:
        raise CommandError(say("same_column", file=file, columns=", ".join(twice), one=twice[-1]))


def _lines(file: Path, encoding: str | None) -> Table:
    try:
        text, name = decoded(file.read_bytes(), encoding)
    except (OSError, ValueError, LookupError) as error:
        raise CommandError(say("bad_file", file=file, why=error)) from error
    rows = tuple(_line(number, line) for number, line in enumerate(filter(str.strip, text.splitlines()), start=1))
    columns = tuple(dict.fromkeys(column for values, fault in rows for column in values if not fault))
    return Table(columns, rows, say("form_lines", encoding=name))


def _line(number: int, line: str) -> Line:
    why: object = "not an object"
    try:
        values = json.loads(line)
    except ValueError as error:
        values, why = None, error
    if isinstance(values, dict):
        return cast("dict[str, Any]", values), ""
    return {"line": line.strip()}, say("row_unreadable", row=number, why=why)


def _row(number: int, line: Line, names: dict[str, str | None], seen: Counter[str]) -> Row:
    values, fault = line
    if fault:
        return Row(number, values, fault=fault)
    kept = {header: value for header, value in values.items() if header in names}
    try:
        case = case_of({name: kept[header] for header, name in names.items() if name and header in kept})
    except ValueError as error:
        return Row(number, kept, fault=str(error))
    content = hashlib.blake2b(json.dumps(case, sort_keys=True).encode(), digest_size=12).hexdigest()
    seen[content] += 1
    key = f"import-{content}-{seen[content]}"
    case["customer"].setdefault("id", f"C-{key}")
    return Row(number, kept, case, key)


def case_of(values: dict[str, Any]) -> dict[str, Any]:
    """The request body of values by column. Raises ValueError with the reason when one cannot be understood."""
    values = {name: _nested(value) if name in NESTED else value for name, value in values.items()}
    case = {name: values[name] for name in AS_THEY_ARE if values.get(name)}
    case.setdefault("kind", "complaint")
    case.setdefault("channel", "import")
    case["description"] = values.get("description", "")
    case["customer"] = _customer(values)
    if happened := values.get("happened_at"):
        case["happened_at"] = moment_of(happened) if isinstance(happened, str) else happened
    if lines := values.get("lines"):
        case["lines"] = [line_of(text) for text in lines.split(";") if text.strip()] if isinstance(lines, str) else lines
    if wanted := _wanted(values):
        case["wanted"] = wanted
    if evidence := values.get("evidence"):
        case["evidence"] = evidence.split(";") if isinstance(evidence, str) else evidence
    return case


def _nested(value: Any) -> Any:
    """JSON inside a column, as `FILE.refused.csv` has it for rows that came from JSON lines."""
    if isinstance(value, str) and value.lstrip().startswith(("{", "[")):
        return json.loads(value)
    return value


def _customer(values: dict[str, Any]) -> dict[str, Any]:
    nested = values.get("customer")
    customer = dict(cast("dict[str, Any]", nested)) if isinstance(nested, dict) else {}
    customer |= {name: values[f"customer_{name}"] for name in OF_CUSTOMER if values.get(f"customer_{name}")}
    return customer | ({"id": values["customer_id"]} if values.get("customer_id") and "id" not in customer else {})


def _wanted(values: dict[str, Any]) -> dict[str, Any] | None:
    remedy, amount = values.get("wanted"), values.get("wanted_amount")
    if not remedy or isinstance(remedy, dict):
        return cast("dict[str, Any] | None", remedy or None)
    return {"remedy": remedy, "amount": minor_of(str(amount), values.get("wanted_currency")) if amount else None}


def line_of(text: str) -> dict[str, Any]:
    """`L1` or `L1:2`."""
    line, colon, quantity = text.strip().partition(":")
    if not line or (colon and not quantity.strip().isdigit()):
        raise ValueError(say("bad_line"))
    return {"line_id": line, "quantity": int(quantity or 1)}


def moment_of(text: str) -> str:
    """A time without an offset is the market's; any other text goes to the API as it is."""
    found = YEAR_FIRST.fullmatch(text.strip())
    if found is None:
        return text
    return datetime(*(int(part or 0) for part in found.groups()), tzinfo=ZoneInfo(_market()[1])).isoformat()


def _market() -> tuple[str, str]:
    return _market_of(Settings().policy)


@cache
def _market_of(policy: Path) -> tuple[str, str]:
    """Currency and zone."""
    try:
        loaded = load_policy(policy)
    except PolicyError as error:
        raise CommandError(str(error)) from error
    return loaded.currency, loaded.zone


def minor_of(text: str, currency: str | None) -> dict[str, Any]:
    """`129.00` → money in minor units, as many decimals as the currency has. None: the policy's currency."""
    currency = currency or _market()[0]
    places = decimals(currency)
    try:
        amount = Decimal(text.strip()).scaleb(places)
    except InvalidOperation:
        amount = Decimal(0)
    if not amount.is_finite() or amount <= 0 or amount != amount.to_integral_value():
        raise ValueError(say("bad_amount", currency=currency, places=places, example=f"{129:.{places}f}"))
    return {"minor": int(amount), "currency": currency}
