"""A review as a document in one language (RVW-3): the same on a page, in print and as a PDF."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from models.common.currencies import decimals
from models.common.vocabulary import Locale
from models.policy.policy import Policy
from models.review.causes import Cause
from models.review.document import Document, Section, Table
from models.review.report import Example, PeriodReview
from rules.common.format import money_in
from rules.figures.charts import bars, beside_usual, columns
from rules.notifications.texts import Texts


class Task(Protocol):
    """An improvement, as a review shows it."""

    @property
    def party(self) -> str: ...
    @property
    def party_id(self) -> str: ...
    @property
    def due(self) -> datetime: ...
    @property
    def state(self) -> str: ...


def document_of(review: PeriodReview, tasks: Mapping[str, Task], texts: Texts, policy: Policy, locale: Locale) -> Document:
    """With the improvements as they stand now, by id."""
    return _Writer(review, tasks, texts, policy, locale).document()


class _Writer:
    def __init__(self, review: PeriodReview, tasks: Mapping[str, Task], texts: Texts, policy: Policy, locale: Locale) -> None:
        self._review = review
        self._tasks = tasks
        self._texts = texts
        self._policy = policy
        self._locale = locale

    def document(self) -> Document:
        review, say = self._review, self._say
        figures = say("review_summary").format(
            cases=review.cases,
            cases_before=review.cases_before,
            cost=self._money(review.cost_minor),
            before=self._money(review.before_minor),
        )
        if review.other_currencies:
            figures += " " + say("review_other_currencies").format(cases=review.other_currencies)
        return Document(
            title=f"{say('review_title')} {review.opened_from} – {review.opened_to}",
            locale=self._locale,
            text=figures,
            sections=(self._worse(), self._costly(), self._weeks(), self._informed()),
        )

    def _worse(self) -> Section:
        say, rows = self._say, self._review.worse
        if not rows:
            return Section(title=say("review_worse"), text=say("review_none_worse"))
        names = (
            *self._heads("review_cause", "review_examples", "review_improvement"),
            *self._heads("review_cases", "review_usual", "review_cost"),
        )
        table = [
            (
                self._cause(one.cause),
                self._examples(one.examples),
                self._task(one.improvement_id),
                str(one.cases),
                f"{one.expected:.1f}",
                self._money(one.cost_minor),
            )
            for one in rows
        ]
        chart = beside_usual(say("review_cases"), [(self._cause(one.cause), one.cases, one.expected) for one in rows])
        return Section(
            title=say("review_worse"),
            text=say("review_how_worse"),
            chart=chart,
            table=Table(columns=names, rows=tuple(table), figures=3),
        )

    def _costly(self) -> Section:
        say, rows = self._say, self._review.costly
        if not rows:
            return Section(title=say("review_costly"), text=say("review_none_costly"))
        names = (
            *self._heads("review_cause", "review_mostly", "review_examples", "review_improvement"),
            *self._heads("review_cases", "review_cost", "review_before"),
        )
        table = [
            (
                self._cause(one.cause),
                "、".join(f"{share.who} {share.cases}" for share in one.mostly)
                if self._locale is Locale.ZH
                else ", ".join(f"{share.who} {share.cases}" for share in one.mostly),
                self._examples(one.examples),
                self._task(one.improvement_id),
                str(one.cases),
                self._money(one.cost_minor),
                self._money(one.before_minor),
            )
            for one in rows
        ]
        unit = 10 ** decimals(self._review.currency)
        chart = bars(
            f"{say('review_cost')} ({self._review.currency})", [(self._cause(one.cause), one.cost_minor / unit) for one in rows]
        )
        return Section(
            title=say("review_costly"),
            text=say("review_how_costly"),
            chart=chart,
            table=Table(columns=names, rows=tuple(table), figures=3),
        )

    def _weeks(self) -> Section:
        say, weeks = self._say, self._review.weeks
        table = tuple((str(one.week), str(one.cases), self._money(one.cost_minor)) for one in weeks)
        return Section(
            title=say("review_weeks"),
            text=say("review_how_weeks"),
            chart=columns(say("review_cases"), [(f"{one.week:%m-%d}", one.cases) for one in weeks]),
            table=Table(columns=self._heads("review_week", "review_cases", "review_cost"), rows=table, figures=2),
        )

    def _informed(self) -> Section:
        say, every = self._say, self._review.informed
        if not every:
            return Section(title=say("review_informed"), text=say("review_nobody_informed"))
        rows = [(f"{say(one.role)} {one.id}", self._cause(one.why) if one.why else say("review_itself")) for one in every]
        return Section(
            title=say("review_informed"), table=Table(columns=self._heads("review_who", "review_of"), rows=tuple(rows))
        )

    def _cause(self, cause: Cause) -> str:
        issue = self._policy.issues[cause.issue].name.in_(self._locale) if cause.issue else "—"
        who = " ".join(part for part in (self._say(cause.party), cause.who) if part)
        return f"{issue} · {who}" + (f" · {cause.region}" if cause.region else "")

    def _task(self, improvement_id: str | None) -> str:
        task = self._tasks.get(improvement_id or "")
        if task is None:
            return "—"
        owner = self._say(task.party) if task.party == task.party_id else f"{self._say(task.party)} {task.party_id}"
        due = task.due.astimezone(ZoneInfo(self._review.zone)).date()
        return f"{owner} · {due} · {self._say(f'improvement_{task.state}')}"

    def _examples(self, found: tuple[Example, ...]) -> str:
        return ", ".join(one.case_id for one in found) or "—"

    def _heads(self, *names: str) -> tuple[str, ...]:
        return tuple(self._say(name) for name in names)

    def _money(self, minor: int) -> str:
        return money_in(minor, self._review.currency, self._locale)

    def _say(self, name: str) -> str:
        return self._texts.name(name, self._locale)
