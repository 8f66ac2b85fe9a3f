"""The examples of the OpenAPI page: they run as they are against the sandbox (docs/sandbox.md)."""

import hashlib
from collections.abc import Mapping
from typing import Any, NamedTuple

from models.common.base import Bilingual


class Shown(NamedTuple):
    """How an action is shown."""

    summary: str
    description: str
    example: dict[str, Any]


def title_of(summary: str) -> Bilingual:
    """An action's name in both languages: summaries read `Take the case · 接手工单`."""
    en, _, zh = summary.partition(" · ")
    return Bilingual(zh=zh, en=en)


OPENINGS: Any = {
    "refund": {
        "summary": "A customer asks for a refund · 申请退款",
        "description": "With the token of customer C-1.",
        "value": {
            "kind": "after_sales",
            "channel": "app",
            "order_id": "O-1001",
            "issue": "product.quality_defect",
            "description": "收到后第二天就无法开机，申请退款。",
            "wanted": {"remedy": "refund_only"},
        },
    },
    "cancel": {
        "summary": "A customer cancels before shipping · 发货前取消订单",
        "description": "With the token of customer C-24.",
        "value": {
            "kind": "after_sales",
            "channel": "order_page",
            "order_id": "O-1024",
            "issue": "order.cancel",
            "description": "不想要了，请取消。",
            "wanted": {"remedy": "order_cancelled", "reason": "changed_mind"},
        },
    },
    "change": {
        "summary": "A customer changes an order · 修改订单",
        "description": "With the token of customer C-25. What costs more is paid first.",
        "value": {
            "kind": "after_sales",
            "channel": "order_page",
            "order_id": "O-1025",
            "issue": "order.change",
            "description": "我想要两件。",
            "wanted": {"remedy": "order_changed", "change": {"quantities": [{"line_id": "L1", "quantity": 2}]}},
        },
    },
    "inquiry": {
        "summary": "A question · 咨询",
        "description": "Any customer's token.",
        "value": {"kind": "inquiry", "channel": "chat", "description": "How long does a refund to my card take?"},
    },
    "on_behalf": {
        "summary": "An agent takes down a call · 客服代客开立",
        "description": "With the token of an agent.",
        "value": {
            "kind": "complaint",
            "channel": "hotline",
            "customer": {"id": "C-1", "locale": "en", "zone": "Europe/Berlin"},
            "order_id": "O-1001",
            "issue": "service.merchant_attitude",
            "description": "The shop's staff were rude on the phone when I asked about the delay.",
        },
    },
}

PROPOSAL = {"proposal_id": "p1", "version": 1}
"""What a decision is about, as `available_actions` of the case says in `decides`."""
FULL_REFUND = {"kind": "refund_only", "amount": {"minor": 1000, "currency": "CNY"}}
STORE_CREDIT = {"kind": "store_credit", "amount": {"minor": 1200, "currency": "CNY"}}
APOLOGY = {"kind": "apology", "words": "We are sorry for the trouble this caused you."}

HANDED_OVER = "Handed over intact, 2026-11-20 18:00.\n"
"""A chat log; uploaded to `POST /v1/evidence`, it has the hash of the appeal's example."""


ACTIONS: Mapping[str, Shown] = {
    "add_words": Shown(
        "Say something more · 补充说明",
        "Evidence by the hashes of `POST /v1/evidence`.",
        {"words": "外包装也有破损。", "evidence": []},
    ),
    "correct_order": Shown("Name the right order · 更正订单号", "When the order was not found.", {"order_id": "O-1001"}),
    "answer": Shown(
        "Answer a request · 答复询问",
        "The request's id is in the case's `requests`.",
        {"request_id": "q1", "words": "The parcel left our warehouse complete.", "admits": False},
    ),
    "classify": Shown(
        "Set the issue · 判定问题类型", "Deadlines move, misses stay.", {"issue": "logistics.damaged", "note": "照片显示运输破损"}
    ),
    "set_priority": Shown(
        "Set the priority · 设定优先级",
        "A supervisor sets any; an agent raises it, and asks a supervisor for a lower one.",
        {"priority": "P2", "reason": "顾客今晚要用"},
    ),
    "take": Shown("Take the case · 接手工单", "Exactly one handler at a time.", {}),
    "transfer": Shown(
        "Hand the case on · 转交工单",
        "They have until `transfer.due` to accept.",
        {"team": "logistics", "reason": "属于物流问题"},
    ),
    "accept_transfer": Shown("Take a transfer · 接受转交", "The case is then yours.", {"transfer_id": "t1"}),
    "decline_transfer": Shown(
        "Decline a transfer · 拒绝转交", "The case stays where it is.", {"transfer_id": "t1", "reason": "本班次已满"}
    ),
    "helped": Shown(
        "Say whether the answer helped · 反馈答案是否有用",
        "If not, a person takes over.",
        {"entry_id": "refund-arrival", "helped": False},
    ),
    "escalate": Shown("Escalate · 升级", "To the next tier, with all evidence.", {"reason": "商家三次未答复。"}),
    "reply": Shown(
        "Answer the customer · 回复客户",
        "On an inquiry this is the solution.",
        {"words": "A refund to a card takes three to five working days.", "solves": True, "seen": 0},
    ),
    "ask": Shown(
        "Ask a party · 询问当事方", "With a deadline and a default.", {"of": "merchant", "question": "发货前是否检查过？"}
    ),
    "find": Shown(
        "Say who is responsible · 判定责任", "Where facts do not decide.", {"party": "merchant", "basis": "质检照片显示缺陷。"}
    ),
    "propose": Shown(
        "Propose a solution · 提出方案",
        "One to five options; above your limit it waits for approval.",
        {
            "options": [
                {"remedies": [FULL_REFUND, APOLOGY], "why": "质量问题成立，部分退款。"},
                {"remedies": [STORE_CREDIT, APOLOGY], "why": "也可以选择退至余额，金额略高。"},
            ]
        },
    ),
    "approve": Shown("Approve a proposal · 批准方案", "Another person than the proposer.", {**PROPOSAL, "note": "同意"}),
    "decline": Shown("Decline a proposal · 驳回方案", "Back to the proposer.", {**PROPOSAL, "reason": "金额过高，请核对。"}),
    "accept": Shown("Accept an option · 接受方案", "Its remedies are carried out.", {**PROPOSAL, "option": 1}),
    "reject": Shown("Reject the proposal · 拒绝方案", "The case looks for another.", {**PROPOSAL, "reason": "我希望全额退款。"}),
    "counter": Shown(
        "Make a counter-offer · 提出反方案",
        "The next round begins.",
        {**PROPOSAL, "reason": "一半不够。", "amount": {"minor": 5000, "currency": "CNY"}},
    ),
    "arbitrate": Shown(
        "Rule · 仲裁",
        "Final; no remedies means the demand is turned down.",
        {"remedies": [FULL_REFUND], "reason": "凭证支持部分退款。"},
    ),
    "appeal": Shown(
        "Appeal against the finding · 对责任认定申诉",
        "Once, while the time to appeal runs, with new evidence; for whom the finding names.",
        {"words": "揽收时外包装完好，见交接照片。", "evidence": [hashlib.sha256(HANDED_OVER.encode()).hexdigest()]},
    ),
    "decide_appeal": Shown(
        "Decide on the appeal · 裁决申诉",
        "What the customer was given stays; the parties settle it between them.",
        {"appeal_id": "a1", "granted": True, "party": "platform", "reason": "交接照片显示包装完好。"},
    ),
    "review": Shown(
        "Review a decision made without a person · 复核自动处理",
        "What was given stays; the rules learn.",
        {"agrees": True, "note": "依据充分"},
    ),
    "note": Shown(
        "Write a note for colleagues · 写内部备注",
        "No party of the case reads it. Whom you mention is told in their inbox.",
        {"words": "已联系仓库，等待视频。", "mentions": ["gao.yun"]},
    ),
    "tag": Shown(
        "Tag the case · 添加或移除标签",
        "No party of the case reads them. At most 20 on a case.",
        {"add": ["vip", "批次-2611"], "remove": []},
    ),
    "watch": Shown("Watch the case · 关注工单", "New words and changes of stage come to your inbox.", {}),
    "unwatch": Shown("Stop watching · 取消关注", "You are told no more.", {}),
    "snooze": Shown(
        "Put the case aside · 搁置工单",
        "It leaves the queue until then, and comes back earlier when something happens. At most 90 days ahead.",
        {},
    ),
    "unsnooze": Shown("Take the case up again · 恢复搁置的工单", "It is back in its queue.", {}),
    "assign": Shown("Give the case to somebody · 指派工单", "An agent who sees the case; nobody is asked.", {"to": "feng.bo"}),
    "close": Shown(
        "Close the case · 关闭工单",
        "Without a solution. The customer reads the reason, and may reopen it.",
        {"reason": "与工单 RD-0123456789AB 重复，将在该工单中继续处理。"},
    ),
    "merge": Shown(
        "Merge the case into another · 并入其他工单",
        "`into` goes on, with what was said here: a case of the same customer and order. Refused once something was given here.",
        {"into": "RD-0123456789AB", "reason": "同一问题重复提交，已在该工单中处理。"},
    ),
    "unmerge": Shown(
        "Undo a merge · 撤销合并",
        "Both go on by themselves, for as long as a closed case may be reopened.",
        {"reason": "经核对是另一件商品的问题。"},
    ),
    "split": Shown(
        "Give some lines a case of their own · 拆分工单",
        "The lines leave for a new case, `split_off` says which; the rest stays. Refused for lines for which something is under way or was given.",
        {"lines": ["L2"], "reason": "两件商品的问题不同，分开处理。"},
    ),
    "link": Shown(
        "Link the case with another · 关联工单",
        "Seen on both, by the platform's people. `relation` is what the other case is to this one.",
        {"to": "RD-0123456789AB", "relation": "same_cause"},
    ),
    "unlink": Shown("Take a link off · 取消关联", "On both cases.", {"to": "RD-0123456789AB"}),
    "retry_refund": Shown("Try a failed refund again · 重试退款", "After its cause was mended.", {"remedy_id": "m1"}),
    "record_refund": Shown(
        "Record a refund paid otherwise · 登记线下退款",
        "With its proof. Refused while the payment provider may still pay it, unless `although_under_way` is true.",
        {"remedy_id": "m1", "proof": "Bank transfer 20261122-77"},
    ),
    "confirm": Shown(
        "Confirm that it is solved · 确认解决",
        "May rate at once.",
        {"solution": 1, "rating": {"speed": 5, "solution": 5, "attitude": 4, "comment": "处理很快"}},
    ),
    "dispute": Shown("Say that it is not solved · 不认可", "Back to resolution.", {"solution": 1, "reason": "退款还没有到账。"}),
    "rate": Shown("Rate · 评价", "1 is bad, 5 is good.", {"speed": 4, "solution": 5, "attitude": 5}),
    "withdraw": Shown("Withdraw · 撤回", "Until money moves.", {"reason": "问题已自行解决"}),
    "reopen": Shown("Reopen · 重新打开", "The same case goes on.", {"reason": "同样的问题又出现了。"}),
}
