"""The page Models: finding one among many, who serves it and why, prices, and aliases put in order."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.dashboard.conftest import signed_in
from tests.running import Novapi

MANY = [f"many-{number:04}" for number in range(1500)]
HOSTILE = "<img src=x onerror=alert(1)>" + "x" * 150


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Novapi]:
    with Novapi(tmp_path_factory.mktemp("models") / "novapi") as novapi:
        work = {"name": "Work", "provider": "openai", "priority": 5, "models": ["gpt-4o", "claude-sonnet-4-5"]}
        spare = {"name": "Spare", "provider": "openrouter", "models": ["gpt-4o", HOSTILE, *MANY]}
        for body in (work, spare):
            answer = novapi.api("POST", "/channels", json=body | {"api_keys": ["sk-1234567890"]})
            assert answer.status_code == 201, answer.text
        yield novapi


@pytest.fixture
def models(browser: Browser, furnished: Novapi) -> Iterator[Page]:
    with signed_in(browser, furnished) as page:
        page.goto(f"http://localhost:{furnished.port}/models")
        expect(row(page, "claude-sonnet-4-5")).to_be_visible()
        yield page


def row(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=f"Copy {name}", exact=True)


def test_model_is_found_by_a_few_letters(models: Page) -> None:
    models.keyboard.press("/")
    models.keyboard.type("gpt4o")

    expect(row(models, "gpt-4o")).to_be_visible()
    expect(row(models, "claude-sonnet-4-5")).to_have_count(0)
    expect(models).to_have_url(re.compile(r"q=gpt4o"))


def test_misspelt_name_is_answered_with_the_one_that_was_meant(models: Page) -> None:
    models.get_by_role("searchbox", name="Search models").fill("cluade")
    expect(models.get_by_text("Nothing matches 'cluade'.")).to_be_visible()

    models.get_by_role("button", name="Did you mean claude-sonnet-4-5?").click()

    expect(row(models, "claude-sonnet-4-5")).to_be_visible()


def test_of_many_models_only_those_in_sight_are_drawn(models: Page) -> None:
    expect(models.get_by_role("tab", name="Models (1504)")).to_be_visible()
    assert models.get_by_role("rowheader").count() < 60

    models.get_by_role("searchbox", name="Search models").fill("many-1499")

    expect(row(models, "many-1499")).to_be_visible()


def test_name_is_copied_and_markup_in_it_is_text(models: Page) -> None:
    models.get_by_role("searchbox", name="Search models").fill("onerror")
    row(models, HOSTILE).click()

    expect(models.get_by_role("status").filter(has_text="Copied")).to_be_attached()
    assert models.evaluate("navigator.clipboard.readText()") == HOSTILE
    assert not models.evaluate("document.documentElement.scrollWidth > innerWidth")


def test_favourite_comes_first_and_stays(models: Page) -> None:
    models.get_by_role("searchbox", name="Search models").fill("many-0777")
    models.get_by_role("button", name="Favourite: many-0777").click()
    models.goto(models.url.split("?")[0])

    first = models.get_by_role("rowheader").first
    expect(first).to_contain_text("many-0777")


def test_row_tells_who_serves_and_takes_a_price(models: Page, furnished: Novapi) -> None:
    models.get_by_role("button", name="Who serves gpt-4o: Work → Spare").click()
    expect(models.get_by_text("Work answers; if it fails, Spare does.")).to_be_visible()

    models.get_by_role("button", name="Set the price of gpt-4o at Spare").click()
    models.get_by_label("Input", exact=True).fill("2,5")
    models.get_by_role("button", name="Save").click()
    expect(models.get_by_text("Input and output both need a price.")).to_be_visible()
    models.get_by_label("Output", exact=True).fill("10")
    models.get_by_role("button", name="Save").click()

    expect(models.get_by_role("dialog")).to_have_count(0)
    expect(models.get_by_role("row", name=re.compile("^2 Spare.*2.50 . .10.00 yours"))).to_be_visible()
    spare = next(each for each in furnished.api("GET", "/channels").json() if each["name"] == "Spare")
    assert len(spare["models"]) == len(MANY) + 2
    assert next(each["price_input"] for each in spare["models"] if each["name"] == "gpt-4o") == 2.5


def test_alias_is_made_put_in_order_by_keyboard_deleted_and_brought_back(
    models: Page, furnished: Novapi, axe: Callable[[Page], None]
) -> None:
    models.get_by_role("button", name="New alias").click()
    models.get_by_role("button", name="Save").click()
    expect(models.get_by_text("Apps need a name to ask for.")).to_be_visible()
    models.get_by_label("Alias", exact=True).fill("smart")
    for name in ("gpt-4o", "claude-sonnet-4-5"):
        models.get_by_role("combobox", name="Add a model").click()
        models.get_by_placeholder("Search models").fill(name)
        models.get_by_role("option", name=re.compile(f"^{name}")).first.click()
    handle = models.get_by_role("button", name="Move claude-sonnet-4-5", exact=True)
    handle.focus()
    handle.press("Space")
    expect(models.get_by_text("claude-sonnet-4-5 is at 2 of 2.")).to_be_attached()
    handle.press("ArrowUp")
    expect(models.get_by_text("claude-sonnet-4-5 is at 1 of 2.")).to_be_attached()
    handle.press("Space")
    expect(models.get_by_role("listitem").filter(has_text="claude-sonnet-4-5")).to_contain_text("1")
    models.get_by_role("radio", name=re.compile("^Cheapest")).check()
    axe(models)
    models.get_by_role("button", name="Save").click()

    models.get_by_role("tab", name="Aliases (1)").click()
    expect(models.get_by_role("row", name=re.compile("smart.*claude-sonnet-4-5 → gpt-4o.*Cheapest"))).to_be_visible()
    models.get_by_role("button", name="Delete smart").click()
    expect(models.get_by_text("No alias yet.")).to_be_visible()
    models.get_by_role("button", name="Undo").click()
    expect(models.get_by_role("button", name="Edit smart")).to_be_visible()
    found = furnished.api("GET", "/aliases").json()
    assert [(each["models"], each["strategy"]) for each in found] == [(["claude-sonnet-4-5", "gpt-4o"], "cheapest")]


def test_alias_of_a_taken_name_is_refused_beside_its_field(browser: Browser, furnished: Novapi) -> None:
    body = {"name": "taken", "models": ["gpt-4o"]}
    assert furnished.api("POST", "/aliases", json=body).status_code == 201
    with signed_in(browser, furnished, ["422"]) as page:
        page.goto(f"http://localhost:{furnished.port}/models?alias=new")
        page.get_by_label("Alias", exact=True).fill("taken")
        page.get_by_role("combobox", name="Add a model").click()
        page.get_by_role("option", name=re.compile("^taken")).click()
        expect(page.get_by_text("An alias can't stand for itself.")).to_be_visible()
        page.get_by_role("combobox", name="Add a model").click()
        page.get_by_role("option", name=re.compile("^gpt-4o")).click()
        page.get_by_role("button", name="Save").click()

        expect(page.get_by_label("Alias", exact=True)).to_have_attribute("aria-invalid", "true")
        expect(page.get_by_role("alert").filter(has_text="exists")).to_be_visible()


def test_gateway_without_channels_says_where_to_begin(page: Page, running: Novapi) -> None:
    page.goto(f"http://localhost:{running.port}/models")

    expect(page.get_by_text("Novapi has no models, because no channel is enabled.")).to_be_visible()
    expect(row(page, "novapi/echo")).to_be_visible()
    page.get_by_role("link", name="Open channels").click()
    expect(page).to_have_url(re.compile("/channels"))
