import csv
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from classifier.apart import evaluate_apart
from classifier.evaluate import evaluate
from classifier.texts import Labelled
from classifier.train import Trained
from commands.classifier import app
from commands.kit.failure import CommandError
from commands.kit.language import choose
from models.common.vocabulary import Issue, Locale
from rules.classification.lexicon import Lexicon
from tests.support.builders.labelled_texts import few_texts

UNKNOWN = [
    Labelled(text="冰箱买了十天还没到，太慢了", issue=Issue.DELAY),
    Labelled(text="镜子摔碎了，退款没到账", issue=Issue.DAMAGED, secondary=Issue.REFUND_NOT_ARRIVED),
    Labelled(text="椅子退货，退款一直没到账", issue=Issue.REFUND_NOT_ARRIVED),
    Labelled(text="沙发取消订单", issue=Issue.DELAY),
    Labelled(text="今天天气很好", issue=None),
]


def write(path: Path, texts: list[Labelled]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "issue", "secondary"])
        writer.writerows([labelled.text, labelled.issue or "", labelled.secondary or ""] for labelled in texts)
    return path


def test_a_valid_second_label_counts_and_a_wrong_guess_is_in_the_picture(trained: Trained) -> None:
    report = evaluate(trained.classifier, UNKNOWN, threshold=0.0)
    assert (report.texts, report.known) == (4, 0)
    assert str(report.first) == "75.0% (3/4)"
    assert str(report.decided) == "100.0% (4/4)"
    assert report.confusion[Issue.DELAY, Issue.CANCEL] == 1
    by_issue = {figures.issue: figures for figures in report.issues}
    assert str(by_issue[Issue.DELAY].recall) == "50.0% (1/2)"
    assert str(by_issue[Issue.CANCEL].precision) == "0.0% (0/1)"


def test_nothing_is_decided_above_every_confidence(trained: Trained) -> None:
    report = evaluate(trained.classifier, UNKNOWN, threshold=1.0)
    assert (str(report.decided), str(report.decided_right)) == ("0.0% (0/4)", "–")


def test_texts_that_were_learned_from_are_counted(trained: Trained) -> None:
    assert evaluate(trained.classifier, few_texts()).known == 48


def test_judged_apart_no_text_was_learned_from(trained: Trained, lexicon: Lexicon) -> None:
    texts = few_texts()
    report = evaluate_apart(trained.classifier, texts[::2], texts[1::2], lexicon)
    assert report.known == 0
    assert report.first.value > 0.9


def test_the_command_trains_and_shows_every_figure(tmp_path: Path) -> None:
    choose(Locale.EN)
    learned, judged = write(tmp_path / "few.csv", few_texts()), write(tmp_path / "unknown.csv", UNKNOWN)
    runner = CliRunner()
    made = runner.invoke(app, ["train", "--no-ours", "--data", str(learned), "--out", str(tmp_path / "model")])
    assert made.exit_code == 0, made.output
    assert "Trained on 60 texts" in made.output
    options = ["--model", str(tmp_path / "model"), "--picture", str(tmp_path / "out" / "confusion.html")]
    shown = runner.invoke(app, ["evaluate", str(judged), *options, "--threshold", "0"])
    assert shown.exit_code == 0, shown.output
    for line in (
        r"first guess \(a second label counts\) +75\.0%",
        r"within three +\S+%",
        r"of these right +75\.0%",
        r"time per text +\d",
    ):
        assert re.search(line, shown.output), shown.output
    assert "logistics.delay" in shown.output
    page = (tmp_path / "out" / "confusion.html").read_text(encoding="utf-8")
    assert "<svg" in page
    assert "<title>logistics.delay → order.cancel: 1</title>" in page
    flattered = runner.invoke(app, ["evaluate", str(learned), *options])
    assert "learned from 48 of the 48" in " ".join(flattered.output.split())


def test_a_file_of_other_codes_is_refused_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("text,issue\n太慢,slow\n", encoding="utf-8")
    ended = CliRunner().invoke(app, ["evaluate", str(path)])
    assert isinstance(ended.exception, CommandError)
    assert "bad.csv, line 2, issue" in str(ended.exception)


@pytest.mark.parametrize(("locale", "word"), [(Locale.ZH, "首选正确"), (Locale.EN, "right at first guess")])
def test_the_command_speaks_both_languages(trained: Trained, tmp_path: Path, locale: Locale, word: str) -> None:
    choose(locale)
    trained.save(tmp_path)
    shown = CliRunner().invoke(
        app,
        ["evaluate", str(write(tmp_path / "t.csv", UNKNOWN)), "--model", str(tmp_path), "--picture", str(tmp_path / "c.html")],
    )
    choose(Locale.EN)
    assert word in shown.output
