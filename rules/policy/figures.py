"""Figures of the policy in the texts that people read: a text names a figure, and each language writes it in its own way.

`{{ within }}` is a figure of the row in which the text stands, `{{ shipment.hours_without_scan }}` the bound of the row's condition on that
fact, `{{ waits.inspection }}` a figure of the policy by its path. Rows of a list go by their id, with `_` for `-`
(`eligibility.rules.quality_return`), promises by their clock (`clocks.plan`); a row named alone stands for its `within` or `days`. Durations and
facts are written with their unit by themselves, `{{ share | percent }}` and `{{ most | money }}` are said so. Resolved once, when the
policy is loaded; docs/policy.md.
"""

from collections.abc import Iterator
from datetime import timedelta
from functools import lru_cache
from typing import Any, TypeVar, cast

from jinja2 import StrictUndefined, Template, TemplateError, meta, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment
from pydantic import BaseModel

from models.common.base import Bilingual
from models.common.conditions import Condition
from models.common.vocabulary import Locale
from models.investigation.findings import Unit
from models.policy.policy import ClockTarget, Policy
from rules.common.format import duration_in, money_in
from rules.common.policy_fault import Fault, Loc, unknown
from rules.facts.registry import FACTS
from rules.facts.wording import told

Table = dict[str, Any]
"""Figures by name: numbers, durations, what facts are compared with in words, and tables of them."""


ValueT = TypeVar("ValueT", bound=BaseModel)


class Figures:
    """The figures of one policy, to be written into texts."""

    def __init__(self, policy: Policy) -> None:
        self._currency = policy.currency
        self._tables = _table(policy, policy.currency)

    def written(self, value: ValueT) -> tuple[ValueT, tuple[Fault, ...]]:
        """The value with the figures in all of its texts; and every text that names a figure that is not there."""
        faults: list[Fault] = []
        return cast("ValueT", self._written(value, (), {}, faults)), tuple(faults)

    def _written(self, value: object, loc: Loc, row: Table, faults: list[Fault]) -> object:
        match value:
            case Bilingual():
                texts = {locale.value: self._text(value.in_(locale), locale, row) for locale in Locale}
                faults += [((*loc, locale), text) for locale, (text, fits) in texts.items() if not fits]
                written = {locale: text for locale, (text, fits) in texts.items() if fits}
                return value.model_copy(update=written)
            case BaseModel():
                own = _table(value, self._currency)
                made = {name: self._written(of, (*loc, name), own, faults) for name, of in value}
                changed = {name: of for name, of in made.items() if of is not getattr(value, name)}
                return value.model_copy(update=changed) if changed else value
            case dict():
                table = cast("dict[str, object]", value)
                return {name: self._written(of, (*loc, name), row, faults) for name, of in table.items()}
            case tuple():
                rows = cast("tuple[object, ...]", value)
                return tuple(self._written(of, (*loc, index), row, faults) for index, of in enumerate(rows))
            case _:
                return value

    def _text(self, source: str, locale: Locale, row: Table) -> tuple[str, bool]:
        """The text with its figures; or what is wrong with it, and False."""
        if "{{" not in source:
            return source, True
        known = {**self._tables, **row}
        try:
            template, named = _template(source)
            for name in sorted(named - known.keys()):
                return unknown("figure", name, known), False
            return template.render({**known, "_locale": locale, "_currency": self._currency}), True
        except (TemplateError, TypeError, ValueError) as error:
            return str(error), False


def _table(value: object, currency: str) -> Table:
    """The figures of a value, by their names; rows that have none are left out."""
    found: Table = {}
    for name, of in _parts(value):
        match of:
            case bool():
                continue
            case int() if name == "days":
                found[name] = timedelta(days=of)
            case int() | float() | timedelta():
                found[name] = of
            case _ if table := _table(of, currency):
                found[name] = table
            case _:
                pass
    for condition in getattr(value, "when", ()) if isinstance(value, BaseModel) else ():
        _add_bound(found, condition, currency)
    return found


def _parts(value: object) -> Iterator[tuple[str, object]]:
    match value:
        case BaseModel():
            yield from value
        case dict():
            for key, of in cast("dict[object, object]", value).items():
                yield str(key), of
        case tuple():
            for row in cast("tuple[object, ...]", value):
                if name := _name_of(row):
                    yield name.replace("-", "_"), row
        case _:
            return


def _name_of(row: object) -> str | None:
    if isinstance(row, ClockTarget):
        names_more = (row.kind, row.group, row.channel, row.priority) != (None, None, None, None)
        return None if names_more else row.clock
    return getattr(row, "id", None)


def _add_bound(found: Table, condition: Condition, currency: str) -> None:
    """What the condition compares its fact with, unless that is no figure, or two."""
    bounds = [bound for bound in (condition.at_least, condition.below) if bound is not None]
    spec = FACTS.get(condition.fact)
    if len(bounds) != 1 or spec is None:
        return
    group, name = condition.fact.split(".", 1)
    (bound,) = bounds
    match spec.unit:
        case Unit.HOURS:
            written: object = timedelta(hours=bound)
        case Unit.DAYS:
            written = timedelta(days=bound)
        case _:
            written = told(condition.fact, bound, currency)
    found.setdefault(group, {})[name] = written


class _Unknown(StrictUndefined):
    """A name that a table does not have, said with those it has."""

    @property
    def _undefined_message(self) -> str:
        inside = cast("object", self._undefined_obj)
        known = cast("Table", inside) if isinstance(inside, dict) else {}
        return unknown("figure", str(self._undefined_name), known)


@pass_context
def _said(context: Context, value: object) -> object:
    """A figure as the text's language writes it."""
    locale: Locale = context["_locale"]
    match value:
        case timedelta():
            return duration_in(value, locale)
        case Bilingual():
            return value.in_(locale)
        case {"within": timedelta() as limit} | {"days": timedelta() as limit}:
            return duration_in(limit, locale)
        case dict():
            message = f"is a table of figures; name one of {', '.join(sorted(cast('Table', value)))}"
            raise ValueError(message)
        case float():
            message = f"{value:g} is a share; write it with | percent"
            raise ValueError(message)
        case _:
            return value


@pass_context
def _money(context: Context, minor: int) -> str:
    """An amount of minor units, in the policy's currency."""
    return money_in(minor, context["_currency"], context["_locale"])


def _percent(share: float) -> str:
    return f"{share * 100:g}%"


_ENVIRONMENT = SandboxedEnvironment(undefined=_Unknown, autoescape=False, finalize=_said)
_FILTERS: dict[str, Any] = _ENVIRONMENT.filters
_FILTERS.update(money=_money, percent=_percent)


@lru_cache(maxsize=1_000)
def _template(source: str) -> tuple[Template, frozenset[str]]:
    """The text ready to be filled, and the names that it begins with. Raises TemplateError."""
    return _ENVIRONMENT.from_string(source), frozenset(meta.find_undeclared_variables(_ENVIRONMENT.parse(source)))
