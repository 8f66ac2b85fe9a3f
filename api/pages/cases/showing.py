"""The forms that a case's page has now, and why others are not open."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from api.pages.cases.actions import DOABLE, GROUPS, Doable, Idea
from api.pages.cases.content import Content
from api.pages.cases.fields import Choices, Field, Option, Words, fields_of
from api.pages.filters import name_of
from api.pages.page import Page
from api.pages.texts import page_text
from models.common.decides import Named
from models.common.vocabulary import Issue, RefundStatus, Role, WaitingOn

ASKABLE = (WaitingOn.CUSTOMER, WaitingOn.MERCHANT, WaitingOn.CARRIER)


@dataclass(frozen=True)
class FormShown:
    """`name`: unlike any other form's of the page. `decides`: what the form is about, as it was shown (WRK-5)."""

    doable: Doable
    name: str
    address: str
    title: str
    then: str
    decides: Named
    fields: Sequence[Field]
    about: str = ""
    """The remedy or claim, when it is not the case itself."""

    @property
    def files(self) -> bool:
        cells = (cell for field in self.fields for _, row in field.rows for cell in row)
        return any(field.kind == "file" for field in (*self.fields, *cells))

    @property
    def at_once(self) -> bool:
        """There is nothing to fill in."""
        return not self.fields and self.doable.code not in {"propose", "returns_book_pickup"}


class NotOpen(NamedTuple):
    title: str
    when: str


def words_of(page: Page) -> Words:
    """In the reader's language, as templates name them."""
    return Words(page.locale, partial(name_of, policy=page.parts.policy, locale=page.locale))


def forms_of(page: Page, content: Content) -> Mapping[str, Sequence[FormShown]]:
    """By group, as the page shows them; those of returns, replacements and claims under the id of what they are about."""
    shown = [*_of_case(page, content), *_of_claims(page, content)]
    by_code = {one.doable.code: one for one in shown if one.doable.idea is Idea.CASE}
    groups: dict[str, Sequence[FormShown]] = {
        group: [by_code[code] for code in codes if code in by_code] for group, codes in GROUPS.items()
    }
    for one in shown:
        if one.about:
            groups[one.about] = [*groups.get(one.about, ()), one]
    return groups


def not_open(page: Page, content: Content) -> Sequence[NotOpen]:
    """The role's other actions on the case, and when they are open."""
    open_ = {one.action.value for one in content.case.available_actions if _of(one.href) == ""}
    return [
        NotOpen(one.title.in_(page.locale), one.when.in_(page.locale))
        for one in DOABLE.values()
        if one.idea is Idea.CASE and page.caller.role in one.roles and one.action.value not in open_
    ]


def _of(href: str) -> str:
    """The remedy that an address is of; empty: it is of the case."""
    parts = href.split("/")
    return parts[5] if len(parts) == 7 else ""  # noqa: PLR2004  # /v1/cases/RD-…/returns/m1/extend


def _of_case(page: Page, content: Content) -> Iterator[FormShown]:
    words, choices = words_of(page), choices_of(page, content)
    for one in content.case.available_actions:
        idea = Idea(one.href.split("/")[4]) if _of(one.href) else Idea.CASE
        own = {**choices, **_lines_of(content, _of(one.href))}
        doable = DOABLE[idea, one.action.value]
        yield _shown(page, doable, "/console" + one.href.removeprefix("/v1"), one.decides, words, own, content, _of(one.href))


def _of_claims(page: Page, content: Content) -> Iterator[FormShown]:
    words = words_of(page)
    for claim in content.claims:
        for one in claim.available_actions:
            address = f"/console/cases/{content.case.case_id}/claims/{claim.claim_id}/{one.action.value}"
            doable = DOABLE[Idea.CLAIM, one.action.value]
            yield _shown(page, doable, address, one.decides, words, {}, content, claim.claim_id, claim.claimed.currency)


def _shown(  # noqa: PLR0917
    page: Page,
    doable: Doable,
    address: str,
    decides: Named,
    words: Words,
    choices: Mapping[str, Choices],
    content: Content,
    about: str,
    currency: str | None = None,
) -> FormShown:
    currency = currency or content.currency or page.parts.policy.currency
    return FormShown(
        doable=doable,
        name=f"{about}-{doable.action.value}".replace(".", "-") if about else doable.code,
        address=address,
        title=doable.title.in_(page.locale),
        then=page_text(f"actions.{doable.code}", page.locale),
        decides=decides,
        fields=fields_of(doable.code, doable.shape, words, choices, currency),
        about=about,
    )


def choices_of(page: Page, content: Content) -> Mapping[str, Choices]:
    """What people choose among, by the field's name, or the action's and the field's."""
    case, words = content.case, words_of(page)
    named = partial(_named, words)
    colleagues = [(one.id, f"{one.name} ({one.id})") for one in content.colleagues if one.id != page.caller.actor.id]
    agents = [(one.id, f"{one.name} ({one.id}): {one.held}") for one in content.colleagues if one.role is Role.AGENT]
    teams = [(team, name.in_(page.locale)) for team, name in page.parts.policy.teams.items()]
    failed = [
        (one.id, f"{named(one.kind)} {one.id}")
        for one in case.remedies
        if one.undone is None and one.refund_status in RefundStatus.refused()
    ]
    others = [(one.case_id, f"{one.case_id} {words.option(one.issue)[1] if one.issue else ''}") for one in content.others]
    lines = [(line_id, f"{line_id} {title}") for line_id, title in content.titles.items()]
    about = {line.line_id for line in case.lines}
    carriers = [(carrier, carrier) for carrier in case.carriers]
    return {
        "transfer.to": Choices(colleagues),
        "transfer.team": Choices(teams),
        "assign.to": Choices(agents),
        "merge.into": Choices([one for one in others if one[0] in _mergeable(content)], free=True),
        "link.to": Choices(others, free=True),
        "unlink.to": Choices([(one.case_id, one.case_id) for one in case.links]),
        "retry_refund.remedy_id": Choices(failed),
        "retry_refund.account_id": Choices(
            [(one.account_id, f"{one.holder}, {one.bank or one.country} …{one.ending}") for one in content.accounts]
        ),
        "record_refund.remedy_id": Choices(failed),
        "split.lines": Choices([line for line in lines if not about or line[0] in about]),
        "ask.of": Choices([words.option(one) for one in ASKABLE if one is not WaitingOn.CARRIER or case.carriers]),
        "classify.issue": Choices([words.option(one) for one in Issue]),
        "carrier_id": Choices(carriers, free=True),
    }


def _mergeable(content: Content) -> set[str]:
    return {one.case_id for one in content.others if one.closed_at is None and one.order_id in {content.case.order_id, None}}


def _lines_of(content: Content, remedy_id: str) -> Mapping[str, Choices]:
    """The lines that a return brings back, and those at a reduced worth."""
    back = next((one.return_ for one in content.case.remedies if one.id == remedy_id), None)
    if back is None:
        return {}
    lines: Sequence[Option] = [
        (line.line_id, f"{line.line_id} {content.titles.get(line.line_id, '')} × {line.quantity}") for line in back.lines
    ]
    worth = [(one.line_id, f"{one.line_id} × {one.quantity}: {one.share}") for one in back.worth.pieces] if back.worth else []
    return {"lines": Choices(lines), "reduced": Choices(lines), "shares": Choices(worth)}


def _named(words: Words, code: str) -> str:
    return words.option(code)[1]
