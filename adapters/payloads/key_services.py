"""Who holds the payload keys: the secrets file itself, or a key management service, without which what the file has of them opens nothing.

A process asks the service once for each payload key, and keeps the opened one in memory (docs/payloads.md).
"""

import base64
from functools import lru_cache
from typing import Any, Protocol

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from adapters.secrets import PayloadKey, made_payload_key
from models.common.errors import Fault, RedressError
from models.common.vocabulary import ErrorType
from settings import Settings

MOST_OPENED = 16
CONTEXT = "redress-payload-key"
"""The entry of KMS's encryption context that names the payload key; CloudTrail shows it."""


NO_HELP = (
    "AWS KMS 无法用于负载密钥（{key}）：{said}",
    "AWS KMS does not help with payload keys ({key}): {said}",
)
REFUSALS = {
    "DisabledException": (
        "保管负载密钥的 AWS KMS 密钥 {key} 已停用：请重新启用（aws kms enable-key），工单随后自动继续。",
        "The key {key} of AWS KMS, which holds payload keys, is disabled: enable it (aws kms enable-key), and cases go on.",
    ),
    "KMSInvalidStateException": (
        "保管负载密钥的 AWS KMS 密钥 {key} 当前状态不可用（{said}）：请撤销删除（aws kms cancel-key-deletion）并启用，工单随后自动继续。",
        (
            "The key {key} of AWS KMS, which holds payload keys, is in no state to be used ({said}): cancel its deletion "
            "(aws kms cancel-key-deletion), enable it, and cases go on."
        ),
    ),
    "AccessDeniedException": (
        "AWS KMS 拒绝我们使用保管负载密钥的密钥 {key}（{said}）：请授权 kms:Decrypt（轮换时还需 kms:Encrypt），工单随后自动继续。",
        (
            "AWS KMS does not let us use the key {key}, which holds payload keys ({said}): allow kms:Decrypt, for rotations kms:Encrypt too, "
            "and cases go on."
        ),
    ),
}
"""Of a service that answers no: what it means, in Chinese and English, and the mend."""


class KeyService(Protocol):
    """Encrypts payload keys by a key that never leaves it. Raises RedressError (UNAVAILABLE) with the service's own words."""

    def sealed(self, name: str, key: bytes) -> tuple[bytes, str]:
        """The key, encrypted under that name; who can open it, as `held_by` has it."""
        ...

    def opened(self, name: str, content: bytes) -> bytes:
        """What `sealed` took."""
        ...


class AwsKms:
    """AWS KMS; address, region and credentials by AWS's own variables."""

    PREFIX = "aws-kms:"

    def __init__(self, key: str) -> None:
        """`key`: the id, ARN or alias of a symmetric key. Raises RedressError (INVALID) where the extra `aws` is not installed."""
        try:
            # of the extra, and slow to import
            import boto3  # noqa: PLC0415
            from botocore.config import Config  # noqa: PLC0415
            from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415
        except ModuleNotFoundError as error:
            detail = f"Payload keys held by AWS KMS need the extra `aws` ({error.name} is missing): make install EXTRAS=[aws]"
            raise RedressError(Fault(type=ErrorType.INVALID, detail=detail, field="payload_keys_held_by")) from error
        self._key, self._errors = key, (BotoCoreError, ClientError)
        region = dict(enumerate(key.split(":"))).get(3) if key.startswith("arn:") else None
        patience = Config(connect_timeout=3, read_timeout=5, retries={"total_max_attempts": 3, "mode": "standard"})
        try:
            self._kms: Any = boto3.client("kms", region_name=region, config=patience)
        except self._errors as error:
            raise self._away(error) from error

    def sealed(self, name: str, key: bytes) -> tuple[bytes, str]:
        answer = self._asked("encrypt", Plaintext=key, EncryptionContext={CONTEXT: name})
        return answer["CiphertextBlob"], f"{self.PREFIX}{answer['KeyId']}"  # its ARN, wherever an alias points to later

    def opened(self, name: str, content: bytes) -> bytes:
        return self._asked("decrypt", CiphertextBlob=content, EncryptionContext={CONTEXT: name})["Plaintext"]

    def _asked(self, call: str, **what: object) -> dict[str, Any]:
        try:
            return getattr(self._kms, call)(KeyId=self._key, **what)
        except self._errors as error:
            raise self._away(error) from error

    def _away(self, error: Exception) -> RedressError:
        refused: dict[str, dict[str, str]] = getattr(error, "response", {})  # of a service that answers
        code = refused.get("Error", {}).get("Code", "")
        zh, en = (words.format(key=self._key, said=error) for words in REFUSALS.get(code, NO_HELP))
        return RedressError(Fault(type=ErrorType.UNAVAILABLE, detail=en, detail_zh=zh, rule="payloads"))


def new_payload_key(settings: Settings) -> PayloadKey:
    """A new one, held by whom the settings name. Raises RedressError when the service does not help."""
    made = made_payload_key()
    if settings.payload_keys_held_by is None:
        return made
    content, holder = _service(settings.payload_keys_held_by).sealed(made.id, base64.b64decode(made.key))
    return made.model_copy(update={"key": base64.b64encode(content).decode(), "held_by": holder})


def opened_key(key: PayloadKey) -> AESGCM:
    """Ready to wrap and unwrap. Asks the service that holds it, once in a process; raises RedressError when it does not help."""
    return opened_once(key.id, key.key, key.held_by)


def trouble_with(key: PayloadKey) -> RedressError | None:
    """Why it cannot be opened; None: it can."""
    try:
        opened_key(key)
    except RedressError as error:
        return error
    return None


@lru_cache(MOST_OPENED)
def opened_once(name: str, key: str, held_by: str | None) -> AESGCM:
    content = base64.b64decode(key)
    return AESGCM(_service(held_by).opened(name, content) if held_by else content)


def _service(held_by: str) -> KeyService:
    if held_by.startswith(AwsKms.PREFIX):
        return AwsKms(held_by.removeprefix(AwsKms.PREFIX))
    detail = f"Nothing here knows how to reach {held_by}, which holds a payload key. Known: {AwsKms.PREFIX}KEY."
    raise RedressError(Fault(type=ErrorType.INVALID, detail=detail, field="payload_keys_held_by"))
