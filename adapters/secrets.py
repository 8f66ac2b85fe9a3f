"""The secrets that nobody set: made at first start, kept in one file, readable by its owner only (docs/security.md)."""

import base64
import fcntl
import json
import os
import secrets
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, SecretStr, ValidationError, field_serializer

from models.common.credentials import AT_ONCE, Credentials, Holder, holder
from models.common.errors import Fault, RedressError
from models.common.partner_registry import Partner
from models.common.vocabulary import ErrorType
from settings import Settings

EVER = datetime(1970, 1, 1, tzinfo=UTC)
GRACE = timedelta(minutes=15)
"""So long what was under way at an upgrade needs no seal yet."""


class SealKey(BaseModel):
    """With which our programs seal what they tell workflows (adapters/seal.py)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    made_at: AwareDatetime


class PayloadKey(BaseModel):
    """With which the data keys of cases are wrapped (adapters/payloads)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    key: str
    """AES-256, in base64; of one that somebody else holds, what they encrypted it to."""
    made_at: AwareDatetime
    held_by: str | None = None
    """The service that alone can open it, as `aws-kms:arn:…`; None: the file has the key itself."""


class Secrets(BaseModel):
    """The secrets in force, as the file keeps them."""

    model_config = ConfigDict(frozen=True, extra="allow")  # what a later release keeps there stays

    jwt: str
    """Signs local tokens (HS256)."""
    webhook: str | None = None
    """`whsec_…` that all partners shared in earlier releases; taken for one more release, with a warning."""
    partners: dict[Holder, Credentials] = {}
    seals: tuple[SealKey, ...] = ()
    """The newest first; all of them are good."""
    sealed_from: AwareDatetime | None = None
    """From then on nothing without a seal is taken; a data folder of an earlier release has a while to empty its queues."""

    payload_keys: tuple[PayloadKey, ...] = ()
    """The newest first; none: what Temporal keeps is not encrypted."""

    @field_serializer("partners")
    def _plain(self, partners: dict[str, Credentials]) -> dict[str, dict[str, list[str]]]:
        return {
            name: {field: [secret.get_secret_value() for secret in getattr(own, field)] for field in Credentials.model_fields}
            for name, own in partners.items()
        }


def secrets_of(settings: Settings) -> Secrets:
    """The secrets in force: a setting wins over the file. Several processes starting at once end up with the same ones."""
    kept = _read(path_of(settings))
    if kept is None or not _is_whole(kept):
        kept = change_secrets(settings, lambda known: known)
    shared = settings.webhook_secret.get_secret_value() if settings.webhook_secret else kept.webhook
    jwt = settings.jwt_secret.get_secret_value() if settings.jwt_secret else kept.jwt
    return kept.model_copy(update={"jwt": jwt, "webhook": shared, "partners": {**kept.partners, **settings.partner_credentials}})


def path_of(settings: Settings) -> Path:
    """Where the secrets are kept."""
    return settings.secrets_file or settings.data_dir / "secrets.json"


def change_secrets(settings: Settings, change: Callable[[Secrets], Secrets]) -> Secrets:
    """Write down what `change` makes of the file's secrets, after what is lacking was made. One process at a time."""
    path = path_of(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    with _alone(path):
        before = _read(path)
        after = change(_whole(before))
        if after != before:
            _write(path, after)
        return after


def made_credentials() -> Credentials:
    """New ones."""
    return Credentials(webhook=(SecretStr(_webhook_secret()),), token=(SecretStr(secrets.token_urlsafe(32)),))


def rotated(known: Credentials) -> Credentials:
    """New ones, beside which those that were current stay good."""
    new = made_credentials()
    return Credentials(webhook=(*new.webhook, *known.webhook)[:AT_ONCE], token=(*new.token, *known.token)[:AT_ONCE])


class Keyring:
    """Partners' credentials in force. The file is read anew when it changes, so that rotating them needs no restart."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._known: Secrets | None = None
        self._stamp: tuple[int, int] | None = None

    def of(self, partner: Partner, who: str | None = None) -> Credentials | None:
        return self._secrets().partners.get(holder(partner, who))

    def apart(self, partner: Partner) -> frozenset[str]:
        """The merchants or carriers that have credentials of their own."""
        mine = f"{partner}/"
        return frozenset(name.removeprefix(mine) for name in self._secrets().partners if name.startswith(mine))

    @property
    def shared(self) -> str | None:
        """The secret for webhooks of all partners, of earlier releases."""
        return self._secrets().webhook

    @property
    def seals(self) -> tuple[SealKey, ...]:
        return self._secrets().seals

    @property
    def sealed_from(self) -> datetime:
        return self._secrets().sealed_from or EVER

    @property
    def payload_keys(self) -> tuple[PayloadKey, ...]:
        return self._secrets().payload_keys

    def tokens(self, partner: Partner, who: str | None = None) -> tuple[str, ...]:
        """What a call carries, in the order of trying: a merchant's or carrier's own, else the kind's.

        `REDRESS_PARTNER_TOKEN`, which all partners share, stands for those of all kinds.
        """
        given = self._settings.partner_token
        asked = () if given is not None and _stamp_of(path_of(self._settings)) is None else (who,) if who else ()
        own = next((found for name in asked if (found := self.of(partner, name))), None)
        if own is None and given is not None:
            return (given.get_secret_value(),)
        own = own or self.of(partner)
        return tuple(token.get_secret_value() for token in own.token) if own else ()

    def _secrets(self) -> Secrets:
        stamp = _stamp_of(path_of(self._settings))
        if self._known is None or stamp != self._stamp:
            self._known = secrets_of(self._settings)
            self._stamp = _stamp_of(path_of(self._settings))
        return self._known


def made_seal() -> SealKey:
    """A new one."""
    return SealKey(key=secrets.token_urlsafe(32), made_at=datetime.now(UTC))


def made_payload_key() -> PayloadKey:
    """A new one, named after its day."""
    now = datetime.now(UTC)
    name = f"{now:%Y%m%d}-{secrets.token_hex(3)}"
    return PayloadKey(id=name, key=base64.b64encode(secrets.token_bytes(32)).decode(), made_at=now)


def _is_whole(known: Secrets) -> bool:
    return bool(known.seals) and all(partner.value in known.partners for partner in Partner)


def _whole(known: Secrets | None) -> Secrets:
    """With what is lacking made."""
    if known is None:
        known = Secrets(jwt=secrets.token_urlsafe(48), sealed_from=EVER)
    made = {partner.value: made_credentials() for partner in Partner if partner.value not in known.partners}
    return known.model_copy(
        update={
            "partners": {**known.partners, **made},
            "seals": known.seals or (made_seal(),),
            "sealed_from": known.sealed_from or datetime.now(UTC) + GRACE,
        }
    )


def _webhook_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def _stamp_of(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_ino


@contextmanager
def _alone(path: Path) -> Generator[None]:
    with os.fdopen(os.open(path.with_name(f".{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600), "r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # goes with the process, however it ends
        yield


def _read(path: Path) -> Secrets | None:
    try:
        content = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    try:
        return Secrets.model_validate_json(content)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(step) for step in found["loc"]) or "the file"
        raise RedressError(
            Fault(
                type=ErrorType.INVALID,
                detail=f"{path} cannot be read as Redress's secrets ({place}: {found['msg']}): put its backup back. Without one remove it: "
                "then new secrets are made, tokens have to be made anew, and partners be given their new secrets.",
                field=str(path),
            )
        ) from None  # the cause quotes secrets


def _write(path: Path, content: Secrets) -> None:
    own = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(own, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(content.model_dump(mode="json", exclude_none=True), file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    own.replace(path)
