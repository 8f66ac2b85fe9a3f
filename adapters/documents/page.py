"""A document as an HTML page, which a browser also prints: no script, nothing loaded from elsewhere."""

from jinja2 import Environment

from adapters.documents.charts import svg
from models.review.document import Document

STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; }
body { font: 16px/1.5 system-ui, "WenQuanYi Micro Hei", sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; border-bottom: 1px solid var(--line); }
figure { margin: 1rem 0; overflow-x: auto; background: #fff; padding: .5rem; } figure svg { max-width: 100%; min-width: 26rem; height: auto; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: start; padding: .3rem .5rem; border-bottom: 1px solid var(--line); vertical-align: top; min-width: 5.5rem; }
th { background: var(--soft); } .figure { min-width: 0; text-align: end; white-space: nowrap; }
nav a { display: inline-block; min-height: 44px; line-height: 44px; margin-inline-end: 1rem; }
@media print { nav { display: none; } body { max-width: none; } section { break-inside: avoid; } }
"""
TEMPLATE = Environment(autoescape=True).from_string("""<!doctype html>
<html lang="{{ document.locale.value }}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{{ document.title }}</title>
<style>{{ style | safe }}</style></head>
<body>
<nav>{% for text, address in links %}<a href="{{ address }}">{{ text }}</a>{% endfor %}</nav>
<main>
<h1>{{ document.title }}</h1>
<p>{{ document.text }}</p>
{% for section, chart in sections %}
<section>
<h2>{{ section.title }}</h2>
{% if section.text %}<p>{{ section.text }}</p>{% endif %}
{% if chart %}<figure role="img" aria-label="{{ section.title }}">{{ chart | safe }}</figure>{% endif %}
{% if section.table %}<div class="wide"><table>
<thead><tr>{% for name in section.table.columns %}
<th scope="col"{% if loop.revindex <= section.table.figures %} class="figure"{% endif %}>{{ name }}</th>{% endfor %}</tr></thead>
<tbody>{% for row in section.table.rows %}
<tr>{% for cell in row %}<td{% if loop.revindex <= section.table.figures %} class="figure"{% endif %}>{{ cell }}</td>{% endfor %}</tr>{% endfor %}
</tbody></table></div>{% endif %}
</section>
{% endfor %}
</main>
</body>
</html>
""")


def page_of(document: Document, links: tuple[tuple[str, str], ...] = ()) -> str:
    """`links`: text and address, as for the other language."""
    sections = [(section, svg(section.chart) if section.chart else None) for section in document.sections]
    return TEMPLATE.render(document=document, sections=sections, style=STYLE, links=links)
