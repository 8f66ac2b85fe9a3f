"""The caller's language: the one chosen on a page, else Accept-Language, else the token's, else English; and pydantic's words in Chinese,
beside our own in both.
"""

from collections.abc import Mapping
from typing import Any

from fastapi import Request

from models.common.vocabulary import Locale

CHOSEN = "redress_lang"
"""The cookie with the language that somebody chose on a page."""


def language_of(request: Request) -> Locale:
    """The best of our languages for this request."""
    chosen = request.cookies.get(CHOSEN)
    if chosen in set(Locale):
        return Locale(chosen)
    asked = accepted(request.headers.get("accept-language", ""))
    return asked or getattr(request.state, "locale", None) or Locale.EN


def accepted(header: str) -> Locale | None:
    """The first of our languages by weight (RFC 9110 12.5.4); None when none of ours is named."""
    ranges: list[tuple[float, str]] = []
    for part in header.split(","):
        tag, _, weight = part.strip().lower().partition(";q=")
        try:
            ranges.append((float(weight) if weight else 1.0, tag))
        except ValueError:
            continue
    for weight, tag in sorted(ranges, key=lambda item: -item[0]):
        primary = tag.partition("-")[0]
        if weight > 0 and primary in set(Locale):
            return Locale(primary)
    return None


CHINESE: Mapping[str, str] = {
    "missing": "必填",
    "extra_forbidden": "没有这个字段",
    "string_type": "应为字符串",
    "string_too_short": "至少 {min_length} 个字符",
    "string_too_long": "最多 {max_length} 个字符",
    "string_pattern_mismatch": "格式不符：{pattern}",
    "enum": "应为以下之一：{expected}",
    "literal_error": "应为以下之一：{expected}",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_from_float": "应为整数",
    "float_parsing": "应为数字",
    "bool_parsing": "应为 true 或 false",
    "greater_than_equal": "不小于 {ge}",
    "greater_than": "大于 {gt}",
    "less_than_equal": "不大于 {le}",
    "less_than": "小于 {lt}",
    "too_short": "至少 {min_length} 项",
    "too_long": "最多 {max_length} 项",
    "datetime_parsing": "时间格式不符（ISO 8601）",
    "datetime_from_date_parsing": "时间格式不符（ISO 8601）",
    "timezone_aware": "时间须带时区",
    "json_invalid": "不是有效的 JSON",
    "model_attributes_type": "应为 JSON 对象",
    "tuple_type": "应为数组",
    "list_type": "应为数组",
    "value_error": "不符合要求：{error}",
}


ENGLISH: Mapping[str, str] = {
    "too_short": "at least {min_length} needed",
    "too_long": "at most {max_length} taken",
    "tuple_type": "should be a list",
}
"""Where pydantic speaks of Python."""


def said_by_pydantic(error: Mapping[str, Any], locale: Locale) -> str:
    """A validation error in the caller's language; pydantic's own English where we have no better."""
    english = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "unfit" and locale is Locale.ZH:
        return str(error["ctx"]["zh"])
    template = (CHINESE if locale is Locale.ZH else ENGLISH).get(str(error["type"]))
    if template is None:
        return english
    try:
        return template.format_map(error.get("ctx") or {})
    except KeyError:
        return english
