#!/usr/bin/env bash
# Behaviour: jieba cuts 没收到货 (did not receive the goods) into 没收 (confiscate) and 到货 (the goods arrived), also inside whole sentences.
# Why it surprises: it is the most usual complaint of all about an order, and its parts say the opposite: "goods arrived", and no "not"
#   anywhere. With 没有 instead of 没 the cut is right.
# Version: jieba 0.42.1
# Source: https://github.com/fxsjy/jieba (the dictionary's 没收 outweighs 没 + 收到)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check jieba==0.42.1 'setuptools<81'
"$folder/venv/bin/python" - <<'PYTHON'
import logging
import warnings

warnings.simplefilter("ignore")
import jieba

jieba.setLogLevel(logging.ERROR)
print("jieba", jieba.__version__)
seen = {text: jieba.lcut(text) for text in ("没收到货", "一直没收到货，要求退款", "没有收到货")}
for text, words in seen.items():
    print(text, words)
assert seen["没收到货"] == ["没收", "到货"], seen
assert ["没收", "到货"] == seen["一直没收到货，要求退款"][1:3], seen
assert seen["没有收到货"] == ["没有", "收到", "货"], seen
print("as described")
PYTHON
