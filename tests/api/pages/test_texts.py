"""The words of pages: each is there in both languages with the same values, each is used, and none that is used is missing."""

import re
from string import Formatter

import pytest
from jinja2 import nodes

from api.cases.filters import CaseFilters
from api.cases.listing import Sort
from api.desk.bulk import IN_BULK
from api.pages.page import TEMPLATES, environment
from api.pages.texts import page_texts
from models.case.actions import BODIES, Action
from models.common.vocabulary import Locale
from settings import ROOT

ALL = page_texts()
NO_WORDS = {"Redress", "Ctrl", "KB", "PDF", "RMA", "required", "view", "case", *["redress", "sign", "in", "as", "agent", "alice"]}
"""Names, an attribute, a query, and what is typed on a terminal."""
CODE = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "api/pages").rglob("*.py"))


def values_in(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("name", ALL)
def test_a_text_has_the_same_values_in_both_languages_and_is_no_copy(name: str) -> None:
    zh, en = ALL[name].in_(Locale.ZH), ALL[name].in_(Locale.EN)
    assert values_in(zh) == values_in(en)
    assert zh != en
    assert not re.search(r"[\u4e00-\u9fff]", en), "it has Chinese"


@pytest.mark.parametrize("template", sorted(str(file.relative_to(TEMPLATES)) for file in TEMPLATES.rglob("*.html")))
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
    templates = "\n".join(file.read_text(encoding="utf-8") for file in TEMPLATES.rglob("*.html"))
    beginnings = tuple(re.findall(r"""["']([a-z_]+\.[a-z_]*)["'] ~""", templates) + re.findall(r'f"([a-z_]+\.[a-z_]*)\{', CODE))
    made = {name for name in ALL if beginnings and name.startswith(beginnings)}
    named = set(re.findall(r"""["']([a-z_]+\.[a-z0-9_]+)["']""", templates + CODE))
    unused = set(ALL) - named - made
    assert unused == set()


def test_every_filter_and_order_of_the_api_has_its_words() -> None:
    """The queue makes its fields from these."""
    assert {f"filter.{name}" for name in CaseFilters.model_fields} <= ALL.keys()
    assert {f"sort.{one}" for one in Sort} <= ALL.keys()


@pytest.mark.parametrize("action", IN_BULK)
def test_every_action_of_bulk_has_its_words_and_fields(action: Action) -> None:
    assert f"queue.do_{action}" in ALL
    fields = (TEMPLATES / "queue_bulk_actions.html").read_text(encoding="utf-8")
    needed = [name for name, field in BODIES[action].model_fields.items() if field.is_required()]
    assert [name for name in needed if f'"{action}.{name}' not in fields] == []
