"""Payload keys that AWS KMS holds, over HTTP in a process of its own: the secrets file alone opens nothing (docs/payloads.md)."""

import base64
import re
import sys
from collections.abc import Iterator

import pytest
from temporalio.api.common.v1 import Payload

from adapters.database.engine import Database
from adapters.payloads.converter import CaseCodec, data_converter
from adapters.payloads.data_keys import DataKeys, wrap_anew
from adapters.payloads.key_services import new_payload_key, opened_once
from adapters.secrets import Keyring, PayloadKey, change_secrets, made_payload_key, path_of
from models.common.errors import RedressError
from models.common.vocabulary import ErrorType
from settings import Settings
from tests.support.processes.aws import Aws, running_aws

ALIAS = "alias/redress"
WORDS = Payload(data="收到的杯子碎了".encode())


@pytest.fixture(scope="module")
def running() -> Iterator[Aws]:
    with running_aws() as aws:
        yield aws


@pytest.fixture
def aws(running: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    for name, value in running.variables.items():
        monkeypatch.setenv(name, value)
    opened_once.cache_clear()  # as a process that has just begun
    yield running
    opened_once.cache_clear()


@pytest.fixture
def settings(database_settings: Settings, aws: Aws) -> Settings:
    aws.made_key(ALIAS)
    return database_settings.model_copy(update={"payload_keys_held_by": f"aws-kms:{ALIAS}"})


def keep(settings: Settings, *keys: PayloadKey) -> None:
    change_secrets(settings, lambda known: known.model_copy(update={"payload_keys": keys}))


async def test_the_secrets_file_has_no_key_and_a_process_asks_kms_once(
    settings: Settings, database: Database, aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = new_payload_key(settings)
    keep(settings, new)
    (written,) = await CaseCodec(DataKeys(database, Keyring(settings)), "RD-1").encode([WORDS])
    inside = aws.kms.decrypt(CiphertextBlob=base64.b64decode(new.key), EncryptionContext={"redress-payload-key": new.id})
    assert base64.b64encode(inside["Plaintext"]).decode() not in path_of(settings).read_text(encoding="utf-8")
    monkeypatch.setenv("AWS_ENDPOINT_URL_KMS", "http://127.0.0.1:9")  # gone, and nobody is asked again
    for name in ("RD-1", "RD-2"):
        codec = CaseCodec(DataKeys(database, Keyring(settings)), name)
        assert await codec.decode(await codec.encode([WORDS])) == [WORDS]
    assert await CaseCodec(DataKeys(database, Keyring(settings))).decode([written]) == [WORDS]


async def test_from_the_file_to_kms_and_to_another_of_its_keys(settings: Settings, database: Database, aws: Aws) -> None:
    in_file = made_payload_key()
    keep(settings, in_file)
    (written,) = await CaseCodec(DataKeys(database, Keyring(settings)), "RD-1").encode([WORDS])
    first = new_payload_key(settings)
    other = aws.made_key(ALIAS)  # the alias points to another key from now on
    second = new_payload_key(settings)
    assert (first.held_by, second.held_by) != (second.held_by, first.held_by)
    assert second.held_by == f"aws-kms:{other}"
    before: tuple[PayloadKey, ...] = (in_file,)
    for key in (first, second):
        keep(settings, key, *before)
        opened_once.cache_clear()
        assert await wrap_anew(database, Keyring(settings).payload_keys) == 1
        before = (key,)
    keep(settings, second)
    assert await CaseCodec(DataKeys(database, Keyring(settings))).decode([written]) == [WORDS]


def refusal(settings: Settings) -> tuple[ErrorType, str]:
    opened_once.cache_clear()
    with pytest.raises(RedressError) as found:
        data_converter(settings)
    return found.value.fault.type, found.value.fault.detail


def test_who_cannot_open_the_key_does_not_start_and_says_why(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    new = new_payload_key(settings)
    keep(settings, new)
    data_converter(settings)
    renamed = new.model_copy(update={"id": "20260101-abcdef"})  # what was encrypted under one name opens under no other
    keep(settings, renamed)
    assert refusal(settings)[0] is ErrorType.UNAVAILABLE
    keep(settings, new)
    monkeypatch.setenv("AWS_ENDPOINT_URL_KMS", "http://127.0.0.1:9")
    kind, words = refusal(settings)
    assert kind is ErrorType.UNAVAILABLE
    assert re.search("AWS KMS does not help with payload keys .*127.0.0.1:9", words)
    keep(settings, new.model_copy(update={"held_by": "vault:transit/redress"}))
    assert "reach vault:transit/redress" in refusal(settings)[1]


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        ("disabled", r"The key arn:\S+ of AWS KMS, which holds payload keys, is disabled: enable it"),
        ("deleted", r"in no state to be used \(.* is pending deletion\.\): cancel its deletion"),
        ("shut out", r"does not let us use the key arn:\S+, .* not authorized to perform: kms:Decrypt .*: allow kms:Decrypt"),
    ],
)
async def test_what_a_key_that_may_not_be_used_wraps_waits_for_it(
    settings: Settings, database: Database, aws: Aws, trouble: str, words: str
) -> None:
    new = new_payload_key(settings)
    keep(settings, new)
    (written,) = await CaseCodec(DataKeys(database, Keyring(settings)), "RD-1").encode([WORDS])
    key_id = str(new.held_by).rpartition("/")[2]
    match trouble:
        case "disabled":
            aws.kms.disable_key(KeyId=key_id)
        case "deleted":
            aws.kms.schedule_key_deletion(KeyId=key_id)
        case _:
            aws.shut_out = True
    kind, said = refusal(settings)  # of a program that starts
    assert kind is ErrorType.UNAVAILABLE
    assert re.search(words, said), said
    late = CaseCodec(DataKeys(database, Keyring(settings)), "RD-2")
    for step in (late.decode([written]), late.encode([WORDS])):
        with pytest.raises(RedressError, match=re.escape(said)):
            await step
    aws.shut_out = False
    if trouble == "deleted":
        aws.kms.cancel_key_deletion(KeyId=key_id)
    aws.kms.enable_key(KeyId=key_id)
    assert await late.decode([written]) == [WORDS]
    assert await late.decode(await late.encode([WORDS])) == [WORDS]


def test_without_the_extra_it_is_said_what_to_install(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(settings, new_payload_key(settings))
    monkeypatch.setitem(sys.modules, "boto3", None)
    assert "make install EXTRAS=[aws]" in refusal(settings)[1]
