"""The loop that makes credit notes, beside a running API of tests, which has none."""

from activities.kit.signals import to_cases
from activities.tax.loop import CreditNotes
from adapters.documents.links import DocumentLinks
from rules.notifications.texts import texts
from rules.policy.load import load_policy
from tests.support.processes.api import Web


async def make_credit_notes(web: Web) -> None:
    """Of every refund that has arrived."""
    policy = load_policy(web.settings.policy)
    loop = CreditNotes(
        web.service.database,
        policy,
        texts(policy.zone),
        merchant=web.service.world,
        links=DocumentLinks(web.settings, "credit-note"),
        tell=to_cases(web.service.client, "credited"),
    )
    while await loop.look():
        pass
