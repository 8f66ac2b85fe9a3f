"""The messages that a timeline entry causes: written with it, sent later by `activities/notifications/delivery.py` (NTF-1, NTF-2)."""

from collections.abc import Iterator

from activities.kit.rows import Row
from adapters.database.messages import message_row
from models.case.state import CaseState, TimelineEntry
from models.common.base import Bilingual
from models.common.events import SentTo
from models.common.vocabulary import Locale, MessageChannel, Role, WaitFor, WaitingOn
from models.policy.policy import Policy
from models.tables.case import ContactRow
from rules.case.timeline import data_for
from rules.common.timeline import Fresh
from rules.facts.questions import when_silent
from rules.notifications.recipients import Recipient, grounds_of, language_of, recipients
from rules.notifications.texts import Texts


def message_rows(
    case: CaseState, fresh: Fresh[TimelineEntry], policy: Policy, texts: Texts, contact: ContactRow | None
) -> Iterator[Row]:
    """One row for each recipient and channel. The inbox row is its own delivery; the others wait for the loop."""
    entry = fresh.entry
    rule = policy.messages.get(entry.event)
    if rule is None:
        return
    for who in recipients(case, entry, rule):
        to_customer = who.role is Role.CUSTOMER
        locale, zone = language_of(case, contact)
        locales, zone = ((locale,), zone) if to_customer else (policy.languages.of(who.role, who.id), None)
        data = {locale: _data(case, entry, policy, who, locale) for locale in locales}
        said = texts.message_in(entry.event, who.role, data, zone)
        allowed = [*MessageChannel] if contact is None or contact.channels is None else contact.channels
        further = [channel for channel in rule.channels if to_customer and channel in allowed]
        about = (case.case_id, fresh.version)
        for channel in dict.fromkeys((MessageChannel.INBOX, *further)):
            row = message_row(about, who, said, event=entry.event, locale=locales[0], at=entry.at, channel=channel)
            yield row | {"identity": fresh.identity}


def _data(case: CaseState, entry: TimelineEntry, policy: Policy, who: Recipient, locale: Locale) -> Row:
    then = _then(entry, policy)
    return {
        **data_for(entry.event, entry.data, grounds_of(entry, who)),
        "case_id": case.case_id,
        "then": then.in_(locale) if then else None,
        "emergency_contact": policy.emergency_contact.in_(locale),
    }


def _then(entry: TimelineEntry, policy: Policy) -> Bilingual | None:
    if entry.event.sent_to is SentTo.ASKED:
        of, asker = str(entry.data.get("of")), str(entry.data.get("asker"))
        return when_silent(policy, WaitingOn(of), asker) if of in policy.answers else None
    warned = entry.event.sent_to is SentTo.WAITED_ON
    wait = WaitFor(str(entry.data["waiting_for"])) if warned else entry.event.begins
    return policy.waits[wait].then if wait else None
