"""`redress classifier train` and `redress classifier evaluate`: teach the classifier, and see how good it is (CLS-2)."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from adapters.database.engine import Database
from adapters.embedding import INSTALL, embedding
from classifier.corrections import read_corrections
from classifier.evaluate import Report, Share, SourceFigures, by_source, evaluate
from classifier.page import write_page
from classifier.texts import HELD_OUT, REFERENCED, SHIPPED, Labelled, TextsError, TrainingError, digest, merged, read_texts
from commands import meanings
from commands.kit.extra import extra
from commands.kit.failure import CommandError
from commands.kit.language import language, saying
from models.common.errors import RedressError
from rules.classification.classify import Classifier, load_classifier
from rules.classification.lexicon import LexiconError, load_lexicon
from rules.classification.linear import MODEL, ModelError
from rules.classification.second import FOLDER, SecondReader, load_second
from settings import Settings

app = typer.Typer(help="Teach the classifier of customers' words, and see how good it is.", no_args_is_help=True)
app.add_typer(meanings.app, name="meanings")

SENTENCES: dict[str, tuple[str, str]] = {
    "trained": (
        "已用 {texts} 条文本训练（其中客服更正 {corrections} 条），版本 {version}，写入 {folder}。建议 triage_below: {threshold}",
        "Trained on {texts} texts ({corrections} corrected ones), version {version}, in {folder}. Recommended triage_below: {threshold}",
    ),
    "at_hand": (
        "未给出 --texts：没有学习公开仓库中的文本，这不是随附的模型。",
        "Without --texts the texts of public repositories were not learned from: this is another model than the shipped one.",
    ),
    "second": (
        "第二模型（语义向量）已训练，写入 {folder}。",
        "The second model, of the embedding, was trained too, in {folder}.",
    ),
    "no_second": (
        "未安装附加组件 embedding：没有训练第二模型，{folder} 中原有的不再适用。如需要：{install}",
        "Without the extra `embedding` the second model was not trained; one in {folder} does not fit any longer. To have it: {install}",
    ),
    "no_embedding": (
        "未安装附加组件 embedding。请先安装：{install}",
        "The extra `embedding` is not installed. Install it: {install}",
    ),
    "read_with": ("连同第二模型（语义向量）。", "With the second model, of the embedding."),
    "restart": ("重新启动 worker 后生效。", "Workers use it from their next start."),
    "known": (
        "注意：{texts} 条中有 {known} 条是模型学过的，结果偏高；加 --apart 让每条文本由没学过它的模型判断。",
        "Note: the model learned from {known} of the {texts} texts, which flatters it; with --apart each is judged by a model that did not.",
    ),
    "empty": ("{file} 里没有带 issue 的文本。", "{file} holds no text with an issue."),
    "source": ("来源", "source"),
    "all": ("全部", "all"),
    "learned": ("学过", "learned"),
    "first_short": ("首选正确", "first guess"),
    "decided_short": ("自行判定", "decided"),
    "nothing_decided": ("无问题文本被判为投诉", "no issue, yet decided"),
    "interval": (
        "括号内为 95% 置信区间；自行判定：置信度 ≥ {threshold}。",
        "In brackets the 95 % interval; decided: confidence ≥ {threshold}.",
    ),
    "texts": ("文本", "texts"),
    "first": ("首选正确（含第二标签）", "right at first guess (a second label counts)"),
    "strict": ("首选正确（仅第一标签）", "right at first guess (first label only)"),
    "three": ("前三之内正确", "right within three"),
    "decided": ("无需人工的占比（置信度 ≥ {threshold}）", "decided without a person (confidence ≥ {threshold})"),
    "decided_right": ("其中正确", "of these right"),
    "speed": ("每条耗时", "time per text"),
    "issue": ("问题", "issue"),
    "precision": ("精确率", "precision"),
    "recall": ("召回率", "recall"),
    "page": ("混淆图：{file}", "Confusion picture: {file}"),
}


say = saying(SENTENCES)
Texts = Annotated[
    Path | None,
    typer.Option(
        help="The folder of clones of the repositories that some labels are of (classifier/data/README.md).",
        envvar="REDRESS_TEXTS",
    ),
]


@app.command("train")
def train_(
    data: Annotated[
        list[Path] | None,
        typer.Option(help="A CSV of text, issue, secondary; may be given several times. They are added to ours."),
    ] = None,
    *,
    ours: Annotated[bool, typer.Option(help="Whether to learn from the texts shipped with Redress too.")] = True,
    corrections: Annotated[
        bool, typer.Option("--corrections", help="Learn from what agents corrected, from the database.")
    ] = False,
    lexicon: Annotated[Path | None, typer.Option(help="Another lexicon than policies/lexicon.yaml.")] = None,
    texts: Texts = None,
    out: Annotated[Path, typer.Option(help="The folder of the model.")] = MODEL,
) -> None:
    """Train the model anew. The same texts and lexicon make the same version."""
    with extra():
        from classifier.train import train  # noqa: PLC0415 - scikit-learn comes with the extra, and is slow to load
        from classifier.train_second import train_second  # noqa: PLC0415 - as above
    try:
        corrected = asyncio.run(_corrections()) if corrections else ()
        paths = [*SHIPPED, *(REFERENCED if texts else ())] if ours else []
        groups = [read_texts(path, texts) for path in (*paths, *(data or ()))]
        every = merged(*groups, corrected)
        trained = train(every, load_lexicon(lexicon) if lexicon else load_lexicon())
        embed = embedding()
        second = train_second(every, trained, embed) if embed else None
    except (TextsError, TrainingError, LexiconError) as error:
        raise CommandError(str(error), code=2) from error
    except RedressError as error:
        raise CommandError(error.fault.detail) from error
    trained.save(out)
    if second:
        second.save(out)
    sheet = trained.classifier.sheet
    typer.echo(
        say(
            "trained",
            texts=len(sheet.learned),
            corrections=len(corrected),
            version=sheet.version,
            folder=out,
            threshold=sheet.triage_below,
        )
    )
    typer.echo(say("second", folder=out / FOLDER) if second else say("no_second", folder=out / FOLDER, install=INSTALL))
    typer.echo(say("restart"))
    if ours and texts is None:
        typer.echo(say("at_hand"))


async def _corrections() -> tuple[Labelled, ...]:
    database = Database(Settings())
    try:
        await database.check()
        return await read_corrections(database)
    finally:
        await database.aclose()


@app.command("evaluate")
def evaluate_(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FILE…",
            help="CSVs of text, issue and, if there is one, secondary. None: the sources that no model learns from.",
        ),
    ] = None,
    *,
    apart: Annotated[
        bool, typer.Option("--apart", help="Judge each text by a model that did not learn from it (five folds; a minute or two).")
    ] = False,
    with_embedding: Annotated[
        bool | None,
        typer.Option(
            "--embedding/--no-embedding",
            help="With the second model for what the classifier doubts; not said: where the extra `embedding` is installed. --apart: never.",
        ),
    ] = None,
    threshold: Annotated[
        float | None, typer.Option(min=0, max=1, help="The policy's triage_below; none: what the model recommends.")
    ] = None,
    texts: Texts = None,
    model: Annotated[Path, typer.Option(help="The folder of the model.")] = MODEL,
    picture: Annotated[Path, typer.Option(help="Where the confusion picture is written.")] = Path("confusion.html"),
) -> None:
    """Show how often the classifier is right on labelled texts, per issue and in all."""
    try:
        classifier = load_classifier(model)
        reader = None if apart or with_embedding is False else _second(classifier, model / FOLDER, asked=with_embedding is True)
        every = merged(*(read_texts(path, texts) for path in files or HELD_OUT))
        said = [labelled for labelled in every if labelled.issue]
        if not said:
            raise CommandError(say("empty", file=", ".join(map(str, files or HELD_OUT))), code=2)
        if apart:
            with extra():
                from classifier.apart import evaluate_apart  # noqa: PLC0415 - as above
            own = {digest(labelled.text) for labelled in said}
            learned = [*SHIPPED, *(REFERENCED if texts else ())]
            others = [each for each in merged(*(read_texts(path, texts) for path in learned)) if digest(each.text) not in own]
            report = evaluate_apart(classifier, said, others, classifier.lexicon, threshold)
        else:
            report = evaluate(reader or classifier, said, threshold)
    except (TextsError, ModelError, LexiconError) as error:
        raise CommandError(str(error), code=2) from error
    console = Console()
    if reader:
        console.print(say("read_with"))
    _print(report, console)
    if not apart:
        _print_sources(by_source(reader or classifier, every, threshold), report.threshold, console)
    write_page(report, picture, language())
    typer.echo(say("page", file=picture))


def _second(classifier: Classifier, folder: Path, *, asked: bool) -> SecondReader | None:
    """The classifier with the second model; None where there is none, unless it was asked for by name."""
    embed = embedding()
    if embed is None and asked:
        raise CommandError(say("no_embedding", install=INSTALL), code=2)
    if embed is None:
        return None
    try:
        return load_second(classifier, embed, folder)
    except ModelError as error:
        if asked:
            raise CommandError(str(error), code=2) from error
        return None


def _print_sources(sources: list[SourceFigures], threshold: float, console: Console) -> None:
    table = Table(box=box.SIMPLE)
    for name in ("source", "texts", "learned", "first_short", "three", "decided_short", "decided_right", "nothing_decided"):
        table.add_column(say(name), justify="left" if name == "source" else "right")
    for one in sources:
        shares = (one.first, one.three, one.decided, one.decided_right, one.nothing_decided)
        name = f"{one.language.value} {one.source or say('all')}"
        table.add_row(name, str(one.first.whole + one.nothing_decided.whole), str(one.known), *map(_with_interval, shares))
    console.print(table)
    console.print(say("interval", threshold=threshold))


def _with_interval(share: Share) -> str:
    low, high = share.interval
    return f"{share.value:.0%} ({low:.0%}–{high:.0%})" if share.whole else "–"


def _print(report: Report, console: Console) -> None:
    if report.known:
        console.print(say("known", texts=report.texts, known=report.known), style="yellow")
    total = Table(box=box.SIMPLE, show_header=False)
    total.add_row(say("texts"), str(report.texts))
    total.add_row(say("first"), str(report.first))
    total.add_row(say("strict"), str(report.first_strict))
    total.add_row(say("three"), str(report.three))
    total.add_row(say("decided", threshold=report.threshold), str(report.decided))
    total.add_row(say("decided_right"), str(report.decided_right))
    total.add_row(say("speed"), f"{report.milliseconds:.2f} ms")
    console.print(total)
    table = Table(box=box.SIMPLE)
    for name in ("issue", "texts", "precision", "recall"):
        table.add_column(say(name), justify="left" if name == "issue" else "right")
    for figures in report.issues:
        table.add_row(figures.issue.value, str(figures.texts), str(figures.precision), str(figures.recall))
    console.print(table)
