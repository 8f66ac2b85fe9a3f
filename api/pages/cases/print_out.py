"""The whole of a case as a PDF: to be kept with other papers, or sent on."""

import asyncio
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import quote

from fastapi import APIRouter, Response

from adapters.database.reads import Reading
from adapters.documents.pdf import pdf_of
from api.http.dependencies import CaseId, only_for
from api.pages.cases.content import Content, content_of
from api.pages.cases.rounds import rounds_of
from api.pages.cases.showing import words_of
from api.pages.page import Page, PageOf
from api.pages.routes import PageRoute
from api.pages.texts import page_text
from models.case.desk_views import ReadKind
from models.common.base import Money
from models.common.vocabulary import Role
from models.review.document import Document, Section, Table
from rules.common.format import moment_in, money_in

router = APIRouter(prefix="/console/cases", route_class=PageRoute, include_in_schema=False)


@router.get("/{case_id}/pdf")
async def pdf(page: PageOf, case_id: CaseId) -> Response:
    """Words, order, rounds, remedies, responsibility and timeline, in the reader's language."""
    only_for(page.caller, Role.platform())
    content = await content_of(page, case_id, 0, None)
    document = Printed(page, content).document
    await page.parts.reads.remember(page.caller.actor, Reading(case_id, ReadKind.PRINT))
    named = {"Content-Disposition": f"inline; filename*=UTF-8''{quote(case_id, safe='')}.pdf"}
    return Response(await asyncio.to_thread(pdf_of, [document]), media_type="application/pdf", headers=named)


class Printed:
    """A case in sections of text and tables."""

    def __init__(self, page: Page, content: Content) -> None:
        self._page, self._content, self._words = page, content, words_of(page)

    @property
    def document(self) -> Document:
        case = self._content.case
        issue = self._name(case.issue or case.kind)
        head = [case.kind, case.channel, case.tier, f"stage_{case.stage}", *((case.outcome,) if case.outcome else ())]
        return Document(
            title=f"{case.case_id} {issue}",
            locale=self._page.locale,
            text=" · ".join([*map(self._name, head), self._when(case.opened_at)]),
            sections=(*self._said(), *self._order(), *self._rounds(), *self._remedies(), *self._why(), *self._timeline()),
        )

    def _name(self, code: str) -> str:
        return self._words.option(str(code))[1]

    def _t(self, name: str, **values: object) -> str:
        return page_text(name, self._page.locale, **values)

    def _when(self, instant: datetime) -> str:
        return moment_in(instant, self._page.locale, self._page.parts.policy.zone, self._page.zone.key)

    def _money(self, amount: Money | None) -> str:
        return money_in(amount.minor, amount.currency, self._page.locale) if amount else "—"

    def _said(self) -> Iterator[Section]:
        case = self._content.case
        yield Section(title=f"{self._name('customer')} {case.customer_id}", text=case.description)
        for one in case.sayings:
            title = f"{self._name(one.by)} {one.by_id or ''} · {self._when(one.at)}"
            names = "".join(f"\n[{piece.name}]" for piece in one.evidence)
            yield Section(title=title, text=one.words + names)

    def _order(self) -> Iterator[Section]:
        order = self._content.order
        if order is None:
            return
        rows = tuple((line.line_id, line.title, str(line.quantity), self._money(line.paid)) for line in order.lines)
        columns = (self._t("case.line"), self._t("case.lines"), self._t("fields.quantity"), self._t("case.paid"))
        yield Section(title=f"{self._t('case.order')} {order.order_id}", table=Table(columns=columns, rows=rows, figures=2))
        for one in order.parcels:
            scans = "\n".join(f"{self._when(scan.at)} {scan.place} {scan.status}" for scan in one.scans)
            yield Section(title=f"{one.carrier_id} {one.tracking}: {self._name(one.status)}", text=scans)

    def _rounds(self) -> Iterator[Section]:
        rounds = rounds_of(self._content.case.proposals, self._page.locale, self._name)
        for number, one in enumerate(self._content.case.proposals):
            said = [f"{self._t(row.text)}: {' / '.join(row.cells[number].lines)}" for row in rounds if row.cells[number].lines]
            yield Section(
                title=f"{self._t('case.round', number=one.round)} {one.id} · {self._when(one.at)}", text="\n".join(said)
            )

    def _remedies(self) -> Iterator[Section]:
        rows = tuple(
            (
                one.id,
                self._name(one.kind),
                self._t("case.done_remedy" if one.done_at else "case.undone" if one.undone else "case.under_way"),
                self._money(one.amount),
            )
            for one in self._content.case.remedies
        )
        if rows:
            columns = ("", self._t("fields.remedy"), self._t("case.round_state"), self._t("fields.amount"))
            yield Section(title=self._t("case.solution"), table=Table(columns=columns, rows=rows, figures=1))

    def _why(self) -> Iterator[Section]:
        why = self._content.why
        if why is None:
            return
        finding = why.finding
        text = f"{self._name(finding.party)}: {finding.basis}" if finding else self._t("case.no_finding")
        facts = tuple((one.name, one.said, self._name(one.source)) for one in why.facts)
        columns = (self._t("case.facts", count=len(facts)), "", "")
        yield Section(
            title=self._t("case.responsibility"), text=text, table=Table(columns=columns, rows=facts) if facts else None
        )

    def _timeline(self) -> Iterator[Section]:
        said = [f"{self._when(one.at)} · {self._name(one.by)} · {one.text}" for one in self._content.entries]
        yield Section(title=self._t("case.timeline"), text="\n".join(said))
