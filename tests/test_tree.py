"""The shape of the repository (docs/architecture.md): who may import whom, and what no file may hold."""

import ast
import re
import subprocess
from functools import cache
from graphlib import CycleError, TopologicalSorter
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
    "settings": {"models"},
    "examples": {"examples"},
}
"""Activities may use the names and signatures that workflows call them by, and nothing else of workflows."""
SIGNATURES = "workflows.kit.activities"
NOBODY_IMPORTS = {"worker", "cli", "commands", "sandbox"}
OUTERMOST = NOBODY_IMPORTS | {"classifier", "tests", "benchmarks", "migrations", ".ci"}
LONGEST = 350
FLAT_AT_MOST = 12
"""Modules directly in a top-level package: an idea of one file; more belong to a folder."""
FORMER_WORDS = re.compile(
    r"errand|clockwork|(?<!smoke )\balarm|turnto\b|\binsist|sameness|\btakings\b|moneyrow|reimburse|gravest|come_to\b"
    r"|\bdues\b|\bleash|household|\bkeeper\b|claim_desk|makes no sense|who are you|partner-nonsense|\ba_deed\b",
    re.IGNORECASE,
)
"""Words for which docs/glossary.md has a better one."""
ON_THE_WIRE = re.compile(
    r"""["`](errand|reimbursement|sameness|takings|partner-nonsense)["`]|\b(resolution\.)?errand_broken_off\b"""
)
"""Where they must stay: names in histories, tables and JSON."""
MARKS_OF_UNFINISHED_WORK = ("TO" + "DO", "FIX" + "ME", "XX" + "X:")


@cache
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


@cache
def imports(file: Path) -> list[str]:
    """Every module that a file imports, by its full name."""
    found: list[str] = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative import"
            found += [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
    return found


def top(name: str) -> str:
    return name.partition(".")[0]


def package(file: Path) -> str:
    return file.relative_to(ROOT).parts[0].removesuffix(".py")


def module(file: Path) -> str:
    """The full name under which a file is imported."""
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def folder(name: str) -> str:
    """The idea that a module belongs to: the folder inside its top-level package, or the module itself when it stands alone."""
    return ".".join(name.split(".")[:2])


def circle(arrows: set[tuple[str, str]]) -> list[str] | None:
    """Names that lead back to themselves by these arrows; None: there is no such way."""
    graph = TopologicalSorter[str]()
    for name, target in arrows:
        graph.add(name, target)
    try:
        graph.prepare()
    except CycleError as error:
        return list(error.args[1])
    return None


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
    wrong = [
        f"{file.relative_to(ROOT)} imports {name}"
        for file in tracked("workflows/*.py", "workflows/**/*.py", "rules/*.py", "rules/**/*.py")
        for name in imports(file)
        if name.startswith("models.tables")
    ]
    assert wrong == []


def test_every_table_is_in_the_folder_of_tables() -> None:
    wrong = [
        str(file.relative_to(ROOT))
        for file in tracked("*.py", "**/*.py")
        if re.search(r"\btable=True\b", file.read_text(encoding="utf-8"))
        and "models/tables/" not in str(file)
        and package(file) != "tests"
    ]
    assert wrong == []


def test_modules_and_folders_import_one_another_in_one_direction() -> None:
    modules = {module(file): file for file in tracked("*.py", "**/*.py") if package(file) not in {"tests", "migrations"}}
    arrows = {
        (name, target) for name, file in modules.items() for target in imports(file) if target in modules and target != name
    }
    between_folders = {
        (folder(name), folder(target)) for name, target in arrows if top(name) == top(target) and folder(name) != folder(target)
    }
    assert circle(arrows) is None, "modules"
    assert circle(between_folders) is None, "folders"


@pytest.mark.parametrize("inner", sorted(MAY_IMPORT))
def test_a_folder_for_each_idea_keeps_the_top_of_a_package_short(inner: str) -> None:
    flat = [file.name for file in tracked(f"{inner}/*.py") if file.parent == ROOT / inner and file.name != "__init__.py"]
    assert len(flat) <= FLAT_AT_MOST, flat


def test_tests_mirror_the_tree() -> None:
    wrong = [
        str(file.relative_to(ROOT))
        for file in tracked("tests/**/test_*.py")
        if (parts := file.relative_to(ROOT / "tests").parts)[0] in MAY_IMPORT
        and len(parts) > 2
        and not (ROOT.joinpath(*parts[:-1]).is_dir() or ROOT.joinpath(*parts[:-1]).with_suffix(".py").is_file())
    ]
    assert wrong == []


def test_only_training_imports_what_its_extra_installs() -> None:
    extra = {"scipy", "sklearn", "snownlp"}
    importing = [str(file.relative_to(ROOT)) for file in tracked("*.py") if extra & {top(name) for name in imports(file)}]
    assert importing == ["classifier/fit.py", "classifier/train.py"]


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


def test_every_file_and_folder_that_a_document_names_is_there() -> None:
    places = "|".join(sorted({file.relative_to(ROOT).parts[0] for file in tracked()} - {"README.md"}, key=len, reverse=True))
    named = re.compile(rf"`((?:{places})(?:/[\w.*-]+)*/?)`")
    gone = [
        f"{file.relative_to(ROOT)}: {name}"
        for file in tracked("*.md")
        for name in named.findall(file.read_text(encoding="utf-8"))
        if not any(ROOT.glob(name)) and not any(file.parent.glob(name))
    ]
    assert gone == []


def test_every_file_that_a_docstring_names_is_there() -> None:
    named = re.compile(rf"\b((?:{'|'.join(sorted(OURS))}|docs|policies)/[\w/-]+\.(?:py|md|yaml|csv))\b")
    gone = [
        f"{file.relative_to(ROOT)}: {name}"
        for file in tracked("*.py")
        for name in named.findall(file.read_text(encoding="utf-8"))
        if package(file) != "tests" and not (ROOT / name).exists()
    ]
    assert gone == []


def test_each_idea_has_one_word() -> None:
    wrong = [
        f"{file.relative_to(ROOT)}: {found.group()}"
        for file in tracked("*.py", "*.md", "policies/*.yaml")
        if package(file) != "migrations" and file != Path(__file__).resolve() and not str(file).endswith("glossary.md")
        for found in FORMER_WORDS.finditer(ON_THE_WIRE.sub("", file.read_text(encoding="utf-8")))
    ]
    assert wrong == []


def test_no_state_in_a_row_is_read_as_if_people_wrote_it() -> None:
    strict = re.compile(r"model_validate\((?:\w+\.)?(?:row|case|other)\.(?:state|record)\b")
    ours = [file for file in tracked("*.py") if package(file) != "tests"]
    assert [str(file) for file in ours if strict.search(file.read_text(encoding="utf-8"))] == []
