"""How quick the dashboard is, by the browser's own clock. Each figure is printed with its goal.

The machine is shared: what is judged is the best of a few tries, for a neighbour's work is no fault of the page.
"""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.dashboard.conftest import signed_in
from tests.e2e.dashboard.demo import write_month
from tests.fake_upstream import FakeUpstream, completion, json_reply
from tests.running import Novapi, run

FIRST_PAINT_MS = 1000
SCRIPT_KB = 350
LONG_TASK_MS = 50
TRIES = 3
WATCH = """() => {
  window.tasks = [];
  new PerformanceObserver((list) => tasks.push(...list.getEntries().map((each) => each.duration)))
    .observe({ type: "longtask" });
}"""
SCRIPTS = """() => performance.getEntriesByType("resource")
  .filter((each) => each.name.endsWith(".js"))
  .reduce((sum, each) => sum + each.encodedBodySize, 0)"""


@pytest.fixture(scope="module")
def long_log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Novapi]:
    """A Novapi that has served 100,000 calls."""
    home = tmp_path_factory.mktemp("speed") / "novapi"
    assert run(home, "key").returncode == 0
    write_month(home, 100_000)
    with Novapi(home) as novapi:
        yield novapi


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    def say(figure: str) -> None:
        with capsys.disabled():
            print(f"\n  dashboard: {figure}", end="")

    return say


def best(tries: list[float]) -> float:
    return min(tries)


def test_home_is_painted_within_a_second(browser: Browser, long_log: Novapi, tell: Callable[[str], None]) -> None:
    painted = []
    for _ in range(TRIES):
        with signed_in(browser, long_log) as page:
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            first = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
            page.wait_for_function(first)
            painted.append(page.evaluate(first))

    tell(f"first paint of Home {best(painted):.0f} ms (goal {FIRST_PAINT_MS})")
    assert best(painted) <= FIRST_PAINT_MS


def test_first_load_is_light(browser: Browser, long_log: Novapi, tell: Callable[[str], None]) -> None:
    with signed_in(browser, long_log) as page:
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        size = page.evaluate(SCRIPTS) / 1024

    tell(f"scripts of the first load {size:.0f} KB compressed (goal {SCRIPT_KB})")
    assert 50 < size <= SCRIPT_KB


def test_long_log_scrolls_without_a_long_task(browser: Browser, long_log: Novapi, tell: Callable[[str], None]) -> None:
    longest = []
    for _ in range(TRIES):
        with signed_in(browser, long_log) as page:
            page.goto(f"http://localhost:{long_log.port}/log")
            expect(page.get_by_role("row").nth(5)).to_be_visible()
            page.evaluate(WATCH)
            scroll(page)
            longest.append(max(page.evaluate("tasks"), default=0))

    tell(f"longest task while the log scrolls {best(longest):.0f} ms (goal {LONG_TASK_MS})")
    assert best(longest) <= LONG_TASK_MS


def scroll(page: Page) -> None:
    """Like a wheel that is spun: thousands of rows, some of which must first be fetched."""
    page.get_by_role("row").nth(5).hover()
    for _ in range(60):
        page.mouse.wheel(0, 1500)
        page.wait_for_timeout(30)


@contextmanager
def calls_at(novapi: Novapi, per_s: int) -> Iterator[None]:
    """So many calls per second, each of which is some four events."""
    stopping = threading.Event()

    def call(model: str) -> None:
        novapi.chat(model)

    def drive(model: str) -> None:
        with ThreadPoolExecutor(8) as pool:
            while not stopping.is_set():
                pool.submit(call, model)
                time.sleep(1 / per_s)

    with FakeUpstream(json_reply(completion())) as upstream:
        thread = threading.Thread(target=drive, args=[novapi.add_channel(upstream.url)])
        thread.start()
        try:
            yield
        finally:
            stopping.set()
            thread.join()


def test_burst_of_events_leaves_the_page_responsive(
    browser: Browser, long_log: Novapi, tell: Callable[[str], None]
) -> None:
    """200 events a second for some seconds; what is measured is how late a timer of the page is."""
    late = []
    with signed_in(browser, long_log) as page, calls_at(long_log, 70):
        for _ in range(TRIES):
            page.wait_for_timeout(500)
            late.append(page.evaluate(LATENESS))

    tell(f"lateness of the page under 200 events/s {best(late):.0f} ms (goal 100)")
    assert best(late) <= 100


LATENESS = """() => new Promise((resolve) => {
  let worst = 0, last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    worst = Math.max(worst, now - last - 20);
    last = now;
  }, 20);
  setTimeout(() => { clearInterval(timer); resolve(worst); }, 3000);
})"""
