"""The secrets that `redress up` needs and nobody set: made at first start, kept in the data folder, readable by its owner only."""

import base64
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from settings import Settings


@dataclass(frozen=True)
class Secrets:
    """`jwt` signs local tokens (HS256); `webhook` (`whsec_…`) signs partners' webhooks (Standard Webhooks)."""

    jwt: str
    webhook: str


def secrets_of(settings: Settings) -> Secrets:
    """The secrets in force: a setting wins over the file. Several processes starting at once end up with the same ones."""
    if settings.jwt_secret is not None and settings.webhook_secret is not None:
        return Secrets(settings.jwt_secret.get_secret_value(), settings.webhook_secret.get_secret_value())
    kept = _kept(settings.data_dir / "secrets.json")
    return Secrets(
        jwt=settings.jwt_secret.get_secret_value() if settings.jwt_secret else kept.jwt,
        webhook=settings.webhook_secret.get_secret_value() if settings.webhook_secret else kept.webhook,
    )


def _kept(path: Path) -> Secrets:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        made = {"jwt": secrets.token_urlsafe(48), "webhook": "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()}
        own = path.with_name(f".{path.name}.{os.getpid()}")
        descriptor = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(made, file)
        try:
            os.link(own, path)  # fails when another process was first: its secrets stand
        except FileExistsError:
            pass
        finally:
            own.unlink()
    found: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return Secrets(jwt=found["jwt"], webhook=found["webhook"])
