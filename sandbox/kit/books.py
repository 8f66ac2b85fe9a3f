"""What the sandbox's partners really did, in a SQLite file of their own: killed and started again, they know every effect.

One connection in one event loop: a change is made whole before the next one starts, and every write is committed before it is
answered.
"""

import json
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

SCHEMA = """
create table if not exists meta (name text primary key, value text not null);
create table if not exists refunds (
    key text primary key, refund_id text not null unique, payment_id text not null, order_id text not null,
    minor integer not null, currency text not null, reason text not null, reference text not null, sent_to text not null default 'original',
    refusal text, refusal_code text, requested_at text not null, arrives_at text, calls integer not null default 1);
create index if not exists refunds_of_payment on refunds (payment_id);
create table if not exists refunds_back (key text primary key, back_at text not null);
create view if not exists refunds_now as select * from refunds left join refunds_back using (key);
create table if not exists statements (
    partner text not null, key text not null, request text not null, at text not null, answer text not null,
    calls integer not null default 1, primary key (partner, key));
create table if not exists messages (
    key text primary key, message text not null, at text not null, calls integer not null default 1);
create table if not exists coupons (
    key text primary key, coupon text not null, request text not null, status text not null, at text not null,
    calls integer not null default 1);
create table if not exists scans (tracking text not null, at text not null, place text not null, said text not null, status text not null);
create table if not exists webhooks (
    number integer primary key, notice_id text not null, partner text not null, body text not null, due_at text not null,
    attempts integer not null default 0, delivered_at text);
create index if not exists webhooks_due on webhooks (due_at) where delivered_at is null;
create table if not exists warehouse (
    kind text not null, key text not null, reference text not null, request text not null, answer text not null, decision integer,
    at text not null, calls integer not null default 1, primary key (kind, key));
create table if not exists stock (sku text primary key, pieces integer not null);
create table if not exists faults (number integer primary key, fault text not null);
create table if not exists order_changes (
    key text primary key, order_id text not null, request text, status text not null, refusal text, at text not null,
    confirmed_at text, calls integer not null default 1);
create index if not exists order_changes_of_order on order_changes (order_id);
create table if not exists charges (
    key text primary key, order_id text not null, minor integer not null, currency text not null, status text not null,
    request text not null, reference text not null, pay_url text not null, until text not null, payment_id text, paid_at text,
    quiet integer not null, at text not null, calls integer not null default 1);
create index if not exists charges_of_order on charges (order_id);
create table if not exists goods_back (
    kind text not null, key text not null, about text not null, reference text not null, request text not null, answer text not null,
    status text not null, at text not null, calls integer not null default 1, primary key (kind, key));
create table if not exists return_parcels (
    tracking text primary key, carrier_id text not null, order_id text not null, reference text not null, bound_for text not null,
    at text not null);
create table if not exists chargebacks (
    chargeback_id text primary key, payment_id text not null, chargeback text not null, answer text, opened_at text not null,
    calls integer not null default 0);
create table if not exists claims (
    partner text not null, key text not null, message text not null, at text not null, answer text, calls integer not null default 1,
    primary key (partner, key));
create table if not exists tempers (recipient text primary key, answers text not null);
"""

Row = dict[str, Any]


class OtherSeedError(Exception):
    """The folder holds the orders of another seed."""


class Books:
    """The file. Instants are ISO texts in UTC, so that they sort."""

    def __init__(self, path: Path, seed: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        self._connection.executescript("pragma journal_mode = wal; pragma synchronous = normal; pragma busy_timeout = 5000;")
        self._connection.executescript(SCHEMA)
        self.write("insert or ignore into meta values ('seed', ?), ('started_at', ?)", str(seed), now().isoformat())
        meta = {row["name"]: row["value"] for row in self.read("select * from meta")}
        if meta["seed"] != str(seed):
            self.close()
            raise OtherSeedError(
                f"{path} holds the orders of seed {meta['seed']}: use --seed {meta['seed']} or another --data-dir"
            )
        self.started_at = datetime.fromisoformat(meta["started_at"])

    def close(self) -> None:
        self._connection.close()

    @contextmanager
    def transaction(self) -> Generator[None]:
        """All of it or nothing."""
        self._connection.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._connection.execute("rollback")
            raise
        self._connection.execute("commit")

    def read(self, sql: str, *values: object) -> list[Row]:
        return [dict(row) for row in self._connection.execute(sql, values)]

    def one(self, sql: str, *values: object) -> Row | None:
        return next(iter(self.read(sql, *values)), None)

    def write(self, sql: str, *values: object) -> None:
        self._connection.execute(sql, values)

    def insert(self, table: str, **values: object) -> None:
        """A row; the names of tables and columns are this program's own."""
        marks = ", ".join("?" * len(values))
        self.write(f"insert into {table} ({', '.join(values)}) values ({marks})", *values.values())  # noqa: S608


def now() -> datetime:
    return datetime.now(UTC)


def as_json(row: Row, *columns: str) -> Row:
    """The row with these columns read as the JSON that they hold."""
    return row | {column: json.loads(row[column]) for column in columns}
