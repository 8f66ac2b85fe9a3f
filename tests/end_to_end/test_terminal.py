"""The commands as a newcomer uses them, in a second terminal."""

import csv
import json
import re
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from commands.demo.stories import PLOTS
from models.common.vocabulary import RemedyKind, Role
from tests.support.processes.redress import Redress, running, until

pytestmark = pytest.mark.long


def test_the_printed_tokens_and_first_case_work_as_printed(redress: Redress) -> None:
    printed = redress.said()
    script = printed[printed.index("CUSTOMER=") : printed.index("Ctrl-C")]
    answers = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True, timeout=60).stdout
    case_id = json.loads(answers[: answers.index("}{") + 1] if "}{" in answers else answers.splitlines()[0])["case_id"]
    until(lambda: redress.get(f"/v1/cases/{case_id}", Role.CUSTOMER, "C-1").is_success)


def test_a_case_is_opened_shown_and_watched_from_the_terminal(redress: Redress) -> None:
    order = redress.order("delivered")
    opened = redress.run(
        *("open", "--customer", order["customer_id"], "--order", order["order_id"], "--kind", "inquiry"),
        *("--issue", "rules.platform_rule", "-d", "May I return it?"),
    )
    assert opened.returncode == 0, opened.stderr
    match = re.search(r"RD-\w+", opened.stdout)
    assert match is not None
    until(lambda: "reply" in redress.run("show", match[0]).stdout)
    for action, role, who in (("reply", Role.AGENT, "alice"), ("confirm", Role.CUSTOMER, order["customer_id"])):
        body = {"words": "Yes."} if action == "reply" else {}
        until(lambda a=action, r=role, w=who, b=body: redress.post(f"/v1/cases/{match[0]}/{a}", r, w, b).is_success)
    watched = redress.run("watch", match[0])
    assert watched.returncode == 0, watched.stderr
    assert "The case is closed." in watched.stderr
    assert len(watched.stdout.splitlines()) > 5


def test_everything_is_well_where_redress_runs(redress: Redress) -> None:
    looked = redress.run("doctor")
    assert looked.returncode == 0, looked.stdout
    assert "!!" not in looked.stdout


def test_a_file_of_bare_texts_is_imported_once(redress: Redress, tmp_path: Path) -> None:
    texts = ["书页破了，要求退款", "快递一直没到，客服不理", "买的电脑无法开机", "The parcel is lost and nobody answers."]
    file = tmp_path / "texts.csv"
    with file.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened).writerows([["text"], *([text] for text in texts)])
    first = redress.run("import", str(file))
    assert first.returncode == 0, first.stderr
    assert "4 opened" in first.stdout
    (tmp_path / "texts.csv.checkpoint").unlink()
    again = redress.run("import", str(file))
    assert again.returncode == 0, again.stderr
    listed = redress.get("/v1/cases?limit=200&kind=complaint", Role.SUPERVISOR, "sun").json()["cases"]
    assert sum(1 for case in listed if case["channel"] == "import") == 4


@pytest.mark.timeout(1800)
def test_the_demo_carries_out_every_remedy_and_ends_with_each_case_where_it_should_be_a_second_time_too(
    redress_of_its_own: Redress,
) -> None:
    """On an instance of its own: the sandbox has as many small orders of each kind as two demos need."""
    redress = redress_of_its_own
    for _ in range(2):
        played = redress.run("demo")
        assert played.returncode == 0, played.stdout + played.stderr
        assert all(plot.name[1] in played.stdout for plot in PLOTS)
    given = {view["kind"] for case in listed(redress) for view in case["remedies"] if view["done_at"]}
    assert given == set(RemedyKind)


def listed(redress: Redress) -> list[dict[str, Any]]:
    cases = redress.get("/v1/cases?limit=200", Role.SUPERVISOR, "sun").json()["cases"]
    return [redress.get(f"/v1/cases/{case['case_id']}", Role.SUPERVISOR, "sun").json() for case in cases]


def test_ctrl_c_stops_everything_and_the_next_start_finds_the_cases(redress: Redress) -> None:
    case = redress.open("delivered", kind="inquiry", issue="rules.platform_rule")
    case.reaches("reply")
    pids = redress.pids()
    assert set(pids) == {"temporal", "sandbox", "api", "worker"}
    assert redress.stop() == 0
    assert not any(running(pid) for pid in pids.values())
    redress.start()
    case.act(Role.AGENT, "reply", words="Within seven days.", solves=True)
    case.reaches("confirmation")


def test_a_second_up_on_the_same_folder_says_that_it_runs_already(redress: Redress) -> None:
    second = redress.run("up")
    assert second.returncode == 1
    assert redress.settings.api_url in second.stderr


def test_killing_up_itself_leaves_no_process_and_the_next_start_finds_the_cases(redress: Redress) -> None:
    case = redress.open("delivered", kind="inquiry", issue="rules.platform_rule")
    case.reaches("reply")
    pids = redress.pids()
    redress.stop(signal.SIGKILL)
    until(lambda: not any(running(pid) for pid in pids.values()))
    redress.start()
    case.act(Role.AGENT, "reply", words="Within seven days.", solves=True)
    case.reaches("confirmation")
