"""Temporal's Web UI as a program of its own, as in front of a cluster: the server of its Go module, built once and kept."""

import subprocess
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

import yaml

from tests.support.processes.go_programs import go_program
from tests.support.processes.ports import answers
from tests.support.processes.redress import until

CODEC = {
    "TEMPORAL_CODEC_ENDPOINT": "endpoint",
    "TEMPORAL_CODEC_INCLUDE_CREDENTIALS": "includeCredentials",
    "TEMPORAL_CODEC_DEFAULT_ERROR_MESSAGE": "defaultErrorMessage",
    "TEMPORAL_CODEC_DEFAULT_ERROR_LINK": "defaultErrorLink",
}
"""What its image makes of variables (config/docker.yaml of the module)."""


def temporal_ui() -> Path | None:
    """The program."""
    return go_program("REDRESS_TEMPORAL_UI", "temporal-ui", "github.com/temporalio/ui-server/v2/cmd/server@v2.54.1")


@contextmanager
def running_ui(folder: Path, port: int, temporal: str, variables: Mapping[str, str]) -> Generator[str]:
    """Where it is. `variables`: those of its container; each is one that the image knows."""
    program = temporal_ui()
    assert program, "the Temporal Web UI is missing: set REDRESS_TEMPORAL_UI to it, or install Go"
    assert {name for name in variables if name.startswith("TEMPORAL_CODEC_")} <= set(CODEC)
    codec = {CODEC[name]: yaml.safe_load(value) for name, value in variables.items() if name in CODEC}
    config = {
        "temporalGrpcAddress": temporal,
        "host": "127.0.0.1",
        "port": port,
        "enableUi": True,
        "disableNewsFetch": True,
        "codec": codec,
    }
    (folder / "here.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    command = [program, "--root", str(folder), "--config", ".", "--env", "here", "start"]
    with (folder / "ui.log").open("wb") as log, subprocess.Popen(command, cwd=folder, stdout=log, stderr=log) as process:
        try:
            until(lambda: answers(port) or process.poll() is not None)
            assert process.poll() is None, (folder / "ui.log").read_text(encoding="utf-8")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
