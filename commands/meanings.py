"""`redress classifier meanings train` and `… evaluate`: teach the reader of danger and urgency, and see how good it is (CLS-3)."""

from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from classifier.meanings import heaviest, heed, once, read_meanings, shipped_meanings
from classifier.texts import TextsError, TrainingError, digest
from commands.kit.extra import extra
from commands.kit.failure import CommandError
from commands.kit.language import saying
from rules.classification.linear import ModelError
from rules.classification.meaning import MODEL, load_reader
from rules.policy.load import load_policy
from settings import Settings

app = typer.Typer(help="Teach the reader of danger and urgency, and see how good it is.", no_args_is_help=True)

SENTENCES: dict[str, tuple[str, str]] = {
    "trained": (
        "已用 {texts} 条文本训练，版本 {version}，写入 {folder}。阈值：{least}",
        "Trained on {texts} texts, version {version}, in {folder}. Heard from: {least}",
    ),
    "restart": ("重新启动 API 后生效。", "The API uses it from its next start."),
    "known": (
        "注意：{texts} 条中有 {known} 条是模型学过的，结果偏高。",
        "Note: the model learned from {known} of the {texts} texts, which flatters it.",
    ),
    "texts": ("文本", "texts"),
    "right": ("读对", "read right"),
    "missed": ("漏掉的危险", "dangers missed"),
    "mistaken": ("误读为危险", "read as danger by mistake"),
    "wrong": ("应为 {means}，读作 {read}：{text}", "means {means}, read as {read}: {text}"),
    "nothing": ("无", "nothing"),
}


say = saying(SENTENCES)


@app.command("train")
def train_(
    data: Annotated[
        list[Path] | None, typer.Option(help="A CSV of text, means; may be given several times. They are added to ours.")
    ] = None,
    *,
    ours: Annotated[bool, typer.Option(help="Whether to learn from the texts shipped with Redress too.")] = True,
    out: Annotated[Path, typer.Option(help="The folder of the model.")] = MODEL,
) -> None:
    """Train the model anew. The same texts make the same version."""
    with extra():
        from classifier.train_meanings import train_reader  # noqa: PLC0415 - scikit-learn comes with the extra, and is slow to load
    try:
        texts = once(shipped_meanings() if ours else (), *map(read_meanings, data or ()))
        trained = train_reader(texts, load_policy(Settings().policy).grading)
    except (TextsError, TrainingError) as error:
        raise CommandError(str(error), code=2) from error
    trained.save(out)
    sheet = trained.reader.sheet
    least = ", ".join(f"{meaning} {chance}" for meaning, chance in sheet.least.items())
    typer.echo(say("trained", texts=len(sheet.learned), version=sheet.version, folder=out, least=least))
    typer.echo(say("restart"))


@app.command("evaluate")
def evaluate_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV of text, means.")],
    *,
    model: Annotated[Path, typer.Option(help="The folder of the model.")] = MODEL,
    lists: Annotated[bool, typer.Option("--lists", help="Judge the policy's lists of words alone.")] = False,
) -> None:
    """Show how often danger, regulators and the press, and urgency are read right, with your policy's lists of words."""
    try:
        texts, reader = read_meanings(file), None if lists else load_reader(model)
    except (TextsError, ModelError) as error:
        raise CommandError(str(error), code=2) from error
    grading = load_policy(Settings().policy).grading
    read = [heaviest(grading, reader, meant.text) for meant in texts]
    figures = heed(texts, read)
    console = Console()
    known = sum(digest(meant.text) in reader.sheet.learned for meant in texts) if reader else 0
    if known:
        console.print(say("known", texts=len(texts), known=known), style="yellow")
    total = Table(box=box.SIMPLE, show_header=False)
    total.add_row(say("texts"), str(len(texts)))
    total.add_row(say("right"), str(figures.right))
    total.add_row(say("missed"), str(figures.missed))
    total.add_row(say("mistaken"), str(figures.mistaken))
    console.print(total)
    for meant, said in zip(texts, read, strict=True):
        if meant.means is not said:
            means, seen = (meaning.value if meaning else say("nothing") for meaning in (meant.means, said))
            typer.echo(say("wrong", means=means, read=seen, text=meant.text))
