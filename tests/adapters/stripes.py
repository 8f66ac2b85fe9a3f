"""What tests of Stripe share: the refund they ask for, and where the program `stripe-mock` is."""

import os
import shutil
import subprocess
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from models.base import Money
from models.errors import PartnerError
from models.partners import RefundOrder

KEY = "RD-1.m1.1.1"
MODULE = "github.com/stripe/stripe-mock@v0.203.0"


def asked(minor: int = 250, currency: str = "USD", **change: Any) -> RefundOrder:
    base = RefundOrder(
        key=KEY,
        payment_id="pi_1",
        order_id="O-1",
        amount=Money(minor=minor, currency=currency),
        reason="logistics.lost",
        reference="RD-1",
    )
    return base.model_copy(update=change)


async def error_of(call: Coroutine[Any, Any, object]) -> PartnerError:
    with pytest.raises(PartnerError) as raised:
        await call
    return raised.value


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
