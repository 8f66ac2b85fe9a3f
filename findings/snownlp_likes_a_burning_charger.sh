#!/usr/bin/env bash
# Behaviour: SnowNLP, whose sentiment is trained on shopping reviews, finds 充电器着火了，孩子烫伤了 (the charger caught fire, the child is
#   burned) pleased (0.71 of 1), and 谢谢，问题已经解决 (thanks, it is solved) displeased (0.44).
# Why it surprises: it is the library for just this kind of text. Reviews with one star speak of late parcels and bad quality, hardly of
#   injuries, so that the gravest sentence a service reads stands above a thank-you: a queue sorted by it puts danger last.
# Version: snownlp 0.12.3
# Source: https://github.com/isnowfy/snownlp (its training data are reviews of goods)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check snownlp==0.12.3
"$folder/venv/bin/python" - <<'PYTHON'
from snownlp import SnowNLP

seen = {text: SnowNLP(text).sentiments for text in ("充电器着火了，孩子烫伤了", "谢谢，问题已经解决", "等了半个月还没发货", "东西很好")}
for text, pleased in seen.items():
    print(text, round(pleased, 3))
danger, thanks, late, good = seen.values()
assert late < 0.1 < thanks < 0.5 < danger < good, seen
print("as described")
PYTHON
