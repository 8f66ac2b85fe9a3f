#!/usr/bin/env bash
# Behaviour: a full-text table of SQLite with tokenize='trigram' finds 申请退 and 申请退款 in a text, and not 退款 (refund), 发票 (invoice)
#   or 税 (tax): what is shorter than three characters matches no row. The usual tokenizer finds only what stands between marks.
# Why it surprises: 'trigram' is recommended for Chinese, since there are no spaces to cut at; but most Chinese words have two characters,
#   so that the commonest searches return nothing, without an error. LIKE on the same table finds them, without the index.
# Version: SQLite 3.51.1 (pysqlite3-binary 0.5.4.post2)
# Source: https://sqlite.org/fts5.html, "The Trigram Tokenizer"
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pysqlite3-binary==0.5.4.post2
"$folder/venv/bin/python" - <<'PYTHON'
from pysqlite3 import dbapi2 as sqlite3

print("SQLite", sqlite3.sqlite_version)
base = sqlite3.connect(":memory:")
for name, tokenizer in (("by_three", "trigram"), ("usual", "unicode61")):
    base.execute(f"create virtual table {name} using fts5(words, tokenize='{tokenizer}')")
    base.execute(f"insert into {name} values ('充电器坏了，申请退款，发票含税吗')")
seen = {}
for word in ("申请退款", "申请退", "退款", "发票", "税"):
    found = [len(base.execute(f"select 1 from {name} where {name} match ?", (word,)).fetchall()) for name in ("by_three", "usual")]
    liked = len(base.execute("select 1 from by_three where words like ?", (f"%{word}%",)).fetchall())
    seen[word] = (*found, liked)
    print(word, "trigram:", found[0], "unicode61:", found[1], "like:", liked)
assert seen == {"申请退款": (1, 1, 1), "申请退": (1, 0, 1), "退款": (0, 0, 1), "发票": (0, 0, 1), "税": (0, 0, 1)}, seen
print("as described")
PYTHON
