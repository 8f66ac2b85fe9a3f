"""The messages of reviews and improvements: into inboxes, and by e-mail to whom the policy names (RVW-3)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic import JsonValue
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.engine import insert_if_absent
from adapters.database.messages import message_row
from models.common.events import Event
from models.common.vocabulary import Locale, MessageChannel, Party, Role
from models.policy.policy import Policy
from models.review.causes import Cause
from models.review.report import CostlyCause, Informed, PeriodReview, Worsening
from models.tables.case import MessageRow
from models.tables.improvements import ImprovementRow
from rules.notifications.recipients import ANY_TEAM
from rules.notifications.texts import Texts

EVERY_SUPERVISOR = (Role.SUPERVISOR, f"team:{ANY_TEAM}")
ROLES = {Party.MERCHANT: Role.MERCHANT, Party.CARRIER: Role.CARRIER}

Data = Mapping[str, JsonValue]


class Telling:
    """Writes messages in the languages of the platform."""

    def __init__(self, texts: Texts, policy: Policy) -> None:
        self._texts = texts
        self._policy = policy

    def task(self, review: PeriodReview, one: CostlyCause | Worsening) -> str:
        """What an improvement is about, in words."""
        dates: Data = {"since": review.opened_from.isoformat(), "until": review.opened_to.isoformat(), "cases": one.cases}
        dates = {**dates, "usual": round(one.expected) if isinstance(one, Worsening) else None}
        own = self._policy.languages.own
        said = (
            self._texts.timeline_text(Event.IMPROVEMENT_ASKED, {**self._of_cause(one.cause, locale), **dates}, locale)
            for locale in own
        )
        return " / ".join(said)

    async def of_review(
        self, session: AsyncSession, review: PeriodReview, opened: Sequence[ImprovementRow], link: str, at: datetime
    ) -> list[Informed]:
        """Supervisors and the policy's addresses of the review, owners of their improvements. Who was told before is not told again."""
        said = {locale: self._of_review(review, link, locale) for locale in self._policy.languages.own}
        informed = [Informed(role=EVERY_SUPERVISOR[0], id=EVERY_SUPERVISOR[1])]
        await self._write(session, Event.REVIEW_WRITTEN, review.review_id, EVERY_SUPERVISOR, said, at)
        for address in self._policy.review.mail_to:
            informed.append(Informed(role=Role.SUPERVISOR, id=address))
            await self._write(
                session, Event.REVIEW_WRITTEN, review.review_id, (Role.SUPERVISOR, address), said, at, address=address
            )
        for row in opened:
            role, who = recipient_of(row)
            informed.append(Informed(role=role, id=who, why=Cause.model_validate(row.cause)))
            await self.of_improvement(session, Event.IMPROVEMENT_OPENED, row, at)
        return informed

    async def of_improvement(
        self, session: AsyncSession, event: Event, row: ImprovementRow, at: datetime, **more: JsonValue
    ) -> None:
        """To its owner; `row.reminders` tells one message from the next."""
        data: Data = {"words": row.words, "due": row.due.isoformat(), "overdue": row.due < at, **more}
        await self._write(
            session,
            event,
            row.improvement_id,
            recipient_of(row),
            dict.fromkeys(self._policy.languages.own, data),
            at,
            version=row.reminders,
        )

    def _of_review(self, review: PeriodReview, link: str, locale: Locale) -> Data:
        costly = [
            self._of_cause(one.cause, locale) | {"cases": one.cases, "amount_minor": one.cost_minor} for one in review.costly
        ]
        worse = [self._of_cause(one.cause, locale) | {"cases": one.cases, "usual": round(one.expected)} for one in review.worse]
        figures = review.model_dump(mode="json", include={"cases", "currency"})
        figures |= {"since": review.opened_from.isoformat(), "until": review.opened_to.isoformat()}
        return {**figures, "amount_minor": review.cost_minor, "costly": [*costly], "worse": [*worse], "review_url": link}

    def _of_cause(self, cause: Cause, locale: Locale) -> dict[str, JsonValue]:
        """With the issue's name."""
        issue = self._policy.issues[cause.issue].name.in_(locale) if cause.issue else None
        return cause.model_dump(mode="json") | {"issue": issue}

    async def _write(  # noqa: PLR0917
        self,
        session: AsyncSession,
        event: Event,
        about: str,
        to: tuple[Role, str],
        said: Mapping[Locale, Data],
        at: datetime,
        *,
        version: int = 0,
        address: str | None = None,
    ) -> None:
        own = self._policy.languages.own
        letter: Data = {"case_id": about, "then": None, "emergency_contact": None}
        said_to = self._texts.message_in(event, to[0], {locale: {**data, **letter} for locale, data in said.items()})
        channel = MessageChannel.EMAIL if address else MessageChannel.INBOX
        row = message_row((about, version), to, said_to, event=event, locale=own[0], at=at, channel=channel)
        await insert_if_absent(session, MessageRow, row | {"address": address})


def recipient_of(row: ImprovementRow) -> tuple[Role, str]:
    """Its owner: the merchant, the carrier, or the supervisors of the team."""
    role = ROLES.get(Party(row.party))
    if role is not None:
        return role, row.party_id
    return EVERY_SUPERVISOR if row.party_id == Party.PLATFORM else (Role.SUPERVISOR, f"team:{row.party_id}")
