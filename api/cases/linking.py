"""Links of cases (WRK-7): what a case is linked with, and what is wrong with a link that is asked for."""

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from api.cases.merging import named
from api.http.auth import Caller
from api.http.dependencies import Parts
from api.http.problems import problem
from models.case.desk_bodies import Link
from models.case.linking import MOST_LINKS
from models.case.relation_views import LinkView
from models.common.vocabulary import ErrorType, Role
from models.tables.case import CaseLinkRow
from rules.case.merging import RULE


async def links_of(session: AsyncSession, role: Role, case_id: str) -> tuple[LinkView, ...]:
    """The newest last."""
    asked = (
        select(CaseLinkRow).where(col(CaseLinkRow.case_id) == case_id).order_by(col(CaseLinkRow.at), col(CaseLinkRow.other_id))
    )
    rows = (await session.exec(asked)).all() if role in Role.staff() else ()
    return tuple(
        LinkView.model_validate({"case_id": row.other_id, "relation": row.relation, "at": row.at, "by": row.by}) for row in rows
    )


async def check_link(parts: Parts, caller: Caller, case_id: str, body: Link) -> None:
    """The caller sees the other case, and there is room."""
    async with parts.database.reading() as session:
        linked = {link.case_id for link in await links_of(session, caller.role, case_id)}
    faults = {
        ("a case is not linked with itself.", "不能与自身关联。"): body.to == case_id,
        (f"a case has {MOST_LINKS} links at most; take one off first.", f"最多关联 {MOST_LINKS} 个工单，请先取消其他关联。"): (
            len(linked | {body.to}) > MOST_LINKS
        ),
    }
    for (en, zh), holds in faults.items():
        if holds:
            raise problem(ErrorType.INVALID, f"to: {en}", f"to：{zh}", field="to", rule=RULE)
    await named(parts, caller, body.to, "to")
