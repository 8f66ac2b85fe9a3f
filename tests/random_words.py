"""What random people send: mostly sensible, sometimes not (tests/random_people.py)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from service import Case, Service

from models.actions import Action
from models.people import Actor
from models.remedies import Remedy
from models.replacements import ReplacementAction
from models.returns import ReturnAction
from models.views import CaseView
from models.vocabulary import Issue, Party, Reimbursement, RemedyKind


def photo(rng: Random) -> dict[str, Any]:
    return {"sha256": f"{rng.getrandbits(256):064x}", "media_type": "image/png", "size": 10, "name": "photo.png"}


@dataclass
class Words:
    """The case that they are at, and all chance."""

    service: Service
    case: Case
    rng: Random
    order_id: str
    paid: int

    def body(self, view: CaseView, actor: Actor, action: Action) -> dict[str, Any]:
        """Mostly sensible, sometimes not."""
        rng = self.rng
        mine = [request for request in view.requests if request.open and request.recipient == actor.id] or list(view.requests)
        failed = [remedy.id for remedy in view.remedies if remedy.reimbursement is Reimbursement.FAILED]
        made: dict[Action, Callable[[], dict[str, Any]]] = {
            Action.ADD_WORDS: lambda: {"words": "more", "evidence": [photo(rng)] if rng.random() < 0.5 else []},
            Action.CORRECT_ORDER: lambda: {"order_id": rng.choice((self.order_id, "O-nobody"))},
            Action.ANSWER: lambda: {
                "request_id": rng.choice(mine).id if mine else "q1",
                "words": "this is how it was",
                "admits": rng.choice((True, False, None)),
                "evidence": [photo(rng)] if rng.random() < 0.5 else [],
            },
            Action.CLASSIFY: lambda: {"issue": rng.choice(list(Issue)).value},
            Action.TRANSFER: lambda: {"team": "complaints", "reason": "theirs"},
            Action.DECLINE_TRANSFER: lambda: {"reason": "no time"},
            Action.HELPED: lambda: {"helped": rng.random() < 0.3},
            Action.ESCALATE: lambda: {"reason": "it takes too long"},
            Action.REPLY: lambda: {"words": "we are at it", "solves": rng.random() < 0.5},
            Action.ASK: lambda: {"of": rng.choice(("customer", "merchant", "carrier")), "question": "what happened?"},
            Action.FIND: lambda: {"party": rng.choice(list(Party)).value, "basis": "as the photos show"},
            Action.PROPOSE: lambda: {
                "options": [self.option(view) for _ in range(rng.randrange(1, 4))],
                "if_silent": rng.choice(("close", "first_option")),
            },
            Action.DECLINE: lambda: {"reason": "too much"},
            Action.ACCEPT: lambda: {"option": rng.choice((1, 1, 1, 2, 3))},
            Action.REJECT: lambda: {"reason": "no"},
            Action.COUNTER: lambda: {"reason": "more", "amount": self.money()},
            Action.ARBITRATE: lambda: {
                "reason": "that is fair",
                "remedies": [self.remedy(view)] if rng.random() < 0.7 else [],
                "party": rng.choice((None, "merchant", "carrier", "customer")),
            },
            Action.APPEAL: lambda: {"words": "it was not us", "evidence": [photo(rng)]},
            Action.DECIDE_APPEAL: lambda: rng.choice(
                ({"granted": True, "party": "platform", "reason": "yes"}, {"granted": False, "reason": "no"})
            ),
            Action.REVIEW: lambda: {"agrees": rng.random() < 0.5},
            Action.RETRY_REFUND: lambda: {"remedy_id": rng.choice(failed or ["m1"])},
            Action.RECORD_REFUND: lambda: {"remedy_id": rng.choice(failed or ["m1"]), "proof": "bank slip"},
            Action.DISPUTE: lambda: {"reason": "still broken"},
            Action.RATE: lambda: {"speed": rng.randrange(1, 6), "solution": 3, "attitude": 4},
            Action.WITHDRAW: lambda: {"reason": "never mind"},
            Action.REOPEN: lambda: {"reason": "it happened again"},
        }
        return made.get(action, dict)()

    def body_on_goods(self, remedy: Remedy, action: ReturnAction | ReplacementAction) -> dict[str, Any]:
        rng, day = self.rng, datetime.now(UTC) + timedelta(days=self.rng.randrange(1, 9))
        inspected = [
            {"line_id": line.line_id, "accepted": (good := rng.randrange(line.quantity + 1)), "rejected": line.quantity - good}
            | ({"reason": "worn"} if good < line.quantity else {})
            for line in (remedy.return_.lines if remedy.return_ else ())
        ]
        slot = {"start": day.isoformat(), "end": (day + timedelta(hours=2)).isoformat()}
        made: dict[str, dict[str, Any]] = {
            "book_pickup": slot,
            "move_pickup": slot,
            "ship": {"tracking": f"OWN-{rng.randrange(10**6)}", "carrier_id": "SF"},
            "claim_freight": {"amount": {"minor": 1_000}, "receipt": photo(rng)},
            "inspect": {"lines": inspected},
            "extend": {"until": day.isoformat(), "reason": "they were away"},
            "diagnose": {"in_warranty": rng.random() < 0.5, "estimate": {"minor": 2_000}},
            "sent": {"tracking": f"NEW-{rng.randrange(10**6)}", "carrier_id": "K-9"},
        }
        return made.get(action.value, {})

    def option(self, view: CaseView) -> dict[str, Any]:
        return {"remedies": [self.remedy(view) for _ in range(self.rng.randrange(1, 3))], "why": "it is fair"}

    def remedy(self, view: CaseView) -> dict[str, Any]:
        usual = self.service.policy.issues[view.issue].remedies if view.issue else tuple(RemedyKind)
        kind = self.rng.choice(usual if self.rng.random() < 0.9 else tuple(RemedyKind))
        made: dict[str, Any] = {"kind": kind.value}
        if kind in RemedyKind.priced():
            made["amount"] = self.money()
        if kind in RemedyKind.worded():
            made["words"] = "对不起"
        return made

    def money(self) -> dict[str, Any]:
        minor = self.rng.choice((self.paid, self.paid // 2, self.rng.randrange(1, self.paid + 1), self.paid + 1))
        return {"minor": minor, "currency": self.rng.choice(("CNY",) * 9 + ("EUR",))}
