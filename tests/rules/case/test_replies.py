"""Which of a customer's words ask for a reply, and which say that it is not solved (WRK-6)."""

import pytest

from models.common.vocabulary import Issue
from models.policy.policy import Policy
from models.policy.replies import RepliesPolicy
from models.remedies.order_change import ChangeKind
from rules.case.replies import asks_for_reply, changes_named, says_unsolved


@pytest.mark.parametrize(
    "words",
    [
        "谢谢",
        "好的，谢谢您！",
        "OK, thank you very much!",
        "收到了 🙏",
        "Thanks a lot for your help.",
        "👍",
        "ｏｋ",
        "谢谢啦～辛苦了",
    ],
)
def test_thanks_wait_for_nobody(policy: Policy, words: str) -> None:
    assert not asks_for_reply(policy.replies, words)


@pytest.mark.parametrize(
    "words",
    [
        "什么时候到账？",
        "谢谢，不过屏幕也裂了",
        "ok, but where is the second shoe",
        "Thank you. Can I keep the box?",
        "好的？",
        "still nothing",
        "谢谢 " * 200 + "我要投诉",
        "goodness, it leaks",
    ],
)
def test_whatever_else_is_said_asks_for_a_reply(policy: Policy, words: str) -> None:
    assert asks_for_reply(policy.replies, words)


def test_a_policy_that_knows_no_thanks_has_every_word_answered() -> None:
    assert asks_for_reply(RepliesPolicy(), "谢谢")


@pytest.mark.parametrize(
    "words",
    [
        "还没解决，请继续",
        "退款还没到账",
        "This isn’t solved, go on",
        "STILL BROKEN",
        "我不满意这个处理",
        "I have not received anything",
    ],
)
def test_words_that_say_that_it_is_not_solved(policy: Policy, words: str) -> None:
    assert says_unsolved(policy.replies, words)


@pytest.mark.parametrize("words", ["已经解决了，谢谢", "All solved, thank you", "How do I rate this?", "发票能开吗"])
def test_words_that_do_not_say_so(policy: Policy, words: str) -> None:
    assert not says_unsolved(policy.replies, words)


def test_what_is_to_be_changed_of_an_order_is_read_of_a_change_alone(policy: Policy) -> None:
    named = changes_named(policy.replies, Issue.CHANGE, "also change the address, and the colour")
    assert named == {ChangeKind.ADDRESS, ChangeKind.ITEMS}
    assert not changes_named(policy.replies, Issue.DAMAGED, "you sent it to the wrong address")
