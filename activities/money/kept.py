"""What returns keep of the goods' price (RES-13), as the ledger is told of it."""

from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.ledger import booked
from models.case.state import CaseState
from models.money.ledger import Entry
from rules.money import ledger
from rules.money.settlement import withheld_by


async def unbooked(session: AsyncSession, order_id: str, case: CaseState) -> list[Entry]:
    """What the case's returns keep, and is not booked yet."""
    withheld = withheld_by(case.remedies)
    known = {entry.key for _, entry in await booked(session, order_id)} if withheld else set[str]()
    made = (ledger.kept(ledger.Whose(order_id, case.case_id, remedy_id), came_to) for remedy_id, came_to in withheld.items())
    return [entry for entry in made if entry.key not in known]
