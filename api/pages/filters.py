"""What templates write with: texts, names of code words, moments, spans and money, in the reader's language and zone."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from api.http.examples import ACTIONS, title_of
from api.pages.texts import page_text, page_texts
from models.common.base import Bilingual, Money
from rules.common.format import duration_in, moment_in, money_in
from rules.common.readers import MASK
from rules.notifications.texts import texts


@pass_context
def text(context: Context, name: str, /, **values: object) -> str:
    """`t("queue.title")`: a text of the pages."""
    return page_text(name, context["page"].locale, **values)


@pass_context
def name(context: Context, code: object) -> str:
    """A code word as people call it; an issue as the policy does."""
    page, word = context["page"], str(code)
    if code is None:
        return MASK
    policy = page.parts.policy
    issue, own = policy.issues.get(code), page_texts().get(f"names.{word}")
    known = issue.name if issue else own
    return known.in_(page.locale) if known else texts(policy.zone).name(word, page.locale)


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
def money(context: Context, amount: Money | None) -> str:
    return MASK if amount is None else money_in(amount.minor, amount.currency, context["page"].locale)


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


COARSE = ((timedelta(days=2), timedelta(days=1)), (timedelta(hours=2), timedelta(hours=1)))
FILTERS: Mapping[str, Callable[..., object]] = {
    "name": name,
    "team": team,
    "action": action,
    "when": when,
    "left": left,
    "money": money,
    "said": said,
    "span": span,
    "local": local,
}
