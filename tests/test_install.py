"""What is installed for production (TRU-8): all that runs, nothing of development, and a bill of materials that says so."""

import json
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from settings import ROOT

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runtime") / "venv"
    subprocess.run(["make", "--silent", "install", f"RUNTIME={folder}"], cwd=ROOT, check=True)
    return folder


def names(*requirements: str) -> set[str]:
    return {canonicalize_name(Requirement(line).name) for line in requirements}


def test_production_runs_without_the_packages_of_development(runtime: Path, tmp_path: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = names(*project["project"]["dependencies"])
    development = names(*project["dependency-groups"]["dev"], *project["project"]["optional-dependencies"]["training"])
    listed = subprocess.run(
        [ROOT / ".venv/bin/uv", "pip", "list", "--python", runtime / "bin/python", "--format=json"],
        capture_output=True,
        check=True,
    )
    installed = {canonicalize_name(package["name"]) for package in json.loads(listed.stdout)}
    assert wanted <= installed
    assert installed & (development - wanted) == set()
    starts = "from api.app import create_app; from settings import Settings; create_app(Settings())"
    for code in ("import worker, api.__main__, sandbox.__main__, cli", starts):
        subprocess.run([runtime / "bin/python", "-c", code], cwd=tmp_path, check=True)


def test_the_bill_of_materials_names_what_is_installed_and_no_more(runtime: Path, tmp_path: Path) -> None:
    bill = tmp_path / "bill.json"
    subprocess.run(
        [ROOT / ".venv/bin/cyclonedx-py", "environment", "--output-file", bill, runtime / "bin/python"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    listed = {canonicalize_name(component["name"]) for component in json.loads(bill.read_text(encoding="utf-8"))["components"]}
    assert {"temporalio", "fastapi", "sqlmodel"} <= listed
    assert listed.isdisjoint({"pytest", "basedpyright", "playwright", "uv"})
