"""How quick the dashboard is, by the browser's own clock. Each figure is told at the end, with its goal.

The machine is shared: what is told is the best of a few tries, and a test fails only where that is far from its goal,
for a neighbour's work is no fault of the page.
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

pytestmark = pytest.mark.alone

FIRST_PAINT_MS = 1000
SCRIPT_KB = 350
LONG_TASK_MS = 50
LATE_MS = 100
TRIES = 3
NOISE = 3  # so many times the goal can't be a neighbour's work
WATCH = """() => {
  window.tasks = [];
  new PerformanceObserver((list) => tasks.push(...list.getEntries().map((each) => each.duration)))
    .observe({ type: "longtask" });
}"""
FIRST_PAINT = """() => new Promise((resolve) => new PerformanceObserver((list) => {
  const first = list.getEntriesByName("first-contentful-paint")[0];
  if (first) resolve(first.startTime);
}).observe({ type: "paint", buffered: true }))"""
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
def tell(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    return lambda figure: record_property("figure", f"dashboard: {figure}")


def best(tries: list[float]) -> float:
    return min(tries)


def test_home_is_painted_within_a_second(browser: Browser, long_log: Novapi, tell: Callable[[str], None]) -> None:
    painted = []
    for _ in range(TRIES):
        with signed_in(browser, long_log) as page:
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            painted.append(page.evaluate(FIRST_PAINT))

    tell(f"first paint of Home {best(painted):.0f} ms (goal {FIRST_PAINT_MS})")
    assert best(painted) <= FIRST_PAINT_MS * NOISE


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
    assert best(longest) <= LONG_TASK_MS * NOISE


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
    """What is measured is how late a timer of the page is, and how many events there really were."""
    tries = []
    with signed_in(browser, long_log) as page, calls_at(long_log, 110):
        for _ in range(TRIES):
            page.wait_for_timeout(500)
            tries.append(page.evaluate(LATENESS))

    late, events = min((each["late"], each["events"]) for each in tries)
    tell(f"lateness of the page under {events:.0f} events/s {late:.0f} ms (goal {LATE_MS})")
    assert events >= 150  # a machine that is busy otherwise makes fewer
    assert late <= LATE_MS * NOISE


LATENESS = """() => new Promise((resolve) => {
  const seconds = 3, source = new EventSource("/api/events");
  let events = 0, late = 0, last = performance.now();
  for (const kind of ["call.started", "call.finished", "records"]) source.addEventListener(kind, () => events++);
  const timer = setInterval(() => {
    const now = performance.now();
    late = Math.max(late, now - last - 20);
    last = now;
  }, 20);
  setTimeout(() => {
    clearInterval(timer);
    source.close();
    resolve({ late, events: events / seconds });
  }, seconds * 1000);
})"""
