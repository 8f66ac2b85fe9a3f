#!/usr/bin/env bash
# Behaviour: an `href` of a Vega-Lite chart that names no host ("/orders/7") comes out of vl-convert as
#   https://vega.github.io/vega-datasets//orders/7, in the SVG that a shop's own page shows. A mark without a link leads to
#   https://vega.github.io/vega-datasets/undefined. An `isValid` condition leaves the link away.
# Why it surprises: a chart that is drawn on the server for one's own site gets a path of that site, as every HTML page does; Vega in a
#   browser leaves it a path. Whoever clicks on a bar of the report is sent to a stranger's host, with the query: names of customers, orders.
# Versions: vl-convert-python 1.9.0 (its Vega-Lite 5.x).
# Source: https://vega.github.io/vega/docs/api/view/#view_loader (the loader's baseURL stands before relative addresses).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet vl-convert-python==1.9.0
"$folder/env/bin/python" - <<'PYTHON'
import json
import re

import vl_convert

print("vl-convert-python", vl_convert.__version__)
ORDERS = [{"week": 1, "orders": 3, "to": "/orders?week=1"}, {"week": 2, "orders": 5, "to": "https://shop.example/w/2"}, {"week": 3, "orders": 4}]
BARS = {"x": {"field": "week", "type": "ordinal"}, "y": {"field": "orders", "type": "quantitative"}}


def links(href):
    chart = {"data": {"values": ORDERS}, "mark": "bar", "encoding": BARS | {"href": href}}
    return re.findall(r'href="([^"]*)"', vl_convert.vegalite_to_svg(json.dumps(chart)))


every = links({"field": "to"})
chosen = links({"condition": {"test": "isValid(datum.to)", "field": "to"}})
print("links of three bars:", every)
print("with a condition:   ", chosen)
elsewhere = "https://vega.github.io/vega-datasets/"
assert every == [elsewhere + "/orders?week=1", "https://shop.example/w/2", elsewhere + "undefined"]
assert chosen == every[:2]
PYTHON
