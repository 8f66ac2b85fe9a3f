"""The words that cases are found by: of Chinese and English, in either script, in whatever form and width."""

import pytest

from rules.library.words import asked_words, terms_of, words_in

FOUND = [
    ("充電寶鼓包", "我的充电宝鼓包了"),
    ("充电宝", "充電寶的線斷了"),
    ("看着", "看著說明書"),
    ("看著", "看着说明书"),
    ("著名", "着名品牌"),
    ("后来", "後來沒有人理我"),
    ("干净", "沒有洗乾淨"),
    ("乾隆", "乾隆款花瓶"),
    ("瞭解", "了解一下"),
    ("什么", "甚麼時候到"),
    ("剩余", "剩餘金額"),
    ("台灣", "臺灣的地址"),
    ("面", "這碗麵壞了"),
    ("税", "税号没有写"),
    ("蔫", "花送来就蔫了"),
    ("王曉明", "师傅王晓明来过"),
    ("歐陽", "我姓欧阳"),
    ("returned", "I return it"),
    ("batteries", "the battery is dead"),
    ("charging", "it charges slowly"),
    ("O'Brien", "handed to OBrien"),
    ("phone's", "two phones"),
    ("phone’s", "two phones"),
    ("Muller", "Müller & Söhne"),
    ("ＡＢＣ１２", "abc12"),
    ("SF1234567890123", "单号sf1234567890123没动静"),
    ("手机screen", "手机 screen 碎了"),
]
NOT_FOUND = [("充电", "充了电"), ("税号", "税务号"), ("car", "carpet"), ("12", "123")]


@pytest.mark.parametrize(("question", "text"), FOUND)
def test_a_question_finds_a_text(question: str, text: str) -> None:
    assert {*asked_words(question)} <= terms_of([text])


@pytest.mark.parametrize(("question", "text"), NOT_FOUND)
def test_a_question_does_not_find_what_only_looks_like_it(question: str, text: str) -> None:
    assert not {*asked_words(question)} <= terms_of([text])


@pytest.mark.parametrize("text", ["", "   ", "!!! ？？", "。，、", '&|-*"', "_ __"])
def test_signs_alone_are_no_words(text: str) -> None:
    assert asked_words(text) == ()


@pytest.mark.parametrize("text", ["充電寶 don't 鼓包ＯＫ", "ﬁne 税, 12ml", "𠮷野家😀の弁当", "İstanbul ǅ"])
def test_a_word_stands_where_it_says(text: str) -> None:
    for word in words_in(text):
        assert word.term in {*asked_words(text[word.start : word.end])}
