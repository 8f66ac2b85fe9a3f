"""The fields of a form, from the model of its body: by type, and where people choose among what a case has, by name."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, NamedTuple

from api.pages.forms import AMOUNT, INSTANT, LIST, WORDS
from api.pages.texts import page_text, page_texts
from models.common.base import Body
from models.common.decides import Decides
from models.common.vocabulary import Locale

LONG = 1000
"""Characters from which on a text is written on several lines."""
NOT_ASKED = frozenset({"if_free", "mentions", "undoable"})
"""How queues hand cases out; who is mentioned stands in the words of a note; what can be taken back is sent so."""
FILES = frozenset({"evidence", "receipt", "picture"})
"""What is named by its hash: people choose files."""
OF_THEIR_OWN = frozenset({"options", "remedies", "address_id"})
"""Fields that have a template of their own."""
Option = tuple[str, str]


class Choices(NamedTuple):
    """What a field may be. `free`: something else may be typed as well."""

    options: Sequence[Option]
    free: bool = False


NONE = Choices(())


@dataclass(frozen=True)
class Field:
    """A field as `field` of form.html shows it. `kind`: an input's type, or text, choice, many, file, rows."""

    name: str
    label: str
    kind: str
    required: bool = False
    value: str = ""
    options: Sequence[Option] = ()
    hint: str = ""
    rows: Sequence[tuple[Option, Sequence["Field"]]] = ()
    """Of a list of things: each with its own fields."""


@dataclass(frozen=True)
class Words:
    """In whose language fields are called, and code words."""

    locale: Locale
    named: Callable[[str], str]
    """The name of a code word in that language."""

    def label(self, code: str, path: str) -> str:
        """What a field of an action is called: its own name, else what fields of that name are called."""
        last = path.rpartition(".")[2]
        own = f"fields.{code}_{last}"
        return page_text(own if own in page_texts() else f"fields.{last}", self.locale)

    def hint(self, code: str, path: str) -> str:
        hint = f"hints.{code}_{path}"
        return page_text(hint, self.locale) if hint in page_texts() else ""

    def option(self, code: str) -> Option:
        return code, self.named(code)

    def yes_no(self) -> Sequence[Option]:
        return ("true", page_text("fields.answer_yes", self.locale)), ("false", page_text("fields.answer_no", self.locale))


def fields_of(code: str, shape: type[Body], words: Words, choices: Mapping[str, Choices], currency: str) -> Sequence[Field]:
    """What a person fills in for an action; what it decides on, and what has a template of its own, is not among it."""
    schema = _schema_of(shape)
    decided = shape.NAMED_BY if issubclass(shape, Decides) else ()
    maker = _Maker(schema, code, words, choices, currency)
    return tuple(maker.fields(schema, {*decided, *NOT_ASKED, *OF_THEIR_OWN}))


@cache
def _schema_of(shape: type[Body]) -> Mapping[str, Any]:
    """Once for all pages: pydantic makes it anew each time."""
    return shape.model_json_schema()


@dataclass(frozen=True)
class _Maker:
    """Makes the fields of one action's form from the JSON schema of its body."""

    root: Mapping[str, Any]
    code: str
    words: Words
    choices: Mapping[str, Choices]
    currency: str

    def fields(self, model: Mapping[str, Any], left_out: set[str], within: str = "") -> Iterator[Field]:
        needed = set(model.get("required", ()))
        for name, described in model["properties"].items():
            if name not in left_out:
                schema = _resolved(self.root, described)
                yield (
                    self._of_many(schema, name, required=name in needed)
                    if _is_list_of_things(schema)
                    else self._field(within + name, name, schema, required=name in needed)
                )

    def _of_many(self, schema: Mapping[str, Any], name: str, *, required: bool) -> Field:
        """A row of fields for each of the things that there are; the first field of a thing names it. Where none need be named, rows stay empty."""
        item = _resolved(self.root, schema["items"])
        own, *_ = item["required"]
        rows: list[tuple[Option, Sequence[Field]]] = []
        for number, one in enumerate(self._offered(name).options):
            within = f"{name}.{number}."
            cells = replace(self, choices={}).fields(item, {own}, within)
            shown = (cell if required else replace(cell, required=False) for cell in cells)
            rows.append((one, (Field(within + own, "", "hidden", value=one[0]), *shown)))
        return Field(name, self.words.label(self.code, name), "rows", rows=rows)

    def _offered(self, name: str) -> Choices:
        return self.choices.get(f"{self.code}.{name}") or self.choices.get(name) or NONE

    def _field(self, path: str, name: str, schema: Mapping[str, Any], *, required: bool) -> Field:
        label = self.words.label(self.code, path)
        kind, suffix = self._kind(name, schema)
        default = schema.get("default")
        if kind == "amount":
            suffix, label = AMOUNT + self.currency, f"{label} ({self.currency})"
        options = self._options(name, schema) if kind in {"choice", "many", "line"} else ()
        blank = kind == "choice" and default is None and not (required and options and schema.get("type") != "boolean")
        said = "" if default is None or kind in {"many", "file"} or suffix == WORDS else str(default)
        return Field(
            name=path + suffix,
            label=label,
            kind=kind,
            required=required,
            value=said.lower() if isinstance(default, bool) else said,
            options=(*((("", "—"),) if blank else ()), *options),
            hint=self.words.hint(self.code, name),
        )

    def _kind(self, name: str, schema: Mapping[str, Any]) -> tuple[str, str]:
        """How it is asked for, and what its name ends with."""
        type_, offered = schema.get("type"), self._offered(name)
        many = type_ == "array"
        kinds = {
            ("file", LIST if many else ""): name in FILES,
            ("many", LIST): many and offered is not NONE,
            ("line", WORDS): many,
            ("line", ""): offered.free,
            ("choice", ""): offered is not NONE or "enum" in schema or type_ == "boolean",
            ("number", ""): type_ == "integer",
            ("amount", ""): "minor" in schema.get("properties", {}),
            ("datetime-local", INSTANT): schema.get("format") == "date-time",
            ("text", ""): schema.get("maxLength", 0) >= LONG,
        }
        return next((kind for kind, fits in kinds.items() if fits), ("line", ""))

    def _options(self, name: str, schema: Mapping[str, Any]) -> Sequence[Option]:
        offered = self._offered(name)
        if offered is not NONE:
            return offered.options
        if schema.get("type") == "boolean":
            return self.words.yes_no()
        return [self.words.option(str(code)) for code in schema.get("enum", ()) if code is not None]


def _is_list_of_things(schema: Mapping[str, Any]) -> bool:
    return schema.get("type") == "array" and "$ref" in schema["items"]


def _resolved(root: Mapping[str, Any], described: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema itself, of what may be null as of what may not."""
    inner = next((one for one in described.get("anyOf", ()) if one.get("type") != "null"), None)
    if inner is not None:
        return {**_resolved(root, inner), "default": described.get("default")}
    if "$ref" in described:
        named = root["$defs"][described["$ref"].rpartition("/")[2]]
        return {**_resolved(root, named), **({"default": described["default"]} if "default" in described else {})}
    return described
