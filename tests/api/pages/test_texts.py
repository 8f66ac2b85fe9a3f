"""The words of pages: each is there in both languages with the same values, each is used, and none that is used is missing."""

import re
from string import Formatter

import pytest
from jinja2 import nodes

from api.pages.page import TEMPLATES, environment
from api.pages.texts import page_texts
from models.common.vocabulary import Locale
from settings import ROOT

ALL = page_texts()
NO_WORDS = {"Redress", "required", *["redress", "sign", "in", "as", "agent", "alice"]}
"""Names, an attribute, and what is typed on a terminal."""
CODE = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "api/pages").glob("*.py"))


def values_in(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("name", ALL)
def test_a_text_has_the_same_values_in_both_languages_and_is_no_copy(name: str) -> None:
    zh, en = ALL[name].in_(Locale.ZH), ALL[name].in_(Locale.EN)
    assert values_in(zh) == values_in(en)
    assert zh != en
    assert not re.search(r"[\u4e00-\u9fff]", en), "it has Chinese"


@pytest.mark.parametrize("template", sorted(file.name for file in TEMPLATES.glob("*.html")))
def test_a_template_has_its_words_from_the_texts(template: str) -> None:
    source = (TEMPLATES / template).read_text(encoding="utf-8")
    for call in environment().parse(source).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "t" and isinstance(call.args[0], nodes.Const):
            name = call.args[0].value
            assert name in ALL, f"{name} is no text"
            assert {given.key for given in call.kwargs} == values_in(ALL[name].en), name
    bare = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", source, flags=re.DOTALL)
    bare = re.sub(r"<[^>]*>|[\w-]+=\"[^\"]*\"|&\w+;", " ", bare)
    words = set(re.findall(r"[A-Za-z\u4e00-\u9fff]{2,}", bare)) - NO_WORDS
    assert words == set(), "words outside of the texts"


def test_every_text_is_used() -> None:
    templates = "\n".join(file.read_text(encoding="utf-8") for file in TEMPLATES.glob("*.html"))
    made = {name for name in ALL if re.search(rf'"{re.escape(name.rpartition("_")[0])}_" ~', templates)}
    named = set(re.findall(r"""["']([a-z_]+\.[a-z_]+)["']""", templates + CODE))
    unused = set(ALL) - named - made
    assert unused == set()
