"""Which open case a new request belongs to (REC-5, WRK-4): one place for each order line and issue, and one more for each further wish.

A place is a row of `openings` with the key `customer|order|line|issue`; a case whose wish differs from that of its holder has a place
beside it, whose key names the wish.
"""

import asyncio
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic_core import to_jsonable_python
from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.engine import insert_if_absent
from models.case.known import Known
from models.case.receipt import Receipt
from models.case.state import CaseState
from models.common.base import stored
from models.common.vocabulary import Issue
from models.policy.replies import RepliesPolicy
from models.tables.case import CaseRow, OpeningRow
from rules.case.wishes import same_wish, usual_place


@dataclass(frozen=True)
class Places:
    """What becomes of each line of a request; a line `*` is the whole order."""

    free: dict[str, str | None]
    """Lines that no open case has with this wish → the key to reserve; None: a request that is never taken for another."""
    holders: tuple[OpeningRow, ...]
    """Open cases that ask for the same already."""
    beside: str | None
    """An open case about one of the free lines that asks for something else."""
    unclear: bool
    """One of the holders has just begun, and nobody knows yet what it asks for."""

    def for_new_case(self, receipt: Receipt) -> Receipt:
        """The receipt without the lines that other cases have."""
        if not self.holders:
            return receipt
        return receipt.model_copy(update={"lines": tuple(line for line in receipt.lines if line.line_id in self.free)})


async def what_it_is_about(receipt: Receipt) -> Issue | None:
    """The issue as it was said, else the best guess of the words. Without an order nothing says that two requests are one: None."""
    if receipt.order_id is None:
        return None
    return receipt.issue or await asyncio.to_thread(_best_guess, receipt)


async def places_of(session: AsyncSession, receipt: Receipt, about: Issue | None, policy: RepliesPolicy) -> Places:
    """Where the request belongs, as things stand."""
    if about is None:
        return Places({"*": None}, (), None, unclear=False)
    free: dict[str, str | None] = {}
    holders: dict[str, OpeningRow] = {}
    beside: str | None = None
    unclear = False
    for line, usual, further in _keys(receipt, about):
        chosen = select(OpeningRow).where(col(OpeningRow.deduplication_key).in_([usual, further]))
        held = {row.deduplication_key: row for row in (await session.exec(chosen)).all() if row.case_id != receipt.case_id}
        first, same = held.get(usual), held.get(further)
        if same is None and first is not None:
            row = await session.get(CaseRow, first.case_id)
            unclear |= row is None
            if row is None or same_wish(stored(CaseState, row.state), receipt, about, policy):
                same = first
        if same is not None:
            holders[same.case_id] = same
        else:
            free[line] = usual if first is None else further
            beside = beside or (first.case_id if first else None)
    return Places(free, tuple(holders.values()), beside, unclear)


async def reserve(session: AsyncSession, receipt: Receipt, places: Places) -> bool:
    """Reserve the free places for this case, all or none; False: another case was quicker."""
    keys = sorted(key for key in places.free.values() if key is not None)
    rows = [{"deduplication_key": key, "case_id": receipt.case_id, "at": receipt.received_at} for key in keys]
    if not rows or len(await insert_if_absent(session, OpeningRow, *rows)) == len(rows):
        return True
    held = select(OpeningRow.case_id).where(col(OpeningRow.deduplication_key).in_(keys))
    if {*(await session.exec(held)).all()} == {receipt.case_id}:
        return True  # by an earlier sending of this request
    await session.exec(delete(OpeningRow).where(col(OpeningRow.case_id) == receipt.case_id))
    return False


def _keys(receipt: Receipt, about: Issue) -> Iterator[tuple[str, str, str]]:
    """Each line with the key of its usual place, and that of the place beside it for this wish."""
    wish: object = receipt.wanted.model_dump(include={"remedy", "items", "change"}) if receipt.wanted else receipt.description
    digest = hashlib.blake2b(json.dumps(to_jsonable_python(wish)).encode(), digest_size=8).hexdigest()
    for line in [line.line_id for line in receipt.lines] or ["*"]:
        usual = usual_place(receipt, line, about)
        yield line, usual, f"{usual}|{digest}"


def _best_guess(receipt: Receipt) -> Issue:
    """What the words are about, with what is asked for. Its model is loaded by the first who asks, not by every start of the API."""
    from rules.classification.classify import classify  # noqa: PLC0415 # brings the model's libraries along

    return classify(receipt.description, Known(wanted=receipt.wanted.remedy if receipt.wanted else None)).issue
