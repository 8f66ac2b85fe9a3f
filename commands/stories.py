"""What happens in `redress demo`, case by case: the plots, in the order in which they are played."""

from collections.abc import Mapping

from commands.plots import (
    Maker,
    Plot,
    accept,
    answer,
    confirm,
    counter,
    decline,
    dispute,
    escalate,
    find,
    helped,
    propose,
    reject,
    withdraw,
)
from models.vocabulary import Issue, Kind, Party, RemedyKind, WaitFor

Moves = Mapping[WaitFor, tuple[Maker, ...]]

MERCHANT_ADMITS: Moves = {WaitFor.ANSWERS: (answer(), answer(admits=True))}

PLOTS: tuple[Plot, ...] = (
    Plot(
        ("重复扣款，无需人工", "charged twice, nobody needed"),
        ("同一笔订单扣了我两次款。", "I was charged twice for one order."),
        "charged_twice",
        issue=Issue.CHARGED_TWICE,
        wanted=RemedyKind.REFUND_ONLY,
    ),
    Plot(
        ("包裹丢失", "parcel lost"),
        ("快递一直没到，查询显示丢失。", "The parcel never came; the tracking says lost."),
        "lost",
        issue=Issue.LOST,
        wanted=RemedyKind.REFUND_ONLY,
    ),
    Plot(
        ("质量问题，商家承担", "a defect, the merchant admits it"),
        ("用了两天就坏了，要求退一部分款。", "It broke after two days; I want some money back."),
        "delivered",
        issue=Issue.QUALITY_DEFECT,
        moves=MERCHANT_ADMITS,
    ),
    Plot(
        ("还价后接受", "haggled, then agreed"),
        ("颜色和图片差别很大。", "The colour is nothing like the picture."),
        "delivered",
        issue=Issue.NOT_AS_DESCRIBED,
        moves={WaitFor.PLAN: (propose(0.1), propose(0.25)), WaitFor.CHOICE: (counter(0.3), accept)},
    ),
    Plot(
        ("两次被拒后平台介入", "refused twice, then the platform"),
        ("尺码表不准，商家推脱。", "The size chart is wrong and the shop will not listen."),
        "delivered",
        issue=Issue.SIZE_MISMATCH,
        moves={WaitFor.PLAN: (propose(0.05), propose(0.08), propose(0.3)), WaitFor.CHOICE: (reject, reject, accept)},
    ),
    Plot(
        ("送货延迟的投诉", "a complaint about late delivery"),
        ("说好三天到，晚了好几天，太失望了。", "Promised in three days, it came days late. Very disappointing."),
        "late",
        kind=Kind.COMPLAINT,
        issue=Issue.DELAY,
        moves={WaitFor.PLAN: (propose(0.1, RemedyKind.APOLOGY),)},
    ),
    Plot(
        ("他人签收", "signed for by somebody else"),
        ("显示邻居签收，我没有收到。", "A neighbour signed for it and I have nothing."),
        "signed_by_other",
        issue=Issue.SIGNED_BY_OTHER,
        wanted=RemedyKind.REFUND_ONLY,
    ),
    Plot(
        ("客服态度投诉", "a complaint about manners"),
        ("商家客服说话很难听。", "The shop's staff were rude to me."),
        "delivered",
        kind=Kind.COMPLAINT,
        issue=Issue.MERCHANT_ATTITUDE,
        moves={WaitFor.FINDING: (find(Party.MERCHANT),), WaitFor.PLAN: (propose(0, RemedyKind.APOLOGY),)},
    ),
    Plot(
        ("咨询退款时间", "a question about refunds"),
        ("退款一般多久到账？", "How long does a refund take?"),
        "",
        kind=Kind.INQUIRY,
        issue=Issue.REFUND_NOT_ARRIVED,
    ),
    Plot(
        ("咨询平台规则", "a question about the rules"),
        ("定制商品可以退吗？", "May I return something made to order?"),
        "custom",
        kind=Kind.INQUIRY,
        issue=Issue.PLATFORM_RULE,
        moves={WaitFor.ANSWER_CHECK: (helped(yes=False),)},
    ),
    Plot(
        ("订单号写错了", "the wrong order number"),
        ("收到的包装破了，里面东西碎了。", "The box was torn and the thing inside is broken."),
        "delivered",
        issue=Issue.DAMAGED,
        wrong_order=True,
    ),
    Plot(
        ("顾客撤回", "withdrawn by the customer"),
        ("物流好几天没动了。", "The tracking has not moved for days."),
        "stalled",
        issue=Issue.TRACKING_STALLED,
        moves={WaitFor.ANSWERS: (withdraw,), WaitFor.PLAN: (withdraw,)},
    ),
    Plot(
        ("升级到平台，主管退回后批准", "up to the supervisor, declined, then approved"),
        ("怀疑是假货。", "I think it is a fake."),
        "delivered",
        kind=Kind.COMPLAINT,
        issue=Issue.COUNTERFEIT_SUSPECTED,
        moves={WaitFor.APPROVAL: (decline,), WaitFor.PLAN: (propose(0.9), propose(0.5))},
    ),
    Plot(
        ("不认可结果，再次处理", "not solved, once more"),
        ("少发了一件。", "One piece was missing."),
        "delivered",
        issue=Issue.MISSING_ITEM,
        moves={WaitFor.CONFIRMATION: (dispute, confirm(speed=2, solution=2))},
    ),
    Plot(
        ("顾客要求平台介入", "the customer asks the platform to step in"),
        ("弄脏了，商家不理我。", "It came soiled and the shop is silent."),
        "delivered",
        issue=Issue.SOILED,
        moves={WaitFor.ANSWERS: (answer(), answer(admits=False)), WaitFor.PLAN: (escalate, propose(0.2))},
    ),
    Plot(
        ("等待商家说明", "waiting for the merchant's side"),
        ("收到的不是我买的那款。", "This is not the one that I ordered."),
        "delivered",
        issue=Issue.WRONG_ITEM,
        moves={WaitFor.ANSWERS: (answer(),)},
        leave_at=WaitFor.PLAN,
    ),
    Plot(
        ("等待顾客选择方案", "waiting for the customer's choice"),
        ("价格刚降就不给补差价。", "The price fell a day later and they will not pay the difference."),
        "delivered",
        issue=Issue.PRICE_DISPUTE,
        leave_at=WaitFor.CHOICE,
    ),
    Plot(
        ("等待主管审批", "waiting for a supervisor's approval"),
        ("要求全额退款，疑似假货。", "All my money back, please: this looks counterfeit."),
        "expensive",
        kind=Kind.COMPLAINT,
        issue=Issue.COUNTERFEIT_SUSPECTED,
        moves={WaitFor.PLAN: (propose(1.0),)},
        leave_at=WaitFor.APPROVAL,
    ),
)
