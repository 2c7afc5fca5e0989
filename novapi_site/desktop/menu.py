"""The tray's menu as values, in the owner's language."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from novapi_site.desktop.abilities import Failure, Status
from novapi_site.desktop.language import Language

PAUSE_MINUTES = 60
LONGEST_LINE = 72  # characters; a menu is as wide as its longest line
TEXTS: dict[Language, dict[str, str]] = {
    "en": {
        "running": "Running",
        "paused": "Paused until {}",
        "offline": "Offline mode",
        "today": "{} today",
        "open": "Open Novapi",
        "copy_url": "Copy base URL",
        "copy_key": "Copy key",
        "pause": "Pause for an hour",
        "resume": "Resume",
        "offline_mode": "Offline mode",
        "start_at_login": "Start at login",
        "quit": "Quit",
        "failed": "That did not work: {}",
    },
    "zh": {
        "running": "运行中",
        "paused": "已暂停至 {}",
        "offline": "离线模式",
        "today": "今日 {}",
        "open": "打开 Novapi",
        "copy_url": "复制接口地址",
        "copy_key": "复制令牌",
        "pause": "暂停一小时",
        "resume": "恢复服务",
        "offline_mode": "离线模式",
        "start_at_login": "登录时启动",
        "quit": "退出",
        "failed": "操作未成功：{}",
    },
}


@dataclass(frozen=True)
class Item:
    """One line; without an `act` it only tells. `checked`: of a switch, how it stands."""

    label: str
    act: Callable[[], object] | None = None
    checked: bool | None = None


SEPARATOR = None
Items = list[Item | None]


@dataclass(frozen=True)
class Acts:
    """What the lines do; none of them may take long."""

    open: Callable[[], object]
    see: Callable[[str], Callable[[], object]]  # a page of the dashboard
    copy_url: Callable[[], object]
    copy_key: Callable[[], object]
    pause: Callable[[], object]
    resume: Callable[[], object]
    toggle_offline: Callable[[], object]
    toggle_start: Callable[[], object]
    quit: Callable[[], object]


def build(acts: Acts, status: Status | None, starts_at_login: bool | None, language: Language) -> Items:
    """`status` is None while it is not known; `starts_at_login` where that is not possible."""
    texts = TEXTS[language]
    is_paused = status is not None and status.paused_until is not None
    is_offline = status is not None and status.is_offline
    failures = status.failures if status is not None else ()
    start = [Item(texts["start_at_login"], acts.toggle_start, checked=starts_at_login)]
    return [
        Item(status_line(status, language)),
        *(Item(failure_line(each), acts.see(each.page)) for each in failures),
        SEPARATOR,
        Item(texts["open"], acts.open),
        Item(texts["copy_url"], acts.copy_url),
        Item(texts["copy_key"], acts.copy_key),
        SEPARATOR,
        Item(texts["resume"], acts.resume) if is_paused else Item(texts["pause"], acts.pause),
        Item(texts["offline_mode"], acts.toggle_offline, checked=is_offline),
        *(start if starts_at_login is not None else []),
        SEPARATOR,
        Item(texts["quit"], acts.quit),
    ]


def status_line(status: Status | None, language: Language) -> str:
    """Running · localhost:3000 · $0.42 today."""
    if status is None:
        return "Novapi"
    return " · ".join([state(status, language), status.address, TEXTS[language]["today"].format(status.spent_today)])


def failure_line(failure: Failure) -> str:
    """14:32 · gpt-4o · DeepSeek: refused the key."""
    line = " · ".join(filter(None, [clock(failure.at), failure.model, " ".join(failure.error.split())]))
    return line if len(line) <= LONGEST_LINE else f"{line[: LONGEST_LINE - 1]}…"


def clock(at: float) -> str:
    return datetime.fromtimestamp(at).astimezone().strftime("%H:%M")


def state(status: Status, language: Language) -> str:
    texts = TEXTS[language]
    if status.paused_until is not None:
        return texts["paused"].format(clock(status.paused_until))
    return texts["offline"] if status.is_offline else texts["running"]
