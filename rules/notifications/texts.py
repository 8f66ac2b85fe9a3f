"""What people read of an event (NTF-1): a sentence for the timeline and, for whom the policy tells of it, a message.

The words are in `policies/texts.yaml`, Jinja2 in a sandbox, in Chinese and English. They are checked when they are loaded: a missing
text or a variable that the event does not have is an error that names event and language. At run time nothing fails: what an
event left out, or what is not for the reader, is `—`, and the words of people are never a template. A timeline has them as they are, a
message without links (NTF-3).
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import Any, Literal, cast

import yaml
from jinja2 import StrictUndefined, TemplateError, nodes, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment
from pydantic import JsonValue, ValidationError

from models.common.base import Bilingual, Frozen
from models.common.events import LETTER, Event
from models.common.vocabulary import Locale, Role
from models.policy.policy import MessageRule
from rules.common.format import moment_in, money_in
from rules.common.readers import MASK
from rules.common.yaml import content_of
from rules.notifications.without_links import without_links

TEXTS = Path(__file__).resolve().parents[2] / "policies" / "texts.yaml"


class TextsError(ValueError):
    """Every fault of the texts, one a line: event, language, what is wrong."""


class Letter(Frozen):
    subject: str
    body: str


class Letters(Frozen):
    """One message in both languages."""

    zh: Letter
    en: Letter

    def in_(self, locale: Locale) -> Letter:
        return self.zh if locale is Locale.ZH else self.en


class EventTexts(Frozen):
    """`customer` is what the customer is sent, `staff` what everybody else is; without it, the timeline's sentence."""

    timeline: Bilingual
    customer: Letters | None = None
    staff: Letters | None = None


class TextsFile(Frozen):
    """The file: names of code words in both languages, the usual message to staff, and each event's texts."""

    names: dict[str, Bilingual]
    staff: Letters
    events: dict[Event, EventTexts]


class Own(str):
    """Words of ours: their links stay."""

    __slots__ = ()


OWN_WORDS = frozenset({"sentence", "then", "emergency_contact", "title", "body", "pay_url", "review_url", "note_url"})
"""Variables that no party wrote: texts of ours and of the policy, answers of the knowledge base, where the payment provider takes money,
where a review or a credit note is."""
UNFIT = (TemplateError, TypeError, ValueError, ArithmeticError)
Part = Literal["timeline", "subject", "body"]
Key = tuple[Event, Locale, Literal["timeline", "customer", "staff"], Part]


class Texts:
    """The loaded texts. Raises TextsError when one is missing or wrong.

    `home`: the market's zone, in which times are told unless the reader has another.
    """

    def __init__(self, file: TextsFile, name: str, home: str) -> None:
        self._file, self._home = file, home
        self._environment = SandboxedEnvironment(
            undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True, finalize=_said
        )
        filters: dict[str, Any] = self._environment.filters
        filters.update(money=_money, when=_when, name=self._name, offered=self._offered, capitalize_first=_capitalize_first)
        self._written: dict[Key, str] = {}
        # Compiled when it is first needed; every third text is the usual letter to staff.
        self._template = cache(self._environment.from_string)
        faults_of = cache(self._faults_of)
        faults = [f"{name}: {event}: no texts; write them" for event in Event if event not in file.events]
        for event, locale, kind, part, source in self._sources():
            self._written[event, locale, kind, part] = source
            if fault := faults_of(source, event.data if kind == "timeline" else event.data | LETTER):
                faults.append(f"{name}: {event} ({locale}), {kind} {part}: {fault}")
        if faults:
            raise TextsError("\n".join(faults))

    def timeline_text(self, event: Event, data: Mapping[str, JsonValue], locale: Locale, zone: str | None = None) -> str:
        """The event in one sentence."""
        return self._render((event, locale, "timeline", "timeline"), data, zone)

    def name(self, code: str, locale: Locale) -> str:
        """A code word in that language; words that are no code stay as they are."""
        known = self._file.names.get(code)
        return known.in_(locale) if known else code

    def message(
        self, event: Event, role: Role, data: Mapping[str, JsonValue], locale: Locale, zone: str | None = None
    ) -> tuple[str, str]:
        """Subject (one line) and body for a recipient of that role; `data` is the entry's, with `case_id`, `then`, `emergency_contact`."""
        kind = "customer" if role is Role.CUSTOMER and self._file.events[event].customer else "staff"
        sentence = self._render((event, locale, "timeline", "timeline"), data, zone, sent=True)
        data = {**data, "reader": role.value, "sentence": sentence}
        subject = self._render((event, locale, kind, "subject"), data, zone, sent=True)
        return " ".join(subject.split()), self._render((event, locale, kind, "body"), data, zone, sent=True)

    def message_in(
        self, event: Event, role: Role, data: Mapping[Locale, Mapping[str, JsonValue]], zone: str | None = None
    ) -> tuple[str, str]:
        """The message in every language that `data` has, one after the other."""
        letters = [self.message(event, role, known, locale, zone) for locale, known in data.items()]
        return " · ".join(subject for subject, _ in letters), "\n\n".join(body for _, body in letters)

    def check(self, rules: Mapping[Event, MessageRule]) -> None:
        """Raise TextsError when the policy tells customers of an event that has no message for them."""
        told = [event for event, rule in rules.items() if Role.CUSTOMER in rule.to]
        if missing := [event for event in told if self._file.events[event].customer is None]:
            raise TextsError(
                "\n".join(f"{event}: the policy tells customers of it, but it has no customer message" for event in missing)
            )

    def _sources(self) -> Iterator[tuple[Event, Locale, Literal["timeline", "customer", "staff"], Part, str]]:
        for event, texts in self._file.events.items():
            for locale in Locale:
                yield event, locale, "timeline", "timeline", texts.timeline.in_(locale)
                staff = (texts.staff or self._file.staff).in_(locale)
                yield event, locale, "staff", "subject", staff.subject
                yield event, locale, "staff", "body", staff.body
                if texts.customer:
                    yield event, locale, "customer", "subject", texts.customer.in_(locale).subject
                    yield event, locale, "customer", "body", texts.customer.in_(locale).body

    def _faults_of(self, source: str, allowed: frozenset[str]) -> str | None:
        """What is wrong with a text, as far as it is seen without an event."""
        try:
            parsed = self._environment.parse(source)
        except TemplateError as error:
            return f"{type(error).__name__}: {error}"
        names = [*parsed.find_all(nodes.Name)]
        own = {name.name for name in names if name.ctx == "store"} | ({"loop"} if parsed.find(nodes.For) else set[str]())
        if unknown := {name.name for name in names} - own - allowed:
            return f"unknown variable {', '.join(sorted(unknown))}; it may use {', '.join(sorted(allowed)) or 'none'}"
        for kind, known in ((nodes.Filter, self._environment.filters), (nodes.Test, self._environment.tests)):
            if strange := {one.name for one in parsed.find_all(kind)} - known.keys():
                return f"unknown {kind.__name__.lower()} {', '.join(sorted(strange))}"
        for part in parsed.find_all(nodes.Getattr):
            if not (isinstance(part.node, nodes.Name) and part.node.name in own) or part.attr.startswith("_"):
                return f"{part.attr} is part of nothing; only entries of a list have parts"
        return None if parsed.find(nodes.Output) else "is empty"

    def _render(self, key: Key, data: Mapping[str, JsonValue], zone: str | None, *, sent: bool = False) -> str:
        """The text; when the data is of another shape than the text was written for, the event's code: a case never waits for words."""
        try:
            return self._fill(key, data, zone, sent=sent)
        except UNFIT:
            return key[0].value

    def _fill(self, key: Key, data: Mapping[str, JsonValue], zone: str | None, *, sent: bool) -> str:
        event, locale, _, _ = key
        own = {name: Own(value) for name, value in data.items() if name in OWN_WORDS and isinstance(value, str)}
        told = {"_locale": locale, "_zone": zone, "_home": self._home, "_sent": sent}
        known: dict[str, Any] = dict.fromkeys(event.data | LETTER) | dict(data) | own | told
        return self._template(self._written[key]).render(known).strip()

    @pass_context
    def _name(self, context: Context, code: object) -> str:
        """A code word in the reader's language, several joined; words that are no code stay as they are."""
        if code is None:
            return "—"
        if isinstance(code, (list, tuple)):
            joint = "、" if context["_locale"] is Locale.ZH else ", "
            return joint.join(self._name(context, item) for item in cast("list[object]", code))
        return self.name(str(code), context["_locale"])

    @pass_context
    def _offered(self, context: Context, remedies: object, amounts: object, currency: object) -> str:
        """Remedies that go together, each with its own amount: a coupon is no refund."""
        kinds = cast("list[object]", remedies) if isinstance(remedies, (list, tuple)) else [remedies]
        each = cast("list[object]", amounts) if isinstance(amounts, (list, tuple)) else []
        told = [
            self._name(context, kind) + (f" {_money(context, amount, currency)}" if amount else "")
            for kind, amount in zip_longest(kinds, each[: len(kinds)])
        ]
        return ("、" if context["_locale"] is Locale.ZH else " + ").join(told)


@pass_context
def _said(context: Context, value: object) -> object:
    """What a template puts into its text: `—` for what an event left out, or its reader does not get. In a message only words of ours have links."""
    if value is None:
        return MASK
    return without_links(value) if context["_sent"] and isinstance(value, str) and not isinstance(value, Own) else value


def _capitalize_first(text: object) -> str:
    """Jinja's own `capitalize` makes the rest small."""
    return str(text)[:1].upper() + str(text)[1:]


@pass_context
def _money(context: Context, minor: object, currency: object) -> str:
    return money_in(minor, str(currency), context["_locale"]) if isinstance(minor, int) else "—"


@pass_context
def _when(context: Context, instant: object) -> str:
    """An ISO instant in the reader's zone and language."""
    try:
        return moment_in(datetime.fromisoformat(str(instant)), context["_locale"], context["_home"], context["_zone"])
    except ValueError:
        return "—"


def load_texts(path: Path, home: str) -> Texts:
    """The texts of a file, checked. Raises TextsError."""
    try:
        return Texts(TextsFile.model_validate(content_of(path.read_text(encoding="utf-8"))), path.name, home)
    except yaml.YAMLError as error:
        fault = f"{path.name}: {error}"
        raise TextsError(fault) from error
    except ValidationError as error:
        faults = [f"{path.name}: {'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()]
        raise TextsError("\n".join(faults)) from error


@cache
def texts(home: str) -> Texts:
    """The product's own texts, loaded once; `home`: the market's zone, which the policy says."""
    return load_texts(TEXTS, home)


def contact_letter(texts: Texts, locale: str, zone: str, event: Event, **data: JsonValue) -> tuple[str, str]:
    """Subject and body of a message about a customer's own address (NTF-3), which belongs to no case."""
    return texts.message(event, Role.CUSTOMER, data, Locale(locale), zone)
