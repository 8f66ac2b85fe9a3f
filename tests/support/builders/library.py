"""Cases in the library's index, without their workflows."""

from datetime import timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.library.index import put
from models.case.state import CaseState
from models.investigation.findings import Saying
from rules.library.passages import documents_of, passages_of
from tests.support.builders.actors import CUSTOMER
from tests.support.builders.cases import NOW, case, receipt
from tests.support.builders.orders import line, order


def searched_case(case_id: str, description: str, said: str = "", goods: str = "", **change: object) -> CaseState:
    """A case with these words, about goods of that name."""
    sayings = (Saying(at=NOW + timedelta(hours=1), by=CUSTOMER, words=said),) if said else ()
    ordered = order(f"O-{case_id}", line(title=goods)) if goods else None
    taken = receipt(case_id, description=description, order_id=f"O-{case_id}")
    return case(receipt=taken, sayings=sayings, order=ordered, **change)


async def index(session: AsyncSession, state: CaseState) -> None:
    """As the worker does."""
    passages = passages_of(state)
    await put(session, state.case_id, documents_of(state, passages), passages, 0)
