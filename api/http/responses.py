"""The statuses of every kind of endpoint, for the OpenAPI document: each error is a problem."""

from typing import Any

from api.http.openapi import REFERENCE
from api.http.problems import MEDIA_TYPE, Problem

WORDS = {
    401: "No token, or not one that we accept.",
    403: "Never for this role, or not for whom the table of people does not know in it.",
    404: "Unknown, or somebody else's: these look the same.",
    409: "Not possible now; `allowed` says what is.",
    413: "Too large.",
    415: "No accepted type of evidence.",
    416: "`Range` asks for a part behind the end.",
    422: "What was sent does not fit; `field`, `rule` and `errors` say where and why.",
    429: "Too much at once; come back after `Retry-After` seconds.",
    500: "Internal error; `request_id` finds it.",
    503: "The database or the case engine is away; a retry with the same Idempotency-Key is safe.",
    504: "The case has not answered in time; a retry with the same Idempotency-Key is safe.",
}

Responses = dict[int | str, dict[str, Any]]


def problems(*statuses: int) -> Responses:
    schema = {"$ref": REFERENCE.format(model=Problem.__name__)}
    return {status: {"description": WORDS[status], "content": {MEDIA_TYPE: {"schema": schema}}} for status in statuses}


ALWAYS = (401, 403, 422, 429, 500, 503)
READING = problems(*ALWAYS)
LOOKING = problems(*ALWAYS, 404, 504)
ACTING = problems(*ALWAYS, 404, 409, 413, 504)
OPENING: Responses = {
    200: {"description": "This request opened it before, or it joined an open case."},
    **problems(*ALWAYS, 409, 413, 504),
}
UPLOADING = problems(*ALWAYS, 413, 415)
FOLLOWING = problems(404, 422, 429, 500, 503)
OWN = problems(*ALWAYS, 404)
TELLING = problems(401, 413, 422, 429, 500, 503, 504)
