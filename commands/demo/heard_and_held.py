"""The stories of `redress demo` about customers who are heard and cases that somebody has who can act (WRK-6, NTF-4, DSP-2)."""

from commands.demo.plots import Happening, Move, Plot, Proof, Scene, gave, helped, propose, words
from models.case.actions import Action
from models.common.vocabulary import Issue, Kind, Priority, RemedyKind, Role, Tier, WaitFor

NOBODY = "@nowhere.example.com"
"""No such address exists in the sandbox (docs/sandbox.md)."""
TOLD = words(RemedyKind.EXPLANATION, "退款已在途中，预计三天内到账。", "The refund is on its way and takes up to three days.")


def danger(scene: Scene) -> Move:
    """Danger, told when the case is under way already."""
    said = scene.say("充电器刚才爆炸了，孩子的手被烧伤，已送医院。", "The charger has just exploded, my child's hand is burned.")
    return Move(Role.CUSTOMER, Action.ADD_WORDS, {"words": said})


def leaver(scene: Scene) -> str:
    """An agent of this case alone, who is there today and gone tomorrow."""
    return f"leaver-{scene.view['case_id']}"


def employ(scene: Scene) -> Move:
    """They get no other case."""
    person = {"name": scene.say("周静", "Jing Zhou"), "teams": [scene.view["team"]], "present": False}
    return Move(Role.SUPERVISOR, "PUT", person, f"/v1/agents/{leaver(scene)}", "PUT")


def entrust(scene: Scene) -> Move:
    return Move(Role.SUPERVISOR, Action.ASSIGN, {"to": leaver(scene)})


def leave(scene: Scene) -> Move | None:
    """They leave with the case in their hands."""
    has_it = scene.view["handler"] == leaver(scene)
    return Move(Role.SUPERVISOR, "DELETE", {}, f"/v1/agents/{leaver(scene)}", "DELETE") if has_it else None


def propose_instead(scene: Scene) -> Move | Happening | None:
    """Whoever has the case now: a colleague, or whoever takes it out of the queue."""
    return propose(TOLD)(scene) if scene.view["handler"] != leaver(scene) else None


URGENT_WITH_US = Proof(
    ("没有成为平台的 P1 工单", "it did not become P1, with the platform"),
    lambda view: bool(view["grade"]) and view["grade"]["priority"] == Priority.P1 and view["tier"] != Tier.MERCHANT,
)
IN_OTHER_HANDS = Proof(
    ("仍由已离开的人负责", "it is still with somebody who has left"),
    lambda view: bool(view["handler"]) and not view["handler"].startswith("leaver-"),
)
TOLD_ANOTHER_WAY = Proof(
    ("未改用其他渠道", "no other channel was tried"),
    lambda view: any((one["channel"], one["instead"]) == ("email", "sms") for one in view["undelivered"]),
)

HEARD_AND_HELD: tuple[Plot, ...] = (
    Plot(
        ("后来才提到危险，立即成为 P1", "danger told late, P1 at once"),
        ("充电器充不进电，想退款。", "The charger does not charge; I want my money back."),
        "delivered",
        issue=Issue.QUALITY_DEFECT,
        moves={WaitFor.ANSWERS: (danger,)},
        proofs=(URGENT_WITH_US,),
    ),
    Plot(
        ("处理人离开，由同事接手", "its agent leaves, a colleague takes over"),
        ("取消好几天了，退款没到账，请查一下。", "I cancelled days ago; please find out where my refund is."),
        "refund_under_way",
        issue=Issue.REFUND_NOT_ARRIVED,
        moves={WaitFor.PLAN: (employ, entrust, leave, propose_instead)},
        proofs=(IN_OTHER_HANDS, gave(RemedyKind.EXPLANATION)),
    ),
    Plot(
        ("邮件无法送达，改发短信", "an e-mail that cannot be delivered goes by SMS"),
        ("定制商品能退吗？请发邮件告诉我。", "Can I return something made to order? Please tell me by e-mail."),
        "custom",
        kind=Kind.INQUIRY,
        issue=Issue.PLATFORM_RULE,
        contact={"email": f"wang{NOBODY}", "phone": "+8613900000000"},
        moves={WaitFor.ANSWER_CHECK: (helped(yes=False),)},
        proofs=(TOLD_ANOTHER_WAY,),
    ),
)
