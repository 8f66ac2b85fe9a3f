"""The confusion picture: one HTML page with an SVG, a row for each right issue and a column for each guess. No script, no network."""

from html import escape
from pathlib import Path

from classifier.evaluate import Report
from models.common.vocabulary import Issue, Locale

CELL = 26
LEFT = 230
TOP = 180
FOOT = 110
WORDS = {
    Locale.ZH: (
        "分类混淆图",
        "行：正确的问题；列：分类器的首选。绿色为正确，红色为错误，颜色越深次数占比越大。",
        "首选正确",
        "前三之内",
        "自动决定的正确率",
    ),
    Locale.EN: (
        "Confusion of the classifier",
        "Rows: the right issue; columns: the first guess. Green is right, red is wrong; the darker, the larger the row's share.",
        "right at first guess",
        "within three",
        "right of those decided alone",
    ),
}


def write_page(report: Report, path: Path, locale: Locale) -> None:
    """Write the page; folders above it are made."""
    title, legend, first, three, decided = WORDS[locale]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        f"""<!doctype html>
<html lang="{locale}"><head><meta charset="utf-8"><title>{title}</title>
<style>body{{font:14px system-ui,sans-serif;margin:2rem;color:#222}}svg text{{font:11px system-ui,sans-serif}}</style></head>
<body><h1>{title}</h1>
<p>{first}: {report.first} · {three}: {report.three} · {decided}: {report.decided_right}</p>
<p>{legend}</p>
{picture(report)}
</body></html>
""",
        encoding="utf-8",
    )


def picture(report: Report) -> str:
    """The SVG alone."""
    issues = [figures.issue for figures in report.issues]
    width, height = LEFT + CELL * len(issues) + FOOT, TOP + CELL * len(issues) + FOOT
    texts_of = {figures.issue: figures.texts for figures in report.issues}
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" role="img">']
    for place, issue in enumerate(issues):
        middle = TOP + CELL * place + CELL * 0.65
        parts.append(f'<text x="{LEFT - 8}" y="{middle:.0f}" text-anchor="end">{escape(issue)} ({texts_of[issue]})</text>')
        x = LEFT + CELL * place + CELL * 0.65
        parts.append(f'<text transform="translate({x:.0f},{TOP - 8}) rotate(-60)">{escape(issue)}</text>')
    for row, truth in enumerate(issues):
        parts += [_cell(report, (row, truth), (column, guess)) for column, guess in enumerate(issues)]
    return "\n".join([*parts, "</svg>"])


def _cell(report: Report, at_row: tuple[int, Issue], at_column: tuple[int, Issue]) -> str:
    (row, truth), (column, guess) = at_row, at_column
    count = report.confusion.get((truth, guess), 0)
    texts = sum(times for (right, _), times in report.confusion.items() if right is truth)
    colour = "31,122,77" if truth is guess else "192,57,43"
    strength = 0.15 + 0.85 * count / texts if count and texts else 0.0
    x, y = LEFT + CELL * column, TOP + CELL * row
    square = f'<rect x="{x}" y="{y}" width="{CELL}" height="{CELL}" fill="rgba({colour},{strength:.2f})" stroke="#ddd"/>'
    if not count:
        return square
    ink = "#fff" if strength > 0.6 else "#222"  # noqa: PLR2004 - dark enough for white letters
    label = f'<text x="{x + CELL / 2}" y="{y + CELL * 0.65:.0f}" text-anchor="middle" fill="{ink}">{count}</text>'
    return f"<g><title>{escape(truth)} → {escape(guess)}: {count}</title>{square}{label}</g>"
