"""The OpenAPI document: what FastAPI writes, with our problems in it, plain names, and as every 3.1 reader takes it."""

from typing import Any

from fastapi import FastAPI

from api.http.problems import Problem

REFERENCE = "#/components/schemas/{model}"


def install(app: FastAPI) -> None:
    """Let `app.openapi()` add `Problem`, and describe event streams as texts: `itemSchema` is of OpenAPI 3.2."""
    write = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = write()
            schema = Problem.model_json_schema(ref_template=REFERENCE)
            document["components"]["schemas"] |= {**schema.pop("$defs", {}), "Problem": schema}
            for path in document["paths"].values():
                for operation in path.values():
                    _plain_streams(operation["responses"])
                    _name_form(operation, document["components"]["schemas"])
        return app.openapi_schema or write()

    app.openapi = openapi


def _plain_streams(responses: dict[str, Any]) -> None:
    for response in responses.values():
        stream = response.get("content", {}).get("text/event-stream")
        if stream is not None:
            stream.pop("itemSchema", None)
            stream["schema"] = {"type": "string"}


def _name_form(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Call the schema of an uploaded form by its tag: FastAPI makes a name of function, path and method."""
    form = operation.get("requestBody", {}).get("content", {}).get("multipart/form-data")
    if form is not None:
        name = f"{operation['tags'][0].title()}Form"
        schemas[name] = {**schemas.pop(form["schema"]["$ref"].rpartition("/")[2]), "title": name}
        form["schema"] = {"$ref": REFERENCE.format(model=name)}
