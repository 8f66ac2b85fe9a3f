"""A row of a file → what `POST /v1/cases` takes (REC-1 bulk import, REC-2 record). Flat columns and nested JSON alike."""

import csv
import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, cast

from commands.kit.failure import CommandError
from commands.kit.language import say
from models.common.currencies import decimals
from rules.policy.load import PolicyError, load_policy
from settings import Settings

WORDS = ("description", "text")
"""The columns that may hold the customer's words, the first found first."""
AS_THEY_ARE = ("kind", "channel", "order_id", "issue", "happened_at")
NESTED = frozenset({"customer", "lines", "wanted", "evidence"})
OF_CUSTOMER = ("name", "email", "phone", "locale", "zone")


@dataclass(frozen=True)
class Row:
    """One row as it was read. `key` is the same whenever the same row of the same file is read again."""

    number: int
    values: dict[str, Any]
    key: str
    fault: str | None = None
    """Why it cannot be read at all."""


def read_rows(file: Path, ignore: frozenset[str] = frozenset()) -> list[Row]:
    """Every row of a CSV or JSONL file without the columns to ignore. Raises CommandError when the file as a whole cannot be used."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            found = list(_lines(opened) if file.suffix.lower() in {".jsonl", ".ndjson"} else _csv(opened, file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CommandError(say("bad_file", file=file, why=error)) from error
    seen: Counter[str] = Counter()
    return [
        _row(file, number, {name: value for name, value in values.items() if name not in ignore}, fault, seen)
        for number, values, fault in found
    ]


def _csv(opened: Any, file: Path) -> Iterator[tuple[int, dict[str, Any], str | None]]:
    reader = csv.DictReader(opened, restkey="", strict=True)
    columns = [column.strip() for column in reader.fieldnames or []]
    if not any(column in WORDS for column in columns):
        raise CommandError(say("no_words_column", file=file, columns=", ".join(columns) or "-"))
    reader.fieldnames = columns
    for number, values in enumerate(reader, start=1):
        fault = say("row_unreadable", row=number, why="more values than columns") if "" in values else None
        yield number, {name: value for name, value in values.items() if name and value not in (None, "")}, fault


def _lines(opened: Any) -> Iterator[tuple[int, dict[str, Any], str | None]]:
    for number, line in enumerate(opened, start=1):
        if not line.strip():
            continue
        try:
            values = json.loads(line)
        except ValueError as error:
            yield number, {"line": line.strip()}, say("row_unreadable", row=number, why=error)
            continue
        if isinstance(values, dict):
            yield number, values, None
        else:
            yield number, {"line": line.strip()}, say("row_unreadable", row=number, why="not an object")


def _row(file: Path, number: int, values: dict[str, Any], fault: str | None, seen: Counter[str]) -> Row:
    """Keys come from the file's name and the row's content, not its place: a row put in above moves no other."""
    content = hashlib.blake2b(
        f"{file.name}\0{json.dumps(values, sort_keys=True, default=str)}".encode(), digest_size=12
    ).hexdigest()
    seen[content] += 1
    return Row(number, values, f"import-{content}-{seen[content]}", fault)


def case_of(row: Row) -> dict[str, Any]:
    """The request body. Raises ValueError with the reason when a column cannot be understood."""
    values = {name: _nested(value) if name in NESTED else value for name, value in row.values.items()}
    if row.fault:
        raise ValueError(row.fault)
    case = {name: values[name] for name in AS_THEY_ARE if values.get(name)}
    case.setdefault("kind", "complaint")
    case.setdefault("channel", "import")
    case["description"] = next((values[name] for name in WORDS if values.get(name)), "")
    case["customer"] = _customer(row, values)
    if lines := values.get("lines"):
        case["lines"] = [line_of(text) for text in lines.split(";") if text.strip()] if isinstance(lines, str) else lines
    if wanted := _wanted(values):
        case["wanted"] = wanted
    if evidence := values.get("evidence"):
        case["evidence"] = evidence.split(";") if isinstance(evidence, str) else evidence
    return case


def _nested(value: Any) -> Any:
    """JSON inside a CSV column, as `FILE.refused.csv` has it for rows that came from JSON lines."""
    if isinstance(value, str) and value.lstrip().startswith(("{", "[")):
        return json.loads(value)
    return value


def _customer(row: Row, values: dict[str, Any]) -> dict[str, Any]:
    nested = values.get("customer")
    customer = dict(cast("dict[str, Any]", nested)) if isinstance(nested, dict) else {}
    customer |= {name: values[f"customer_{name}"] for name in OF_CUSTOMER if values.get(f"customer_{name}")}
    customer.setdefault("id", values.get("customer_id") or f"C-{row.key}")
    return customer


def _wanted(values: dict[str, Any]) -> dict[str, Any] | None:
    if isinstance(values.get("wanted"), dict):
        return values["wanted"]
    remedy = values.get("wanted_remedy") or values.get("wanted")
    if not remedy:
        return None
    amount = values.get("wanted_amount")
    return {"remedy": remedy, "amount": minor_of(str(amount), values.get("wanted_currency")) if amount else None}


def line_of(text: str) -> dict[str, Any]:
    """`L1` or `L1:2`."""
    line, colon, quantity = text.strip().partition(":")
    if not line or (colon and not quantity.strip().isdigit()):
        raise ValueError(say("bad_line"))
    return {"line_id": line, "quantity": int(quantity or 1)}


def _home_currency() -> str:
    try:
        return load_policy(Settings().policy).currency
    except PolicyError as error:
        raise CommandError(str(error)) from error


def minor_of(text: str, currency: str | None) -> dict[str, Any]:
    """`129.00` → money in minor units, as many decimals as the currency has. None: the policy's currency."""
    currency = currency or _home_currency()
    places = decimals(currency)
    try:
        amount = Decimal(text.strip()).scaleb(places)
    except InvalidOperation:
        amount = Decimal(0)
    if not amount.is_finite() or amount <= 0 or amount != amount.to_integral_value():
        raise ValueError(say("bad_amount", currency=currency, places=places, example=f"{129:.{places}f}"))
    return {"minor": int(amount), "currency": currency}
