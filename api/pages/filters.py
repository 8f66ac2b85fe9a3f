"""What templates write with: texts, names of code words, moments, spans and money, in the reader's language and zone."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import NamedTuple, cast
from urllib.parse import urlsplit

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from api.http.examples import ACTIONS, title_of
from api.pages.forms import fields_of
from api.pages.texts import page_text, page_texts
from models.common.base import Bilingual, Money
from models.common.vocabulary import Issue, Locale, Role
from models.figures import Figure, FigureUnit
from models.policy.policy import Policy
from rules.common.format import duration_in, moment_in, money_in
from rules.common.readers import MASK
from rules.figures.values import shown
from rules.notifications.texts import texts

MOST_LETTERS, MOST_LINES = 1200, 20
"""Of one text, before it is folded."""


@pass_context
def text(context: Context, name: str, /, **values: object) -> str:
    """`t("queue.title")`: a text of the pages. Values that are markup stay so."""
    locale = context["page"].locale
    if any(isinstance(value, Markup) for value in values.values()):
        return escape(page_texts()[name].in_(locale)).format(**values)
    return page_text(name, locale, **values)


def name_of(code: object, policy: Policy, locale: Locale) -> str:
    """A code word as people call it; issues as the policy does."""
    if code is None:
        return MASK
    issue = policy.issues[Issue(code)] if code in policy.issues else None
    known = issue.name if issue else page_texts().get(f"names.{code}")
    return known.in_(locale) if known else texts(policy.zone).name(str(code), locale)


@pass_context
def name(context: Context, code: object) -> str:
    """A code word as people call it; issues as the policy does."""
    page = context["page"]
    return name_of(code, page.parts.policy, page.locale)


@pass_context
def action(context: Context, code: object) -> str:
    """An action as its form is called."""
    known = _actions().get(str(code))
    return known.in_(context["page"].locale) if known else name(context, code)


@pass_context
def team(context: Context, code: str | None) -> str:
    """A team as the policy calls it."""
    page = context["page"]
    known = page.parts.policy.teams.get(code)
    return known.in_(page.locale) if known else code or MASK


@pass_context
def shift(context: Context, code: str) -> str:
    """A calendar as the policy calls it."""
    page = context["page"]
    known = page.parts.policy.calendars.get(code)
    return known.name.in_(page.locale) if known and known.name else code


@pass_context
def cause(context: Context, code: str) -> str:
    """A root cause as the policy calls it; of one that it has no more, its code."""
    page = context["page"]
    return next((row.name.in_(page.locale) for row in page.parts.policy.root_causes if row.id == code), code)


@pass_context
def when(context: Context, instant: datetime | None) -> Markup | str:
    """An instant, with its exact value for machines."""
    if instant is None:
        return MASK
    page = context["page"]
    said = moment_in(instant, page.locale, page.parts.policy.zone, page.zone.key)
    return Markup('<time datetime="{}">{}</time>').format(instant.astimezone(UTC).isoformat(timespec="seconds"), said)


@pass_context
def left(context: Context, instant: datetime | None) -> Markup | str:
    """How long until an instant, or since; the browser counts on."""
    if instant is None:
        return MASK
    page, now = context["page"], datetime.now(UTC)
    span = duration_in(_rounded(abs(instant - now)), page.locale)
    said = page_text("common.left" if instant > now else "common.late", page.locale, span=span)
    late = " late" if instant <= now else ""
    exact = instant.astimezone(UTC).isoformat(timespec="seconds")
    title = moment_in(instant, page.locale, page.parts.policy.zone, page.zone.key)
    return Markup('<time class="left{}" datetime="{}" title="{}" data-left>{}</time>').format(late, exact, title, said)


@pass_context
def money(context: Context, amount: Money | Mapping[str, object] | None) -> str:
    if isinstance(amount, Mapping):  # of a body that leaves out what is usual
        amount = Money.model_validate(amount)
    return MASK if amount is None else money_in(amount.minor, amount.currency, context["page"].locale)


@pass_context
def day(context: Context, instant: datetime | date | None) -> str:
    """The day of an instant in the reader's zone, or a day itself."""
    if isinstance(instant, datetime):
        instant = instant.astimezone(context["page"].zone).date()
    if instant is None:
        return MASK
    zh = context["page"].locale is Locale.ZH
    return f"{instant.year}年{instant.month}月{instant.day}日" if zh else f"{instant.day} {instant:%b %Y}"


@pass_context
def minor(context: Context, amount: int | None, currency: str) -> str:
    """So many minor units of a currency."""
    return MASK if amount is None else money_in(amount, currency, context["page"].locale)


@pass_context
def with_cases(context: Context, text: str) -> Markup:
    """A text in which cases are named, with links to them; analysts have no page of a case."""
    if context["page"].caller.role is Role.ANALYST:
        return escape(text)
    return Markup().join(
        Markup('<a href="/console/cases/{0}">{0}</a>').format(piece) if CASE.fullmatch(piece) else escape(piece)
        for piece in CASE.split(text)
    )


@pass_context
def skill(context: Context, code: str) -> str:
    """An issue, or a group of them."""
    return name(context, code) if "." in code else page_text(f"group.{code}", context["page"].locale)


@pass_context
def booked(context: Context, value: object) -> object:
    """What books say: code words by their names, instants in the reader's zone."""
    match value:
        case bool():
            return page_text("lists.yes" if value else "lists.no", context["page"].locale)
        case str() if INSTANT.match(value):
            return when(context, datetime.fromisoformat(value))
        case str() | None:
            return name(context, value)
        case list():
            return ", ".join(str(booked(context, one)) for one in cast("list[object]", value))
        case _:
            return value


@pass_context
def half(context: Context, text: str) -> str:
    """Of what is written in both languages, Chinese · English, the reader's."""
    parts = text.split(" · ")
    middle, odd = divmod(len(parts), 2)
    return text if odd else " · ".join(parts[:middle] if context["page"].locale is Locale.ZH else parts[middle:])


@pass_context
def weighed(context: Context, value: object, check: str) -> str:
    """The figure or limit of a check before something is given without a person."""
    match value:
        case None:
            return MASK
        case int() if check in {"entitled", "amount"}:
            return minor(context, value, context["page"].parts.policy.currency)
        case float():
            return percent(value)
        case _:
            return name(context, value)


@pass_context
def lasting(context: Context, seconds: int) -> str:
    """So many seconds, exactly."""
    return duration_in(timedelta(seconds=seconds), context["page"].locale)


class Folded(NamedTuple):
    """A long text: what is shown of it at once, and the rest; together they are the whole."""

    begin: str
    rest: str


def folded(words: str, most: int = MOST_LETTERS) -> Folded:
    """Some letters and lines of a text; what goes on only a little further is not cut."""
    lines = words.split("\n")
    begin = "\n".join(lines[:MOST_LINES])[:most]
    if len(words) <= most + most // 2 and len(lines) <= MOST_LINES + MOST_LINES // 2:
        begin = words
    elif not words[len(begin)].isspace() and (blank := max(begin.rfind(" "), begin.rfind("\n"))) > most // 2:
        begin = begin[:blank]
    return Folded(begin, words[len(begin) :])


def bdi(words: object) -> Markup:
    """A name or words of whichever script, that leave what stands beside them where it is."""
    return Markup("<bdi>{}</bdi>").format(words)


def percent(share: float | None) -> str:
    return MASK if share is None else f"{share:.1%}"


@pass_context
def figure(context: Context, found: Figure, unit: FigureUnit, currency: str | None = None) -> str:
    """A figure of a report, by its unit."""
    return shown(found.value, unit, currency, context["page"].locale)


@pass_context
def earlier(context: Context, found: Figure, unit: FigureUnit, currency: str | None = None) -> str:
    """The same of the period before."""
    return shown(found.before, unit, currency, context["page"].locale)


def own(href: str, path: str) -> str:
    """Where our page shows what an address of the API answers: the page's path with its query."""
    return f"{path}?{urlsplit(href).query}"


@pass_context
def said(context: Context, words: Bilingual | None) -> str:
    """A text that has both languages, in the reader's."""
    return MASK if words is None else words.in_(context["page"].locale)


@pass_context
def span(context: Context, seconds: int) -> str:
    """So many seconds, to whole minutes, hours or days."""
    return duration_in(_rounded(timedelta(seconds=seconds)), context["page"].locale)


@pass_context
def local(context: Context, instant: str) -> str:
    """An ISO instant as a `datetime-local` field holds it, in the reader's zone."""
    return f"{datetime.fromisoformat(instant).astimezone(context['page'].zone):%Y-%m-%dT%H:%M}"


@cache
def _actions() -> Mapping[str, Bilingual]:
    """What the actions of a case are called."""
    return {action: title_of(shown.summary) for action, shown in ACTIONS.items()}


def _rounded(span: timedelta) -> timedelta:
    """To whole minutes, hours from two hours on, days from two days on."""
    unit = next((unit for most, unit in COARSE if span >= most), timedelta(minutes=1))
    return (span // unit) * unit


INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
CASE = re.compile(r"(\bRD-[0-9A-Z]{12}\b)")
COARSE = ((timedelta(days=2), timedelta(days=1)), (timedelta(hours=2), timedelta(hours=1)))
FILTERS: Mapping[str, Callable[..., object]] = {
    "name": name,
    "team": team,
    "cause": cause,
    "shift": shift,
    "action": action,
    "when": when,
    "left": left,
    "money": money,
    "said": said,
    "span": span,
    "local": local,
    "day": day,
    "minor": minor,
    "percent": percent,
    "figure": figure,
    "earlier": earlier,
    "own": own,
    "booked": booked,
    "skill": skill,
    "lasting": lasting,
    "weighed": weighed,
    "half": half,
    "with_cases": with_cases,
    "fields": fields_of,
    "bdi": bdi,
    "folded": folded,
}
