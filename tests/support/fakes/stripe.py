"""What tests of Stripe share: the refund and the charge they ask for, a Stripe at a free port, and where the program `stripe-mock` is."""

import asyncio
import os
import shutil
import socket
import subprocess
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from fastapi import FastAPI

MODULE = "github.com/stripe/stripe-mock@v0.203.0"


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncGenerator[str]:
    """The application at a free port, in this event loop."""
    with socket.socket(proto=socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, ws="none", timeout_graceful_shutdown=1))
        running = asyncio.create_task(server.serve(sockets=[listening]))
        while not server.started:
            await asyncio.sleep(0.01)
        host, port = listening.getsockname()
        yield f"http://{host}:{port}"
        server.should_exit = True
        await running


def stripe_mock() -> Path | None:
    """The program: named, on PATH, or built by Go from its module."""
    named = os.environ.get("REDRESS_STRIPE_MOCK") or shutil.which("stripe-mock")
    if named:
        return Path(named)
    kept = Path.home() / ".cache" / "redress" / "stripe-mock"
    if not kept.exists() and shutil.which("go"):
        environment = {**os.environ, "GOBIN": str(kept.parent)}
        subprocess.run(["go", "install", MODULE], check=False, env=environment, capture_output=True, timeout=110)
    return kept if kept.exists() else None


def may_have_stripe_mock() -> bool:
    return any((os.environ.get("REDRESS_STRIPE_MOCK"), shutil.which("stripe-mock"), shutil.which("go")))
