"""What is missing, asked for by itself (INV-2): one question to each party, naming everything that is needed of it."""

from collections.abc import Iterable, Iterator

from models.common.base import Bilingual
from models.common.vocabulary import Issue, Party, Role, WaitFor, WaitingOn
from models.investigation.findings import Fact
from models.policy.issues import IssuePolicy
from models.policy.policy import Policy, PolicySlice
from rules.facts.liability import missing
from rules.facts.registry import FACTS

ASKED = {
    WaitingOn.CUSTOMER: (Party.CUSTOMER, "evidence.count"),
    WaitingOn.MERCHANT: (Party.MERCHANT, "merchant.admits"),
    WaitingOn.CARRIER: (Party.CARRIER, "carrier.admits"),
}
"""Who can be asked, as the policy's `ask` names them, and what each of them is asked for first."""


def questions(policy: PolicySlice, issue: Issue, facts: Iterable[Fact]) -> dict[WaitingOn, Bilingual]:
    """A party's own word (its statement, its evidence) is asked for where the policy says so; a record that its system does not show, always."""
    rule = policy.issues[issue]
    lacking = {gap.fact: gap.asked_of for gap in missing(policy, issue, facts)}
    asked: dict[WaitingOn, Bilingual] = {}
    for of in ASKED:
        wanted = dict.fromkeys((*_first(rule, of, lacking), *_records(rule, of, lacking)))
        pleas = [plea for name in wanted if (plea := FACTS[name].please) is not None]
        if pleas:
            asked[of] = Bilingual(
                zh=f"关于“{rule.name.zh}”，请提供：{'；'.join(plea.zh for plea in pleas)}。",
                en=f"About “{rule.name.en}”, please send us: {'; '.join(plea.en for plea in pleas)}.",
            )
    return asked


def when_silent(policy: Policy | PolicySlice, of: WaitingOn, asker: str) -> Bilingual:
    """What happens when the party does not answer; a customer who leaves a merchant's invitation alone loses nothing by it (RES-2)."""
    invited = of is WaitingOn.CUSTOMER and asker == Role.MERCHANT
    return policy.waits[WaitFor.ANSWERS].then if invited else policy.answers[of].then


def _first(rule: IssuePolicy, of: WaitingOn, lacking: dict[str, WaitingOn | None]) -> Iterator[str]:
    """The statement of who is named in `ask`; the customer's evidence where it is needed, unless there is some."""
    party, word = ASKED[of]
    if party in rule.ask or (of is WaitingOn.CUSTOMER and rule.evidence and word in lacking):
        yield word


def _records(rule: IssuePolicy, of: WaitingOn, lacking: dict[str, WaitingOn | None]) -> Iterator[str]:
    named = ASKED[of][0] in rule.ask
    yield from (name for name, asked_of in lacking.items() if asked_of is of and (named or not FACTS[name].own_word))
