"""What random people send: mostly sensible, sometimes not (tests/support/random/people.py)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from models.case.actions import Action
from models.case.state import CaseState
from models.case.views import CaseView
from models.claims.actions import ClaimAction
from models.claims.views import ClaimView
from models.common.actors import Actor
from models.common.partners import Order
from models.common.vocabulary import Issue, Party, RefundStatus, RemedyKind, Role
from models.policy.policy import PolicySlice
from models.remedies.offers import RemedyOffer
from models.remedies.table import REMEDIES, Amount
from models.remedies.views import RemedyView
from models.replacements.state import ReplacementAction
from models.returns.state import ReturnAction
from rules.remedies.limits import unfit
from tests.support.random.lives import changed

OFTEN = {
    RemedyKind.APOLOGY: 0.2,
    RemedyKind.EXPLANATION: 0.2,
    RemedyKind.COUPON: 0.6,
    RemedyKind.EXCHANGE: 4.0,
    RemedyKind.REPAIR: 4.0,
}
"""What has more of a life of its own is offered more often."""
TEAMS = ("after_sales", "complaints", "logistics")


def photo(rng: Random) -> dict[str, Any]:
    return {"sha256": f"{rng.getrandbits(256):064x}", "media_type": "image/png", "size": 10, "name": "photo.png"}


@dataclass
class Words:
    """What they talk about, and all chance."""

    policy: PolicySlice
    order: Order
    paid: int
    rng: Random
    case: CaseState | None = None
    """As the one who speaks knows it."""

    def on_case(self, view: CaseView, actor: Actor, action: Action) -> dict[str, Any]:
        """Mostly sensible, sometimes not."""
        rng = self.rng
        mine = [request for request in view.requests if request.open and request.recipient == actor.id] or list(view.requests)
        failed = [remedy.id for remedy in view.remedies if remedy.refund_status is RefundStatus.FAILED and remedy.open]
        made: dict[Action, Callable[[], dict[str, Any]]] = {
            Action.ADD_WORDS: lambda: {"words": "more", "evidence": self.photos()},
            Action.CORRECT_ORDER: lambda: {"order_id": rng.choice((self.order.order_id, "O-nobody"))},
            Action.ANSWER: lambda: {
                "request_id": rng.choice(mine).id if mine else "q1",
                "words": "this is how it was",
                "admits": rng.choice((True, False, None)),
                "evidence": self.photos(),
            },
            Action.CLASSIFY: lambda: {"issue": rng.choice(list(Issue)).value, "kind": rng.choice((None, None, "complaint"))},
            Action.SET_PRIORITY: lambda: {"priority": rng.choice(("P1", "P2", "P3", "P4")), "reason": "as I see it"},
            Action.TAKE: lambda: {"if_free": rng.random() < 0.2},
            Action.TRANSFER: lambda: {"team": rng.choice(TEAMS), "to": rng.choice((None, "bob", "alice")), "reason": "theirs"},
            Action.DECLINE_TRANSFER: lambda: {"reason": "no time"},
            Action.HELPED: lambda: {"helped": rng.random() < 0.3},
            Action.ESCALATE: lambda: {"reason": "it takes too long"},
            Action.REPLY: lambda: {"words": "we are at it", "solves": rng.random() < 0.5},
            Action.ASK: lambda: {"of": rng.choice(("customer", "merchant", "carrier")), "question": "what happened?"},
            Action.FIND: lambda: {"party": rng.choice(list(Party)).value, "basis": "as the photos show"},
            Action.PROPOSE: lambda: {
                "options": [self.option(view, actor.role) for _ in range(rng.choice((1, 1, 2, 3)))],
                "if_silent": rng.choice(("close", "first_option")),
            },
            Action.DECLINE: lambda: {"reason": "too much"},
            Action.ACCEPT: lambda: {"option": rng.choice((1, 1, 1, 2, 3))},
            Action.REJECT: lambda: {"reason": "no"},
            Action.COUNTER: lambda: {"reason": "more", "amount": self.money()},
            Action.ARBITRATE: lambda: {
                "reason": "that is fair",
                "remedies": self.remedies(view, actor.role) if rng.random() < 0.8 else [],
                "party": rng.choice((None, "merchant", "carrier", "customer")),
            },
            Action.APPEAL: lambda: {"words": "it was not us", "evidence": [photo(rng)]},
            Action.DECIDE_APPEAL: lambda: rng.choice(
                (
                    {"granted": True, "party": rng.choice(list(Party)).value, "reason": "yes"},
                    {"granted": False, "reason": "no"},
                )
            ),
            Action.REVIEW: lambda: {"agrees": rng.random() < 0.5},
            Action.NOTE: lambda: {"words": "between us", "mentions": ["bob"]},
            Action.RETRY_REFUND: lambda: {
                "remedy_id": rng.choice(failed or ["m1"]),
                "to": rng.choice(("original", "original", "balance")),
            },
            Action.RECORD_REFUND: lambda: {"remedy_id": rng.choice(failed or ["m1"]), "proof": "bank slip"},
            Action.CONFIRM: lambda: rng.choice(({}, {"rating": {"speed": 1, "solution": 3, "attitude": 4}})),
            Action.DISPUTE: lambda: {"reason": "still broken"},
            Action.RATE: lambda: {"speed": rng.randrange(1, 6), "solution": 3, "attitude": 4},
            Action.WITHDRAW: lambda: {"reason": "never mind"},
            Action.REOPEN: lambda: {"reason": "it happened again"},
        }
        return made.get(action, dict)()

    def on_goods(self, remedy: RemedyView, action: ReturnAction | ReplacementAction) -> dict[str, Any]:
        rng, day = self.rng, datetime.now(UTC) + timedelta(days=self.rng.randrange(1, 9))
        slot = {"start": day.isoformat(), "end": (day + timedelta(hours=2)).isoformat()}
        label = remedy.return_.label if remedy.return_ else None
        own = f"OWN-{rng.randrange(10**6)}"
        in_warranty = rng.random() < 0.5
        made: dict[str, Callable[[], dict[str, Any]]] = {
            "book_pickup": lambda: slot,
            "move_pickup": lambda: slot,
            "ship": lambda: {"tracking": rng.choice((own, label.tracking if label else own)), "carrier_id": "K-9"},
            "claim_freight": lambda: {"amount": {"minor": rng.choice((1_000, 9_000))}, "receipt": photo(rng)},
            "inspect": lambda: self.inspection(remedy),
            "refuse_worth": lambda: {"reason": rng.choice((None, "not enough"))},
            "appeal_worth": lambda: {"words": "it came so", "evidence": rng.choice(([], [photo(rng)]))},
            "rule_worth": lambda: {"shares": self.ruled(remedy), "reason": "as the pictures show"},
            "extend": lambda: {"until": (day + timedelta(days=rng.choice((0, 30)))).isoformat(), "reason": "they were away"},
            "diagnose": lambda: {"in_warranty": in_warranty} | ({} if in_warranty else {"estimate": {"minor": 2_000}}),
            "sent": lambda: {"tracking": f"NEW-{rng.randrange(10**6)}", "carrier_id": "K-9"},
            "out_of_stock": lambda: {"expected_at": rng.choice((None, day.isoformat()))},
        }
        return made.get(action.value, dict)()

    def inspection(self, remedy: RemedyView) -> dict[str, Any]:
        """Some of what is good is worth less, or is said to be with a share or of pieces that cannot be."""
        lines = self.inspected(remedy)
        worn = [line for line in lines if line["accepted"] and self.rng.random() < 0.3]
        shares = ("0.5", "0.8", "0.999", "1")
        reduced = [
            {
                "line_id": line["line_id"],
                "quantity": self.rng.choice((1, line["accepted"], line["accepted"] + 1)),
                "share": self.rng.choice(shares),
                "reason": "scratched",
                "picture": photo(self.rng),
            }
            for line in worn
        ]
        return {"lines": lines, "reduced": reduced}

    def ruled(self, remedy: RemedyView) -> list[dict[str, Any]]:
        worth = remedy.return_.worth if remedy.return_ else None
        named = [one.line_id for one in worth.pieces] if worth else []
        return [{"line_id": one, "share": self.rng.choice(("0.9", "1"))} for one in named if self.rng.random() < 0.7]

    def inspected(self, remedy: RemedyView) -> list[dict[str, Any]]:
        """All good, all bad, or some of each; something else in the parcel, or nothing."""
        lines: list[dict[str, Any]] = []
        for line in remedy.return_.lines if remedy.return_ else ():
            good = self.rng.choice((line.quantity, line.quantity, 0, self.rng.randrange(line.quantity + 1)))
            wrong = self.rng.choice(("rejected", "missing", "wrong"))
            bad = {wrong: line.quantity - good, "reason": "worn"} if good < line.quantity else {}
            lines.append({"line_id": line.line_id, "accepted": good} | bad)
        return lines

    def on_claim(self, claim: ClaimView, action: ClaimAction) -> dict[str, Any]:
        part = {"minor": max(claim.claimed.minor // self.rng.choice((1, 2, 3)), 1), "currency": claim.claimed.currency}
        made: dict[ClaimAction, dict[str, Any]] = {
            ClaimAction.ACCEPT_PART: {"amount": part, "words": "not all of it"},
            ClaimAction.REJECT: {"words": "not ours"},
            ClaimAction.DISPUTE: {"words": "look again"},
            ClaimAction.SETTLE: self.rng.choice(({"proof": "slip"}, {"proof": "slip", "amount": part})),
            ClaimAction.WRITE_OFF: {"reason": "not worth it"},
        }
        return made.get(action, {})

    def option(self, view: CaseView, by: Role) -> dict[str, Any]:
        return {"remedies": self.remedies(view, by), "why": "it is fair"}

    def remedies(self, view: CaseView, by: Role) -> list[dict[str, Any]]:
        """Mostly what may be offered."""
        made: list[dict[str, Any]] = []
        for _ in range(self.rng.choice((1, 2, 12, 12, 12))):
            made = [self.remedy(view) for _ in range(self.rng.choice((1, 1, 1, 2)))]
            if self.case is not None and self._fits(self.case, made, by):
                break
        return made

    def _fits(self, case: CaseState, made: list[dict[str, Any]], by: Role) -> bool:
        try:
            offers = tuple(RemedyOffer.model_validate(one) for one in made)
        except ValueError:
            return False
        return unfit(case, self.policy, offers, by) is None

    def remedy(self, view: CaseView) -> dict[str, Any]:
        rng = self.rng
        usual = self.policy.issues[view.issue].remedies if view.issue else tuple(RemedyKind)
        kinds = tuple(usual if rng.random() < 0.95 else RemedyKind)
        kind = rng.choices(kinds, [OFTEN.get(kind, 2.0) for kind in kinds])[0]
        made: dict[str, Any] = {"kind": kind.value}
        if REMEDIES[kind].amount is not Amount.NONE:
            made["amount"] = self.money()
        if REMEDIES[kind].words:
            made["words"] = "对不起"
        if kind is RemedyKind.ORDER_CHANGED:
            made["change"] = changed(rng, self.order)
        line = rng.choice(self.order.lines)
        if REMEDIES[kind].takes_pieces and rng.random() < 0.4:
            made["lines"] = [{"line_id": line.line_id, "quantity": rng.randrange(1, line.quantity + 2)}]
        if kind is RemedyKind.EXCHANGE and rng.random() < 0.5:
            made["items"] = [{"line_id": line.line_id, "sku": f"{line.sku}-B", "quantity": line.quantity}]
        return made

    def money(self) -> dict[str, Any]:
        rng, total = self.rng, self.order.total.minor
        minor = rng.choice((total, total, total // 2, rng.randrange(1, total + 1), 1_000, self.paid, self.paid + 1))
        return {"minor": minor, "currency": rng.choice(("CNY",) * 19 + ("EUR",))}

    def photos(self) -> list[dict[str, Any]]:
        return [photo(self.rng)] if self.rng.random() < 0.5 else []
