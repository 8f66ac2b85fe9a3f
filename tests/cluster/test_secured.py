"""All of Redress (OPS-1) on a Temporal server that wants TLS, our certificate and an API key: set up by one key, run by another."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.temporal import namespace
from adapters.temporal.connection import connect
from models.common.errors import RedressError
from models.common.vocabulary import Role
from settings import Settings
from tests.support.processes.redress import Redress, until
from tests.support.processes.temporal_cluster import EVERYTHING, Cluster, running_cluster


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with running_cluster(tmp_path_factory.mktemp("cluster")) as cluster:
        until(lambda: "refuses us" in said(cluster, tmp_path_factory.mktemp("nobody")))
        yield cluster


def said(cluster: Cluster, folder: Path, *permissions: str, **instead: object) -> str:
    """What is wrong with the way to the namespace, for whoever has these permissions."""
    given = {name.removeprefix("REDRESS_").lower(): value for name, value in cluster.settings(*permissions).items()}
    settings = Settings.model_validate({"data_dir": folder, **given, **instead})

    async def look() -> None:
        await namespace.check(await connect(settings), settings)

    try:
        asyncio.run(look())
    except RedressError as error:
        return error.fault.detail
    return "nothing"


def test_a_case_lives_where_strangers_are_refused(cluster: Cluster, tmp_path: Path) -> None:
    redress = Redress(tmp_path)
    outside = dict(redress.environment)
    assert "has no namespace redress" in said(cluster, tmp_path, "redress:write")
    redress.environment = outside | cluster.settings(EVERYTHING)
    done = redress.run("temporal", "setup")
    assert "has everything" in done.stdout, done.stderr
    assert said(cluster, tmp_path, "redress:write") == "nothing"
    assert "refuses us for namespace redress" in said(cluster, tmp_path, "elsewhere:write")
    without = {"temporal_certificate": None, "temporal_key": None}
    assert "Does it want another client's certificate?" in said(cluster, tmp_path, "redress:write", **without)

    redress.environment = outside | cluster.settings("redress:write")
    redress.start()
    try:
        case = redress.open("delivered", kind="inquiry", issue="rules.platform_rule")
        case.reaches("reply")
        case.act(Role.AGENT, "reply", words="Within seven days.", solves=True)
        case.reaches("confirmation")
        case.act(Role.CUSTOMER, "confirm")
        assert case.closes()["outcome"] == "answered"
        looked = redress.run("doctor")
        assert looked.returncode == 0, looked.stdout
    finally:
        redress.stop()
        redress.http.close()
