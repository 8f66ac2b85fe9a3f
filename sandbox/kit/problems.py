"""Errors in the shape of the contracts: `{"detail": …}`."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse


def handle_problems(app: FastAPI) -> None:
    """An invalid call is told in one sentence, like every other error."""

    async def invalid(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)  # noqa: S101  # registered for it
        wrong = "; ".join(f"{'.'.join(str(step) for step in found['loc'])}: {found['msg']}" for found in error.errors())
        return JSONResponse({"detail": wrong}, 422)

    app.add_exception_handler(RequestValidationError, invalid)
