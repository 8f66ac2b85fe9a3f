"""What a customer's words are about (CLS-1, CLS-2): in Chinese and English, with how sure that is."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.texts import DATA, read_texts
from models.common.vocabulary import Issue
from rules.classification.classify import classify, classify_by_lexicon, default_classifier, load_classifier
from rules.classification.lexicon import LEXICON, LexiconError, default_lexicon, load_lexicon

CHINESE = {
    Issue.QUALITY_DEFECT: "耳机用了两天左耳就没声音了，质量太差",
    Issue.NOT_AS_DESCRIBED: "详情页写的是纯棉，收到的实物是化纤，与描述严重不符",
    Issue.SIZE_MISMATCH: "尺码不准，平时穿38的，这双38根本穿不进去",
    Issue.COUNTERFEIT_SUSPECTED: "去专柜验过了，这是假货，要求假一赔三",
    Issue.WARRANTY_REPAIR: "还在保修期，电视没图像了，请安排维修",
    Issue.NO_REASON_RETURN: "东西没问题，就是不喜欢，申请七天无理由退货",
    Issue.DELAY: "下单半个月了还没到，送货太慢了",
    Issue.DAMAGED: "收到时包装破损，里面的花瓶碎成几块",
    Issue.SOILED: "裙子上有一片油渍，脏兮兮的",
    Issue.LOST: "快递公司说包裹丢失了，找不到我的件",
    Issue.WRONG_ITEM: "发错货了，我买的是电饭煲，寄来一个水壶",
    Issue.MISSING_ITEM: "买了四本书，只收到三本，少了一本",
    Issue.TRACKING_STALLED: "物流信息停在广州一个星期没更新了",
    Issue.TRACKING_WRONG: "物流显示已到自提点，我去了却说还没到，白跑一趟",
    Issue.PICKUP_POINT: "没经过我同意就放到菜鸟驿站，不送货上门",
    Issue.SIGNED_BY_OTHER: "不是本人签收的，快递让门卫代签了",
    Issue.CANCEL: "还没发货，不想要了，帮我取消订单",
    Issue.CHANGE: "地址填错了，请帮我修改收货地址",
    Issue.CHARGED_TWICE: "同一个订单银行卡被重复扣款，扣了两次",
    Issue.REFUND_NOT_ARRIVED: "退货两周了，退款一直没到账",
    Issue.PRICE_DISPUTE: "刚买三天就降价一百，要求退差价",
    Issue.MERCHANT_ATTITUDE: "卖家态度恶劣，还骂我",
    Issue.PLATFORM_ATTITUDE: "平台客服态度太差，互相推诿踢皮球",
    Issue.CARRIER_ATTITUDE: "快递员态度恶劣，说话很难听还威胁我",
    Issue.SLOW_RESPONSE: "客服电话一直打不通，留言也没人回复",
    Issue.PROMISE_NOT_KEPT: "说好随货开发票，到现在也没有发票，答应的事不兑现",
    Issue.PLATFORM_RULE: "为什么必须先签收才能验货？这条规定是霸王条款",
}
ENGLISH = {
    Issue.QUALITY_DEFECT: "The kettle stopped working after one day, it is defective",
    Issue.NOT_AS_DESCRIBED: "It is not as described, the page promised real leather",
    Issue.SIZE_MISMATCH: "The boots are too small, size 39 does not fit",
    Issue.COUNTERFEIT_SUSPECTED: "I think this watch is a fake, it is not genuine",
    Issue.WARRANTY_REPAIR: "The TV is still under warranty, please arrange a repair",
    Issue.NO_REASON_RETURN: "I changed my mind and want to return it, it is unopened",
    Issue.DELAY: "My order still has not arrived, it is two weeks late",
    Issue.DAMAGED: "The box was crushed and the vase inside is broken into pieces",
    Issue.SOILED: "The shirt is dirty, there is a stain on the sleeve",
    Issue.LOST: "The courier says my parcel is lost",
    Issue.WRONG_ITEM: "You sent me the wrong item, I ordered a lamp",
    Issue.MISSING_ITEM: "One item is missing from the box, I only received two of three",
    Issue.TRACKING_STALLED: "Tracking has not been updated since last week, it is stuck",
    Issue.TRACKING_WRONG: "Tracking says delivered to another city, the tracking information is wrong",
    Issue.PICKUP_POINT: "The parcel was left in a locker without asking, I paid for home delivery",
    Issue.SIGNED_BY_OTHER: "Somebody signed for my parcel, the signature is not mine",
    Issue.CANCEL: "Please cancel my order, I no longer want it",
    Issue.CHANGE: "I entered the wrong address, can you change it?",
    Issue.CHARGED_TWICE: "My card was charged twice for one order",
    Issue.REFUND_NOT_ARRIVED: "Where is my refund? It has not arrived",
    Issue.PRICE_DISPUTE: "The price dropped a day later and my coupon was not applied",
    Issue.MERCHANT_ATTITUDE: "The seller was rude and insulted me",
    Issue.PLATFORM_ATTITUDE: "Your customer service agent was rude and hung up on me",
    Issue.CARRIER_ATTITUDE: "The courier was rude and shouted at me",
    Issue.SLOW_RESPONSE: "Nobody answers, no reply to my messages for three days",
    Issue.PROMISE_NOT_KEPT: "You promised to call me back and never did, a broken promise",
    Issue.PLATFORM_RULE: "Your return policy is unfair, you refuse my return because it was opened",
}


@pytest.mark.parametrize("sentences", [CHINESE, ENGLISH], ids=["zh", "en"])
def test_plain_sentences_about_every_issue_are_understood(sentences: dict[Issue, str]) -> None:
    assert set(sentences) == set(Issue)
    wrong = {issue.value: classify(text).issue.value for issue, text in sentences.items() if classify(text).issue is not issue}
    assert wrong == {}


@pytest.mark.parametrize("sentences", [CHINESE, ENGLISH], ids=["zh", "en"])
def test_the_lexicon_alone_has_the_issue_among_its_three(sentences: dict[Issue, str]) -> None:
    def named(text: str) -> tuple[Issue, ...]:
        found = classify_by_lexicon(text, default_lexicon())
        return (found.issue, *found.alternatives)

    assert [issue.value for issue, text in sentences.items() if issue not in named(text)] == []


def test_the_issue_that_the_customer_chose_stands() -> None:
    classification = classify("收到的杯子碎了", given=Issue.MISSING_ITEM)
    assert (classification.issue, classification.confidence, classification.by) == (Issue.MISSING_ITEM, 1.0, "customer")
    assert Issue.DAMAGED in classification.alternatives
    assert Issue.MISSING_ITEM not in classification.alternatives


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "???",
        "哈哈哈哈",
        "asdf qwer zxcv",
        "Ich hätte gern eine Auskunft",
        "Где здесь музей",
        "😀😀😀",
        "12345678",
        "很好，谢谢",
        "\x00\ud800",
    ],
)
def test_words_that_say_no_issue_go_to_a_person(text: str) -> None:
    model = default_classifier()
    assert model is not None
    assert classify(text).confidence < min(model.sheet.triage_below, 0.5)


@settings(max_examples=150)
@given(st.one_of(st.text(max_size=300), st.text(alphabet="没收到货退款书坏了不,。!快递 refund lost 0", max_size=300)))
def test_any_text_gets_an_answer_that_is_the_same_each_time(text: str) -> None:
    first = classify(text)
    assert 0 <= first.confidence < 1
    assert len({first.issue, *first.alternatives}) == 3
    assert first == classify(text)
    by_lexicon = classify_by_lexicon(text, default_lexicon())
    assert 0 <= by_lexicon.confidence <= 1
    model = default_classifier()
    assert model is not None
    assert sum(model.chances(text).values()) == pytest.approx(1, abs=1e-5)


def test_a_denied_word_does_not_count() -> None:
    lexicon = default_lexicon()
    damaged = lexicon.issues.index(Issue.DAMAGED)
    assert lexicon.scores(lexicon.normalise("外壳有划痕"))[damaged] > 0
    assert lexicon.scores(lexicon.normalise("外壳没有划痕"))[damaged] == 0


def test_names_of_shops_carriers_and_numbers_do_not_matter() -> None:
    lexicon = default_lexicon()
    assert lexicon.normalise("京东用圆通送了12天！！！") == lexicon.normalise("当当用中通送了３天!")


def test_the_version_is_on_the_answer() -> None:
    model = load_classifier()
    assert classify("快递太慢").by == f"model:{model.sheet.version}"


def test_words_added_to_the_lexicon_count_before_the_next_training(tmp_path: Path) -> None:
    path = tmp_path / "lexicon.yaml"
    path.write_text(LEXICON.read_text(encoding="utf-8").replace("    驿站|", "    蜂箱屋: 3\n    驿站|"), encoding="utf-8")
    before, after = load_classifier(), load_classifier(lexicon=load_lexicon(path))
    assert before.chances("放在蜂箱屋了")[Issue.PICKUP_POINT] < after.chances("放在蜂箱屋了")[Issue.PICKUP_POINT]
    assert after.classify("放在蜂箱屋了").by == f"model:{before.sheet.version}+{after.lexicon.version}"


def test_a_broken_pattern_is_refused_with_its_issue(tmp_path: Path) -> None:
    path = tmp_path / "lexicon.yaml"
    path.write_text('version: "1"\nissues:\n  logistics.delay:\n    "太慢(": 2\n', encoding="utf-8")
    with pytest.raises(LexiconError, match=r"logistics\.delay.*太慢"):
        load_lexicon(path)
    path.write_text('version: "1"\nissues:\n  logistics.slow:\n    太慢: 2\n', encoding="utf-8")
    with pytest.raises(LexiconError, match=r"logistics\.slow"):
        load_lexicon(path)


def test_the_shipped_texts_are_mostly_understood() -> None:
    complaints = read_texts(DATA / "complaints_zh.csv")
    right = sum(labelled.right(classify(labelled.text).issue) for labelled in complaints)
    assert right / len(complaints) > 0.9, "the shipped model learned from these"
