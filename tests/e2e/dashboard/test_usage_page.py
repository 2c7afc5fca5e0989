"""The page Usage: what its numbers say is what the API says, and every number leads to its calls."""

import json
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Download, Page, expect

from tests.e2e.dashboard.conftest import signed_in
from tests.e2e.dashboard.demo import filled
from tests.fake_upstream import FakeUpstream, completion, json_reply
from tests.running import Novapi


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Novapi]:
    with filled(tmp_path_factory.mktemp("usage") / "novapi", records=2000) as novapi:
        yield novapi


@pytest.fixture
def usage(browser: Browser, demo: Novapi) -> Iterator[Page]:
    with signed_in(browser, demo) as page:
        page.goto(f"http://localhost:{demo.port}/usage")
        expect(page.get_by_role("table").first).to_be_visible()
        yield page


def test_spending_is_what_the_api_says(usage: Page, demo: Novapi) -> None:
    total = demo.api("GET", "/usage/summary").json()["total"]

    card = usage.get_by_text("Spent", exact=True).locator("..")

    expect(card).to_contain_text(f"${total['cost_usd']:,.2f}")
    expect(card).to_contain_text(f"{total['requests']:,} requests")
    expect(card).to_contain_text("This month $")


def test_what_is_looked_at_stands_in_the_address(usage: Page) -> None:
    usage.get_by_role("radio", name="7 days").click()
    usage.get_by_role("radio", name="Tokens", exact=True).click()
    usage.get_by_role("combobox", name="Group by").click()
    usage.get_by_role("option", name="App", exact=True).click()

    expect(usage.get_by_role("heading", name="Tokens by day")).to_be_visible()
    expect(usage.get_by_role("button", name="claude-cli", exact=True)).to_be_visible()
    expect(usage).to_have_url(re.compile("range=.*7d"))

    usage.reload()
    expect(usage.get_by_role("heading", name="Tokens by day")).to_be_visible()
    usage.go_back()
    expect(usage.get_by_role("heading", name="Models", exact=True)).to_be_visible()


def test_chart_is_a_table_as_well_and_leads_to_the_log(usage: Page) -> None:
    usage.get_by_role("radio", name="Show as a table").first.click()
    table = usage.get_by_role("table").filter(has=usage.get_by_role("columnheader", name="Day"))
    expect(table.get_by_role("row")).to_have_count(31)

    table.get_by_role("row").nth(2).get_by_role("link").nth(1).click()

    expect(usage).to_have_url(re.compile(r"/log\?.*sent=.*since="))
    expect(usage.get_by_role("button", name=re.compile("Sent as.*claude-sonnet-4-5"))).to_be_visible()


def test_group_alone_is_shown_by_its_name(usage: Page) -> None:
    usage.get_by_role("button", name="gpt-4.1", exact=True).click()

    expect(usage.get_by_role("button", name="Stop filtering by gpt-4.1")).to_be_visible()
    expect(usage.get_by_role("button", name="deepseek-chat", exact=True)).to_have_count(0)

    usage.get_by_role("button", name="Stop filtering by gpt-4.1").click()
    expect(usage.get_by_role("button", name="deepseek-chat", exact=True)).to_be_visible()


def test_model_without_a_price_is_told_with_what_to_do(usage: Page) -> None:
    usage.get_by_role("link", name="Set prices").click()

    expect(usage).to_have_url(re.compile("/models.*chips=unpriced"))
    expect(usage.get_by_role("button", name="Copy gpt-4o", exact=True)).to_be_visible()


def test_calls_are_downloaded_as_json_lines(usage: Page, demo: Novapi) -> None:
    usage.get_by_role("button", name="Export").click()
    with usage.expect_download() as download:
        usage.get_by_role("menuitem", name="Calls as JSON lines").click()

    assert len(lines(download.value)) == demo.api("GET", "/usage/summary").json()["total"]["requests"]


def lines(download: Download) -> list[dict[str, object]]:
    text = download.path().read_text()
    return [json.loads(line) for line in text.splitlines()]


def test_page_without_calls_follows_the_first_one_and_its_budget(
    page: Page, running: Novapi, axe: Callable[[Page], None]
) -> None:
    page.goto(f"http://localhost:{running.port}/usage")
    expect(page.get_by_text("Charts appear after the first request.")).to_be_visible()

    reply = json_reply(completion("hi", "gpt-4o", usage={"prompt_tokens": 1_000_000, "completion_tokens": 0}))
    with FakeUpstream(reply) as upstream:
        body = {"base_url": upstream.url, "name": "Work", "provider": "openai", "budget_per_day": 2}
        body |= {"api_keys": ["sk-1234567890"], "models": ["gpt-4o"]}
        assert running.api("POST", "/channels", json=body).status_code == 201
        assert running.chat("gpt-4o").status_code == 200

    expect(page.get_by_text("1 request, 1M tokens")).to_be_visible()
    expect(page.get_by_text("$2.50 of $2.00 today")).to_be_visible()
    expect(page.get_by_text("Used up")).to_be_visible()
    axe(page)
