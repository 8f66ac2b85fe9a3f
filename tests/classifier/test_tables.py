"""Texts of public repositories are read from a folder of clones, and only if they are the labelled ones."""

import hashlib
import zipfile
from pathlib import Path

import pytest

from classifier.tables import COMMITS, TABLES, TableError, row
from classifier.texts import HELD_OUT, REFERENCED, TextsError, read_texts
from models.common.vocabulary import Issue

WORDS = "My card was\ncharged twice, “really”"
SHA256 = hashlib.sha256(WORDS.encode()).hexdigest()


def clone(folder: Path, name: str, head: str, body: str) -> Path:
    table = TABLES[name]
    path = folder / table.repository / table.path
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("rows.csv", f"{head}\n{body}\n")
    else:
        path.write_text(f"{head}\n{body}\n", encoding="utf-8", newline="\r\n")
    return folder


@pytest.mark.parametrize(
    ("name", "head", "body"),
    [
        ("banking", "text,category", f'first,x\n"{WORDS}",y'),
        ("amazon", "review_id;review_content", f'1;first\n2;"{WORDS}"'),
        ("shopping", "cat,label,review", f'a,0,first\nb,0,"{WORDS}"'),
    ],
    ids=["commas", "semicolons", "zip"],
)
def test_a_row_is_read_whatever_its_file_is(name: str, head: str, body: str, tmp_path: Path) -> None:
    assert row(clone(tmp_path, name, head, body), name, "2", SHA256) == WORDS


@pytest.mark.parametrize("number", ["1", "3", "0", "", "two"])
def test_another_text_than_the_labelled_one_is_refused(number: str, tmp_path: Path) -> None:
    folder = clone(tmp_path, "banking", "text,category", f'first,x\n"{WORDS}",y')
    with pytest.raises(TableError, match="another SHA-256"):
        row(folder, "banking", number, SHA256)


def test_without_a_folder_the_error_says_what_to_clone(tmp_path: Path) -> None:
    labels = tmp_path / "banking_en.csv"
    labels.write_text(f"file,line,sha256,issue,secondary\nbanking,2,{SHA256},{Issue.CHARGED_TWICE},\n", encoding="utf-8")
    with pytest.raises(TextsError, match=r"banking_en\.csv, line 2: .*clone https://github\.com/PolyAI-LDN/.* --texts FOLDER"):
        read_texts(labels)
    with pytest.raises(TextsError, match="cannot be read"):
        read_texts(labels, tmp_path)


def test_every_repository_has_its_commit_and_every_table_its_labels() -> None:
    assert {table.repository for table in TABLES.values()} == set(COMMITS)
    assert {path.stem.partition("_")[0] for path in (*REFERENCED, *HELD_OUT)} == set(TABLES)
