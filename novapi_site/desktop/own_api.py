"""A small client of the own management API, for what the desktop shows and does without a page, or saves for one.

It signs in as the window does, by the launch token, and is used from any thread but the window's: each question waits
for its answer.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx

from novapi_site.desktop.abilities import Abilities, Failure, Status

ANSWER_SECONDS = 10
MOST_FAILURES, NEWS_HOURS = 3, 24  # of failures: those in the tray's menu


class OwnApi:
    """`address` tells where the server is now: it may move to another port."""

    def __init__(self, address: Callable[[], str], token: str) -> None:
        self._address = address
        self._token = token
        # It is plain HTTP: no certificates, which take longer to read than all else here.
        self._client = httpx.Client(timeout=ANSWER_SECONDS, trust_env=False, verify=False)

    def ask(self, method: str, path: str, **options: Any) -> Any:
        """JSON, or None where the answer has no body. Raises httpx.HTTPError."""
        with self.stream(method, path, **options) as answer:
            content = answer.read()
            answer.raise_for_status()
            return answer.json() if content else None

    @contextmanager
    def stream(self, method: str, path: str, **options: Any) -> Iterator[httpx.Response]:
        """The answer, whatever it is, as it comes. Raises httpx.HTTPError."""
        url = f"{self._address()}/api{path}"
        with self._client.stream(method, url, **options) as answer:
            if answer.status_code != httpx.codes.UNAUTHORIZED:
                yield answer
                return
        # The first question, or a session that has ended.
        self._client.get(self._address(), params={"token": self._token})
        with self._client.stream(method, url, **options) as answer:
            yield answer

    def __enter__(self) -> "OwnApi":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._client.close()


def mark() -> object:
    """What is changed elsewhere and shown in the tray, as this process has it in memory. Django is set up by then."""
    from channels_app.candidates import watcher
    from gateway.failures import failures
    from gateway.pause import pause

    return pause.until, watcher.is_offline, failures.count


def abilities(
    api: OwnApi, show: Callable[[str], object], quit_now: Callable[[], None], mark: Callable[[], object] = mark
) -> Abilities:
    """What the tray can do, done over HTTP; the window itself is someone else's."""
    return Abilities(
        open=show,
        quit=quit_now,
        base_url=lambda: f"{api.ask('GET', '/status')['base_url']}/v1",
        key=lambda: str(api.ask("GET", "/keys/master")["key"]),
        status=lambda: status(api),
        mark=mark,
        pause=lambda minutes: api.ask("POST", "/pause", json={"minutes": minutes}),
        resume=lambda: api.ask("DELETE", "/pause"),
        set_offline=lambda on: api.ask("PATCH", "/preferences", json={"offline": on}),
    )


def status(api: OwnApi) -> Status:
    state, today = api.ask("GET", "/status"), date.today().isoformat()  # noqa: DTZ011  # the owner's day
    sums = api.ask("GET", "/usage/summary", params={"since": today})
    return Status(
        address=state["base_url"].split("//", 1)[1],
        spent_today=money(sums["total"]["cost_usd"], sums),
        paused_until=state["paused_until"],
        is_offline=api.ask("GET", "/preferences")["offline"],
        failures=last_failures(api),
    )


def last_failures(api: OwnApi) -> tuple[Failure, ...]:
    since = datetime.now(UTC) - timedelta(hours=NEWS_HOURS)
    asked = {"status": "error", "limit": MOST_FAILURES, "since": since.isoformat()}
    return tuple(
        Failure(
            at=datetime.fromisoformat(record["started_at"]).timestamp(),
            model=record["model_asked"],
            error=record["error"],
            page=f"/log/{record['request_id']}",
        )
        for record in api.ask("GET", "/usage/records", params=asked)["records"]
    )


def money(usd: float, owner: dict[str, Any]) -> str:
    """In the owner's currency."""
    if owner["currency"] == "cny":
        return f"¥{usd * owner['yuan_per_dollar']:,.2f}"
    return f"${usd:,.2f}"
