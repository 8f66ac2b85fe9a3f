"""How values are written into Temporal's histories: as JSON, and, once there is a payload key, encrypted with the key of their case."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from cryptography.exceptions import InvalidTag
from pydantic import TypeAdapter
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import PydanticJSONPlainPayloadConverter
from temporalio.converter import (
    ActivitySerializationContext,
    CompositePayloadConverter,
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    DefaultPayloadConverter,
    JSONPlainPayloadConverter,
    PayloadCodec,
    SerializationContext,
    WithSerializationContext,
    WorkflowSerializationContext,
)

from adapters.database.engine import Database
from adapters.payloads.data_keys import OF_NO_CASE, DataKeys, name_of, opened, sealed
from adapters.payloads.key_services import opened_key
from adapters.secrets import Keyring
from models.common.errors import Fault, RedressError
from models.common.vocabulary import ErrorType
from settings import Settings

ENCODING = b"binary/encrypted"
_adapter = cache(TypeAdapter[Any])
NAME = "data-key"
"""The entry of a payload's metadata that names its data key."""


class ReadsWhatItKnows(PydanticJSONPlainPayloadConverter):
    """Values as JSON. A newer release may have sent them: fields that are unknown here are passed over, however deep (docs/releases.md)."""

    def from_payload(self, payload: Payload, type_hint: type | None = None) -> Any:  # noqa: ANN401  # whatever was asked for
        return _adapter(type_hint or Any).validate_json(payload.data, extra="ignore")


class Converter(CompositePayloadConverter):
    """The SDK's own, but for JSON."""

    def __init__(self) -> None:
        usual = DefaultPayloadConverter.default_encoding_payload_converters
        super().__init__(*(ReadsWhatItKnows() if isinstance(one, JSONPlainPayloadConverter) else one for one in usual))


PLAIN = DataConverter(payload_converter_class=Converter)
"""Without encryption."""


def data_converter(settings: Settings) -> DataConverter:
    """For every client and worker. The first payload key counts from the next start on, later ones at once (docs/payloads.md).

    Raises RedressError when the service that holds the newest one does not help.
    """
    keyring = Keyring(settings)
    if not keyring.payload_keys:
        return PLAIN
    opened_key(keyring.payload_keys[0])  # whoever holds it is asked now, and said to be away before there is work
    return replace(
        PLAIN,
        payload_codec=CaseCodec(DataKeys(Database(settings), keyring)),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )


class CaseCodec(PayloadCodec, WithSerializationContext):
    """Encrypts each payload with the data key of its case (AES-256-GCM). A payload without encryption is read as it is."""

    def __init__(self, keys: DataKeys, name: str = OF_NO_CASE) -> None:
        self._keys = keys
        self._name = name

    def with_context(self, context: SerializationContext) -> "CaseCodec":
        workflow_id = (
            context.workflow_id if isinstance(context, WorkflowSerializationContext | ActivitySerializationContext) else None
        )
        return CaseCodec(self._keys, name_of(workflow_id or ""))

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        key = await self._keys.of(self._name)
        return [
            Payload(
                metadata={"encoding": ENCODING, NAME: self._name.encode()},
                data=sealed(key, self._name, payload.SerializeToString()),
            )
            for payload in payloads
        ]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [await self._decoded(payload) for payload in payloads]

    async def _decoded(self, payload: Payload) -> Payload:
        if (name := name_in(payload)) is None:
            return payload
        key = await self._keys.known(name)
        try:
            return Payload.FromString(opened(key, name, payload.data))
        except InvalidTag as error:
            detail = f"A payload of {name} was changed, or encrypted with another key."
            raise RedressError(Fault(type=ErrorType.INVALID, detail=detail, rule="payloads")) from error


def name_in(payload: Payload) -> str | None:
    """Whose data key it was encrypted with; None: with none."""
    if payload.metadata.get("encoding") != ENCODING:
        return None
    return payload.metadata[NAME].decode(errors="replace")
