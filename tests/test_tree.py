"""The shape of the repository (docs/architecture.md): who may import whom, and what no file may hold."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from settings import ROOT

MAY_IMPORT = {
    "models": {"models"},
    "rules": {"models", "rules"},
    "adapters": {"adapters", "models", "settings"},
    "activities": {"activities", "adapters", "models", "rules", "settings", "workflows"},
    "workflows": {"models", "rules", "workflows"},
    "api": {"adapters", "api", "models", "rules", "settings", "workflows"},
    "settings": set[str](),
}
"""Activities may use the names and signatures that workflows call them by, and nothing else of workflows."""
SIGNATURES = "workflows.effects"
NOBODY_IMPORTS = {"worker", "cli", "commands", "sandbox"}
OUTERMOST = NOBODY_IMPORTS | {"classifier", "tests", "benchmarks", "migrations"}
LONGEST = 350
MARKS_OF_UNFINISHED_WORK = ("TO" + "DO", "FIX" + "ME", "XX" + "X:")


def tracked(*patterns: str) -> list[Path]:
    """Files of the repository; new ones that are not committed yet are of it, ignored ones are not."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\n")
    return [ROOT / name for name in listed if name and (ROOT / name).is_file()]


def imports(file: Path) -> Iterator[str]:
    """Every module that a file imports, by its full name."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative import"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def top(name: str) -> str:
    return name.partition(".")[0]


def package(file: Path) -> str:
    return file.relative_to(ROOT).parts[0].removesuffix(".py")


OURS = {package(file) for file in tracked("*.py")}


@pytest.mark.parametrize("inner", MAY_IMPORT)
def test_imports_point_inwards_only(inner: str) -> None:
    wrong = [
        f"{file.relative_to(ROOT)} imports {name}"
        for file in tracked(f"{inner}/*.py", f"{inner}/**/*.py", f"{inner}.py")
        for name in imports(file)
        if top(name) in OURS and top(name) not in MAY_IMPORT[inner]
    ]
    assert wrong == []


def test_nobody_imports_the_programs() -> None:
    wrong = [
        f"{file.relative_to(ROOT)} imports {name}"
        for file in tracked("*.py")
        for name in imports(file)
        if package(file) not in OUTERMOST and top(name) in NOBODY_IMPORTS
    ]
    assert wrong == []


@pytest.mark.parametrize("inner", ["activities", "api"])
def test_of_workflows_only_names_and_signatures_are_used_outside(inner: str) -> None:
    wrong = [
        f"{file.relative_to(ROOT)} imports {name}"
        for file in tracked(f"{inner}/*.py", f"{inner}/**/*.py")
        for name in imports(file)
        if top(name) == "workflows" and name != "workflows" and not name.startswith(SIGNATURES)
    ]
    assert wrong == []


def test_workflows_and_rules_never_see_tables() -> None:
    tables = {"models.tables", "models.books", "models.claim_books", "models.differences"}
    wrong = [str(file.relative_to(ROOT)) for file in tracked("workflows/*.py", "rules/*.py") if tables & {*imports(file)}]
    assert wrong == []


def test_every_package_of_ours_has_its_place() -> None:
    assert OURS - set(MAY_IMPORT) - OUTERMOST == set()


def test_no_file_is_too_long_to_read() -> None:
    lengths = {str(file.relative_to(ROOT)): len(file.read_text(encoding="utf-8").splitlines()) for file in tracked("*.py")}
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_no_work_is_left_for_later_in_a_comment() -> None:
    marked = [
        f"{file.relative_to(ROOT)}: {mark}"
        for file in tracked("*.py", "*.md", "*.yaml", "Makefile")
        for mark in MARKS_OF_UNFINISHED_WORK
        if mark in file.read_text(encoding="utf-8")
    ]
    assert marked == []


def test_every_link_between_the_documents_leads_somewhere() -> None:
    dead = [
        f"{file.relative_to(ROOT)}: {target}"
        for file in tracked("*.md")
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", file.read_text(encoding="utf-8"))
        if not (file.parent / target).exists()
    ]
    assert dead == []
