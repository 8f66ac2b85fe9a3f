#!/usr/bin/env bash
# Behaviour: langdetect takes short Chinese requests, 申请退款 (I ask for a refund) or 快递丢了 (the parcel is lost), for Korean, with a
#   probability of more than 0.999. There is not one Korean letter in them. langid takes all of them for Chinese.
# Why it surprises: the two scripts share nothing that a customer types today, and the probability says "certain", so that a threshold does
#   not help against it.
# Version: langdetect 1.0.9, langid 1.1.6
# Source: https://pypi.org/project/langdetect/
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check langdetect==1.0.9 langid==1.1.6
"$folder/venv/bin/python" - <<'PYTHON'
import langid
from langdetect import DetectorFactory, detect_langs

seen = {}
for text in ("申请退款", "快递丢了", "我要投诉", "手机坏了"):
    DetectorFactory.seed = 0
    best = detect_langs(text)[0]
    seen[text] = (best.lang, best.prob > 0.999, langid.classify(text)[0])
    print(text, best, "langid:", seen[text][2])
assert all(seen[text] == ("ko", True, "zh") for text in ("申请退款", "快递丢了", "我要投诉")), seen
assert seen["手机坏了"] == ("zh-cn", True, "zh"), seen
print("as described")
PYTHON
