"""What a form sends, as the bodies of the API. Field names are paths into the body: `words`, `amount.minor`, `options.0.remedies.0.kind`.

What comes after a name may say how its text is read: `cases*` is a list of all values of that name, `tags,` the words of one text as a list,
`until@` an instant in the reader's zone, `amount$CNY` an amount as people write it, 12.90.
Names that begin with `_` are of the form itself: the page that it is on, its own name, and its Idempotency-Key.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, TypeVar, cast
from zoneinfo import ZoneInfo

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.datastructures import UploadFile

from api.http.bodies import refuse_control_characters
from api.http.problems import FieldProblem, problem
from api.pages.navigation import own_address
from api.pages.preferences import zone_of
from models.common.currencies import decimals
from models.common.errors import ErrorType

M = TypeVar("M", bound=BaseModel)
LIST, WORDS, INSTANT, AMOUNT = "*", ",", "@", "$"
BETWEEN_WORDS = re.compile(r"[\s,，、;；]+")
WRITTEN = frozenset({"words", "reason", "note", "basis", "question", "proof", "why"})
"""Fields of sentences, which nobody likes to write twice."""
MOST_FIELDS = 2_000
MOST_FILES = 20
"""Of one form, as the API takes with one action."""
READ_FILES = 1_000
"""So many are read, to say that they are too many and show the form with its words again."""


@dataclass(frozen=True)
class Form:
    """The texts of each name, as they were typed."""

    values: Mapping[str, tuple[str, ...]]
    zone: ZoneInfo
    files: Mapping[str, tuple[UploadFile, ...]] = field(default_factory=dict[str, tuple[UploadFile, ...]])

    def text(self, name: str) -> str | None:
        """The last text of that name; None: nothing was typed."""
        return next((text for text in reversed(self.values.get(name, ())) if text.strip()), None)

    @property
    def name(self) -> str | None:
        return self.text("_form")

    @property
    def key(self) -> str | None:
        """The Idempotency-Key: the same form sent twice does nothing twice."""
        return self.text("_key")

    @property
    def page(self) -> str:
        """The address of the page that the form is on."""
        return own_address(self.text("_page"))

    @property
    def words(self) -> tuple[str, ...]:
        """What was written in it, as people write to one another."""
        return tuple(text for name in self.values if name.rpartition(".")[2] in WRITTEN and (text := self.text(name)))

    @property
    def too_many(self) -> bool:
        return sum(map(len, self.files.values())) > MOST_FILES

    async def close(self) -> None:
        """The files that came with it are needed no more."""
        for file in (one for files in self.files.values() for one in files):
            await file.close()

    def into(self, model: type[M], *, under: str | None = None, **given: object) -> M:
        """The body that the form says; `given`: fields that are no field of the form. Raises RequestValidationError.

        `under`: the fields whose names begin so, as a form with several bodies has them: `note.words`.
        """
        body = self.content
        if under is None:
            return checked(model, body | given)
        return checked(model, cast("dict[str, Any]", body.get(under, {})) | given, "body", under)

    def only(self, *names: str) -> "Form":
        """The form with these fields alone."""
        return replace(self, values={name: texts for name, texts in self.values.items() if name.rstrip(LIST + INSTANT) in names})

    def without(self, *names: str) -> "Form":
        """The form with the other fields."""
        return replace(self, values={name: texts for name, texts in self.values.items() if name not in names})

    def with_(self, name: str, *texts: str) -> "Form":
        """The form with these texts under that name."""
        return replace(self, values={**self.values, name: texts})

    @property
    def content(self) -> dict[str, Any]:
        """What was typed, by its path; what was left empty is not in it."""
        body: dict[str, Any] = {}
        for name, texts in self.values.items():
            filled = [text for text in texts if text.strip()]
            if name.startswith("_") or not filled:
                continue
            path, value = self._read(name, filled)
            _put(body, path, value)
        return cast("dict[str, Any]", _lists(body))

    def _read(self, name: str, texts: list[str]) -> tuple[list[str], object]:
        if name.endswith(LIST):
            return name[:-1].split("."), texts
        if name.endswith(WORDS):
            return name[:-1].split("."), [word for text in texts for word in BETWEEN_WORDS.split(text) if word]
        if name.endswith(INSTANT):
            return name[:-1].split("."), instant_of(texts[-1], self.zone)
        plain, is_amount, currency = name.partition(AMOUNT)
        if is_amount:
            return plain.split("."), {"minor": _minor(texts[-1], currency), "currency": currency}
        return name.split("."), texts[-1]


def checked(model: type[M], content: Mapping[str, object], *place: str) -> M:
    """What people wrote, as the model. Raises RequestValidationError, which names the fields from `place` on."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise RequestValidationError([{**one, "loc": (*(place or ("body",)), *one["loc"])} for one in error.errors()]) from error


def fields_of(value: object, name: str = "") -> Iterator[tuple[str, str]]:
    """The fields of a form by which `into` makes this body again, as far as it is not left out."""
    match value:
        case BaseModel():
            yield from fields_of(value.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude_none=True), name)
        case dict():
            for step, part in cast("dict[object, object]", value).items():
                yield from fields_of(part, f"{name}.{step}" if name else str(step))
        case list() | tuple():
            for place, part in enumerate(cast("list[object]", value)):
                yield from fields_of(part, f"{name}.{place}" if name else str(place))
        case bool():
            yield name, str(value).lower()
        case _:
            yield name, str(value)


@dataclass(frozen=True)
class Tried:
    """A form as it was filled in, and what is wrong with it (RFC 9457, as told to the caller). `problem` None: it was not to be taken yet."""

    form: Form
    problem: Mapping[str, Any] | None
    errors: tuple[FieldProblem, ...] = ()

    def error(self, name: str) -> str | None:
        """What is wrong with this field."""
        plain = name.partition(AMOUNT)[0].rstrip(LIST + WORDS + INSTANT)
        names = {plain, f"{plain}.minor"} if AMOUNT in name else {plain}
        said = next((one.detail for one in self.errors if one.field in names), None)
        return said or (self.problem["detail"] if self.problem and self.problem.get("field") in names else None)


async def read_form(request: Request) -> Form:
    """The form of a request. Raises ProblemError for control characters and too many files."""
    known: Form | None = getattr(request.state, "form", None)
    if known is not None:
        return known
    sent = await request.form(max_files=READ_FILES, max_fields=MOST_FIELDS)
    values: dict[str, tuple[str, ...]] = {}
    files: dict[str, tuple[UploadFile, ...]] = {}
    for name, content in sent.multi_items():
        if isinstance(content, str):
            plain = content.replace("\r\n", "\n")
            refuse_control_characters(plain, name[:100])
            values[name] = (*values.get(name, ()), plain)
        elif content.filename:
            files[name] = (*files.get(name, ()), content)
    form = Form(values, zone_of(request), files)
    request.state.form = replace(form, files={}) if form.too_many else form
    if form.too_many:
        await form.close()
        raise problem(
            ErrorType.INVALID,
            f"At most {MOST_FILES} files with one form: send the others with another.",
            f"一次最多提交 {MOST_FILES} 个文件，其余请再次提交。",
            field=next(iter(form.files)).rstrip(LIST),
            rule="size",
        )
    return form


FormOf = Annotated[Form, Depends(read_form)]


def instant_of(text: str, zone: ZoneInfo) -> str:
    """What a `datetime-local` field holds has no zone; what is no instant is refused as such."""
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (told if told.tzinfo else told.replace(tzinfo=zone)).isoformat()


def _minor(text: str, currency: str) -> int | str:
    """12.90 as 1290 of a currency with two decimals; what is no amount is refused as such."""
    try:
        minor = Decimal(text.strip().replace(",", "")).scaleb(decimals(currency))
    except InvalidOperation:
        return text
    return int(minor) if minor.is_finite() and minor == minor.to_integral_value() else text


def _put(body: dict[str, Any], path: list[str], value: object) -> None:
    here = body
    for step in path[:-1]:
        inner = here.setdefault(step, {})
        if not isinstance(inner, dict):
            return
        here = cast("dict[str, Any]", inner)
    here[path[-1]] = value


def _lists(value: object) -> object:
    """`{"0": a, "1": b}` is the list of a and b."""
    if not isinstance(value, dict):
        return value
    fields = {name: _lists(inner) for name, inner in cast("dict[str, object]", value).items()}
    if fields and all(name.isdecimal() for name in fields):
        return [fields[name] for name in sorted(fields, key=int)]
    return fields
