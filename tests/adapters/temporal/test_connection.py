"""Temporal by settings: TLS, mTLS, and what is said when the way to the server is barred."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from adapters.temporal import namespace
from adapters.temporal.connection import connect
from models.common.errors import RedressError
from settings import Settings
from tests.support.processes.tls import Authority, Certificate, tls_before


@dataclass
class Doors:
    """The same server by three ways, and what there is to show at them."""

    plain: str
    tls: str
    mtls: str
    authority: Path
    other_authority: Path
    ours: Certificate
    strangers: Certificate


@pytest.fixture(scope="module")
async def doors(temporal: WorkflowEnvironment, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Doors]:
    folder = tmp_path_factory.mktemp("certificates")
    authority, other = Authority(folder), Authority(folder, "other")
    plain, server = temporal.client.service_client.config.target_host, authority.issue("temporal.example")
    async with AsyncExitStack() as stack:
        yield Doors(
            plain=plain,
            tls=await stack.enter_async_context(tls_before(plain, server)),
            mtls=await stack.enter_async_context(tls_before(plain, server, authority.certificate)),
            authority=authority.certificate,
            other_authority=other.certificate,
            ours=authority.issue("redress"),
            strangers=other.issue("stranger"),
        )


def by(doors: Doors, tmp_path: Path, address: str, **more: object) -> Settings:
    return Settings.model_validate(
        {
            "data_dir": tmp_path,
            "temporal_address": address,
            **({} if address == doors.plain else {"temporal_ca": doors.authority}),
        }
        | more
    )


def shown(certificate: Certificate) -> dict[str, object]:
    return {"temporal_certificate": certificate.certificate, "temporal_key": certificate.key}


async def said(settings: Settings) -> str:
    with pytest.raises(RedressError) as refused:
        await connect(settings)
    sentence = refused.value.fault.detail
    assert "\n" not in sentence
    assert refused.value.fault.detail_zh != sentence
    return sentence


async def test_a_server_with_tls_and_one_that_wants_our_certificate_are_reached_by_settings(doors: Doors, tmp_path: Path) -> None:
    for settings in (
        by(doors, tmp_path, doors.plain),
        by(doors, tmp_path, doors.tls),
        by(doors, tmp_path, doors.tls, temporal_server_name="temporal.example"),
        by(doors, tmp_path, doors.mtls, **shown(doors.ours)),
    ):
        await namespace.check(await connect(settings), settings)


async def test_what_bars_the_way_is_said_in_a_sentence_that_names_the_setting(doors: Doors, tmp_path: Path) -> None:
    def to(address: str, **more: object) -> Settings:
        return by(doors, tmp_path, address, **more)

    assert "REDRESS_TEMPORAL_CA" in await said(to(doors.tls, temporal_ca=doors.other_authority))
    assert "REDRESS_TEMPORAL_CA" in await said(to(doors.tls, temporal_ca=None, temporal_tls=True))
    assert "REDRESS_TEMPORAL_SERVER_NAME" in await said(to(doors.tls, temporal_server_name="elsewhere.example"))
    assert "Set REDRESS_TEMPORAL_TLS to true" in await said(to(doors.tls, temporal_tls=False))
    assert "does not speak TLS" in await said(to(doors.plain, temporal_tls=True))
    assert "REDRESS_TEMPORAL_CERTIFICATE" in await said(to(doors.mtls))
    assert "REDRESS_TEMPORAL_CERTIFICATE" in await said(to(doors.mtls, **shown(doors.strangers)))
    assert "REDRESS_TEMPORAL_KEY is not set" in await said(to(doors.mtls, temporal_certificate=doors.ours.certificate))
    assert "not a certificate and its key" in await said(
        to(doors.mtls, temporal_certificate=doors.ours.certificate, temporal_key=doors.authority)
    )
    assert "nowhere.pem cannot be read" in await said(to(doors.tls, temporal_ca=tmp_path / "nowhere.pem"))
    assert "No Temporal server answers at 127.0.0.1:1." in await said(to("127.0.0.1:1", temporal_ca=None))
    assert "is not known" in await said(to("nowhere.invalid:7233", temporal_ca=None))
