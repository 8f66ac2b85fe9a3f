#!/usr/bin/env bash
# Behaviour: OpenCC's plain configuration from Traditional to Simplified, t2s, leaves 著火 (on fire) as it is, where Simplified writes 着火.
#   tw2s converts it, and then turns 原著 (the original book) into 原着, which is no word. hk2s leaves both.
# Why it surprises: a rule that looks for 着火 in text that was converted "to Simplified" misses that something burns, and only for
#   customers who write Traditional; every other character of their sentence is converted. 著 counts as a regional variant, not as a script.
# Version: OpenCC 1.4.2
# Source: https://github.com/BYVoid/OpenCC/issues/555 and /issues/963
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check OpenCC==1.4.2
"$folder/venv/bin/python" - <<'PYTHON'
import opencc

print("OpenCC", opencc.__version__)
seen = {}
for way in ("t2s", "hk2s", "tw2s"):
    seen[way] = [opencc.OpenCC(way).convert(text) for text in ("充電器著火了", "原著小說")]
    print(way, seen[way])
assert seen["t2s"] == seen["hk2s"] == ["充电器著火了", "原著小说"], seen
assert seen["tw2s"] == ["充电器着火了", "原着小说"], seen
print("as described")
PYTHON
