"""What a history says, in Temporal's own Web UI: in words for a supervisor, encrypted for everybody else (docs/payloads.md)."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from adapters.secrets import change_secrets, made_payload_key
from tests.support.compose import compose
from tests.support.processes.browser import FLAGS, browser_program
from tests.support.processes.ports import free_port
from tests.support.processes.redress import Case, Redress
from tests.support.processes.temporal_ui import running_ui

pytestmark = pytest.mark.long
WORDS = "The cup came in shards."
LONG = 180_000


@pytest.fixture(scope="module")
def other_port() -> int:
    """Of a Web UI that is a program of its own."""
    return free_port()


@pytest.fixture(scope="module")
def encrypted(tmp_path_factory: pytest.TempPathFactory, other_port: int) -> Iterator[Redress]:
    redress = Redress(tmp_path_factory.mktemp("encrypted"))
    change_secrets(redress.settings, lambda known: known.model_copy(update={"payload_keys": (made_payload_key(),)}))
    uis = (redress.settings.ui_port, other_port)
    redress.environment["REDRESS_WEB_UI_ORIGINS"] = "[" + ",".join(f'"http://127.0.0.1:{port}"' for port in uis) + "]"
    redress.environment.pop("REDRESS_RATE_LIMITS")  # the UI asks for each event by itself
    with redress.running():
        yield redress


@pytest.fixture(scope="module")
def case(encrypted: Redress) -> Case:
    return encrypted.open("delivered", kind="complaint", issue="product.quality_defect", description=WORDS)


@pytest.fixture
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_program(), args=list(FLAGS))
        page = browser.new_page(locale="en-US")
        page.set_default_timeout(LONG)
        expect.set_options(timeout=LONG)
        yield page
        expect.set_options()
        browser.close()


def shows(page: Page, ui: str, case: Case) -> None:
    page.goto(f"{ui}/namespaces/default/workflows/{case.case_id}")
    expect(page).to_have_url(re.compile("/timeline$"))
    page.goto(page.url.replace("/timeline", "/history"))


def is_refused(page: Page) -> None:
    expect(page.get_by_test_id("data-encoder-status-error")).to_be_visible(timeout=LONG)
    expect(page.locator("body")).to_contain_text("data-key")
    assert WORDS not in page.content()


def sign_in(page: Page, link: str) -> None:
    page.goto(link)
    page.locator("form button.main").click()
    page.wait_for_url(re.compile("/console"))


@pytest.mark.timeout(900)
def test_a_supervisor_who_is_signed_in_reads_what_is_encrypted_for_others(encrypted: Redress, case: Case, page: Page) -> None:
    ui = f"http://127.0.0.1:{encrypted.settings.ui_port}"
    shows(page, ui, case)
    is_refused(page)
    page.get_by_test_id("data-encoder-status-error").click()  # once for each browser
    page.get_by_text("Use my browser setting").click()
    page.get_by_label("Codec Server browser endpoint").fill(f"{encrypted.settings.api_url}/codec")
    page.get_by_text("Include cross-origin credentials").click()
    page.get_by_role("button", name="Apply").click()
    alice, sun = (re.search(rf"{role} +(http\S+)", encrypted.said()) for role in ("agent", "supervisor"))
    assert alice
    assert sun
    sign_in(page, alice[1])
    shows(page, ui, case)
    is_refused(page)
    sign_in(page, sun[1])
    shows(page, ui, case)
    expect(page.locator("body")).to_contain_text(WORDS)
    expect(page.get_by_test_id("data-encoder-status-success")).to_be_visible(timeout=LONG)
    reads = encrypted.run("keys", "reads", case.case_id).stdout
    assert f"supervisor:sun  {case.case_id}" in reads
    assert "alice" not in reads


@pytest.mark.timeout(900)
def test_a_web_ui_with_the_compose_files_settings_needs_the_sign_in_alone(
    encrypted: Redress, case: Case, page: Page, other_port: int, tmp_path: Path
) -> None:
    variables = compose({"POSTGRES_PASSWORD": "secret"})["services"]["temporal-ui"]["environment"]
    here = {name: value.replace("http://localhost:8000", encrypted.settings.api_url) for name, value in variables.items()}
    with running_ui(tmp_path, other_port, encrypted.settings.temporal, here) as ui:
        shows(page, ui, case)
        is_refused(page)
        expect(page.get_by_text("Sign in to Redress as a supervisor")).to_be_visible()
        expect(page.get_by_role("link", name=f"{encrypted.settings.api_url}/console")).to_be_visible()
        sign_in(page, encrypted.run("sign-in", "--as", "supervisor:susan").stdout.split()[-1])
        shows(page, ui, case)
        expect(page.locator("body")).to_contain_text(WORDS)
    assert f"supervisor:susan  {case.case_id}" in encrypted.run("keys", "reads", case.case_id).stdout
