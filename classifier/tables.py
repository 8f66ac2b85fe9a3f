"""The tables that some labels are of: rows of files in public repositories, read from a folder of clones that the caller names.

We keep the place and the hash of a text, never its words. `data/README.md` says how to make the folder.
"""

import csv
import hashlib
import io
import zipfile
from functools import cache
from pathlib import Path
from typing import NamedTuple


class Table(NamedTuple):
    """A file of rows in a repository, and where in a row the words stand."""

    repository: str
    path: str
    column: str
    delimiter: str = ","


_REVIEWS = "ElederSan/final_project"
TABLES = {
    "waimai": Table("SophonPlus/ChineseNlpCorpus", "datasets/waimai_10k/waimai_10k.csv", "review"),
    "shopping": Table("SophonPlus/ChineseNlpCorpus", "datasets/online_shopping_10_cats/online_shopping_10_cats.zip", "review"),
    "jingdong": Table("gekelly/JD-Comment_emotional-analysis", "data/京东评论数据.csv", "content"),
    "asos": Table(_REVIEWS, "data/ASOS_Trustpilot_13.csv", "Review_Text"),
    "walmart": Table(
        "Kumarkyrohit/Walmart-Canada-Customer-Sentiment-Dashboard-and-Analysis-Trustpilot-Reviews",
        "Walmart Canada Reviews _ Read Customer Service Reviews of www.walmart.ca.csv",
        "Review Body",
    ),
    "trustpilot": Table(_REVIEWS, "data/trust_pilot_reviews_data_2022_06.csv", "review_text"),
    "tweets": Table("monalisapatra26/data_visualization", "twcs.csv", "text"),
    "amazon": Table(_REVIEWS, "data/amazon_neutral.csv", "review_content", ";"),
    "jumia": Table("Assesa44/Kenya-Ecommerce-Reviews", "Data/Raw/jumia_reviews.csv", "review_text"),
    "mower": Table(_REVIEWS, "data/testing_files/mowdirect1.csv", "review_content"),
    "banking": Table("PolyAI-LDN/task-specific-datasets", "banking_data/train.csv", "text"),
    "headset": Table("Pratyayan200013/Flipkart-Amazon-Sentiment-Analysis-and-Comparison", "data.csv", "review"),
    "alexa": Table("snizio/progettoTA", "amazon_alexa.tsv", "verified_reviews", "\t"),
}
"""By the name that a row of labels has under `file`."""
COMMITS = {
    "Assesa44/Kenya-Ecommerce-Reviews": "c5a1e55055dde57f23075ac035f0a3c51ec36d5e",
    "ElederSan/final_project": "b59fbeb3d253b2476175bc733d5db8b89b402d5b",
    "Kumarkyrohit/Walmart-Canada-Customer-Sentiment-Dashboard-and-Analysis-Trustpilot-Reviews": "d829dfa48b6b055b36d517f7710a85f3906d1065",
    "PolyAI-LDN/task-specific-datasets": "57ec275d8078af65b7731c2a98be812d844a6d6b",
    "Pratyayan200013/Flipkart-Amazon-Sentiment-Analysis-and-Comparison": "a62d78d6249071d648ca9f70b57c94a2ada4e3d3",
    "SophonPlus/ChineseNlpCorpus": "a0b781d72158bde242c0626c9e354d2b328865ff",
    "gekelly/JD-Comment_emotional-analysis": "6c099a0cf722f44aff759ab8669bf0a8ffbfed1f",
    "monalisapatra26/data_visualization": "40f027927281c1193b45982e5623487ad49da67e",
    "snizio/progettoTA": "61e961bae1beacd31d4f35bb4c804eaaf2d88528",
}
"""The commit whose rows the labels count."""


class TableError(ValueError):
    """A text cannot be read, or is another than the labelled one; says which file and row, and what to do."""


def row(folder: Path | None, name: str, number: str, sha256: str) -> str:
    """The words of that row (from 1, without the head) of a table; `sha256` is their hash in UTF-8. Raises TableError."""
    table = TABLES[name]
    if folder is None:
        message = (
            f"the text is in the repository {table.repository}; {_clone(table.repository)}, and name the folder: --texts FOLDER"
        )
        raise TableError(message)
    words = _rows(folder / table.repository / table.path, table).get(number, "")
    if hashlib.sha256(words.encode()).hexdigest() != sha256:
        message = (
            f"row {number} of {table.path} in {table.repository} has another SHA-256 than the text that was labelled; "
            f"check the row, or {_clone(table.repository)}"
        )
        raise TableError(message)
    return words


def _clone(repository: str) -> str:
    return f"clone https://github.com/{repository} at {COMMITS[repository][:10]} into FOLDER/{repository}"


@cache
def _rows(path: Path, table: Table) -> dict[str, str]:
    """The words of each row by its number."""
    try:
        text = _content(path).decode("utf-8-sig", "replace")
    except (OSError, zipfile.BadZipFile) as error:
        message = f"{path} cannot be read ({error}); {_clone(table.repository)}"
        raise TableError(message) from error
    whole = io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n"))
    return {
        str(number): each[table.column] or "" for number, each in enumerate(csv.DictReader(whole, delimiter=table.delimiter), 1)
    }


def _content(path: Path) -> bytes:
    """The file's bytes; of an archive, those of the only file in it."""
    if path.suffix != ".zip":
        return path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        return archive.read(archive.namelist()[0])
