"""Novapi in its real window on a screen of the tests' own; what the page shows is read by WebKit's inspector."""

import json
import re
import subprocess
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import httpx
import psutil
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from tests.novapi_site.desktop.screen import Screen, wait_for
from tests.running import Novapi, eventually, free_port

ASK = """(() => {{
  const id = String(Math.random()).slice(2), answers = window.pywebview._returnValuesCallbacks;
  answers[{name}] ??= {{}};
  window.asked = undefined;
  const answer = new Promise((yes, no) => window.pywebview._checkValue({name}, yes, no, id));
  answer.then((answer) => {{ window.asked = answer }});
  window.pywebview._jsApiCallback({name}, {params}, id);
}})()"""


class Page:
    """JavaScript in the page of the window, by the protocol of WebKit's inspector."""

    def __init__(self, port: int) -> None:
        targets = wait_for(lambda: self._targets(port))
        self._open = ExitStack()
        self._socket = self._open.enter_context(connect(f"ws://127.0.0.1:{port}{targets[0]}", max_size=None))
        created = self._next(lambda event: event.get("method") == "Target.targetCreated")
        self._target = created["params"]["targetInfo"]["targetId"]
        self._number = 0

    def _targets(self, port: int) -> list[str]:
        try:
            listing = httpx.get(f"http://127.0.0.1:{port}/", trust_env=False).text
        except httpx.HTTPError:
            return []
        return re.findall(r"/socket/\d+/\d+/WebPage", listing)

    def _next(self, is_it: Any, seconds: float = 3) -> dict[str, Any]:
        while not is_it(event := json.loads(self._socket.recv(timeout=seconds))):
            if event.get("method") == "Target.didCommitProvisionalTarget":  # another process shows the page now
                self._target = event["params"]["newTargetId"]
        return dict(event)

    def value(self, expression: str, tries: int = 4) -> Any:
        """What a JavaScript expression is, as JSON. A page that goes takes the question with it: it is put again."""
        for _ in range(tries):
            with suppress(TimeoutError):
                return self._answer(expression)
        raise TimeoutError(f"The page does not answer: {expression}")

    def _answer(self, expression: str) -> Any:
        self._number += 1
        asked = {"method": "Runtime.evaluate", "params": {"expression": expression, "returnByValue": True}}
        message = json.dumps(asked | {"id": self._number})
        send = {"method": "Target.sendMessageToTarget", "params": {"targetId": self._target, "message": message}}
        self._socket.send(json.dumps(send | {"id": self._number}))
        event = self._next(self._is_mine)
        result = json.loads(event["params"]["message"])["result"]
        assert not result["wasThrown"], result
        return result["result"].get("value")

    def _is_mine(self, event: dict[str, Any]) -> bool:
        if event.get("method") != "Target.dispatchMessageFromTarget":
            return False
        return bool(json.loads(event["params"]["message"]).get("id") == self._number)

    def close(self) -> None:
        self._open.close()


class Desktop(Novapi):
    """`novapi desktop` on `screen`."""

    word = "desktop"
    wanted = 0  # the port it is told to take, if not one that is free

    def __init__(self, home: Path, screen: Screen, *words: str, executable: Path | None = None, **env: str) -> None:
        self.screen = screen
        self._inspector = free_port()
        self._page: Page | None = None
        asked = {"WEBKIT_INSPECTOR_HTTP_SERVER": f"127.0.0.1:{self._inspector}", "NOVAPI_HOME": str(home)}
        super().__init__(home, *words, executable=executable, **screen.env | asked | env)

    def __enter__(self) -> "Desktop":
        told = self.home / "instance.json"
        self._stale = told.read_text() if told.exists() else ""
        super().__enter__()
        return self

    def argv(self, *words: str) -> list[str]:
        return super().argv(*(str(self.wanted) if self.wanted and word == str(self.port) else word for word in words))

    def _wait(self) -> None:
        """Where it says it is: it may have had to take another port."""
        told = self.home / "instance.json"
        assert wait_for(lambda: told.exists() and told.read_text() != self._stale, 60), self.log.read_text()
        url = json.loads((self.home / "instance.json").read_text())["url"]
        self.port = int(url.rpartition(":")[2])
        self.http.base_url = f"http://127.0.0.1:{self.port}"
        super()._wait()
        self._pid = json.loads(told.read_text())["pid"]

    @property
    def pid(self) -> int:
        """Known even once it has gone, and its file with it."""
        return int(self._pid)

    def page(self) -> Page:
        """Once the bridge is there."""
        self._page = self._page or wait_for(self._reached, 30)
        assert self._page
        page = self._page
        assert wait_for(lambda: page.value("Boolean(window.pywebview?._checkValue)"))
        return page

    def page_anew(self) -> Page:
        """In another process."""
        self._leave_page()
        return self.page()

    def _reached(self) -> Page | None:
        """None while the page is one that just goes."""
        try:
            page = Page(self._inspector)
            page.value("document.readyState", tries=1)
        except (TimeoutError, WebSocketException, OSError):
            return None
        return page

    def _leave_page(self) -> None:
        if self._page:
            self._page.close()
        self._page = None

    def __exit__(self, *details: object) -> None:
        self._leave_page()
        super().__exit__(*details)

    def ask(self, page: Page, name: str, *params: Any) -> Any:
        """What the program answers the page."""
        self.begin(page, name, *params)
        return json.loads(wait_for(lambda: page.value("JSON.stringify(window.asked) ?? ''")) or "null")

    def begin(self, page: Page, name: str, *params: Any) -> None:
        page.value(ASK.format(name=json.dumps(name), params=json.dumps(params)))

    def windows(self) -> list[str]:
        """Its own that can be seen and have a frame: the icon in the tray, for one, has the same name and none."""
        listed = subprocess.run(
            ["wmctrl", "-lp"], env=self.env, capture_output=True, text=True, timeout=10, check=False
        )
        lines = [line.split() for line in listed.stdout.splitlines()]
        own = {int(number, 16) for number, _, pid, *_ in lines if int(pid) == self.pid}
        return [each for each in self.screen.windows("^Novapi$") if int(each) in own]

    def close_window(self) -> None:
        """As its owner does, by the frame's button."""
        (window,) = self.windows()
        subprocess.run(["wmctrl", "-i", "-c", f"0x{int(window):08x}"], env=self.env, check=True, timeout=10)

    def web_processes(self) -> list[int]:
        """Of this Novapi."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        return [child.pid for child in children if child.name().startswith("WebKitWebProces")]

    def launch_again(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.argv("desktop", *words), env=self.env, capture_output=True, text=True, timeout=60, check=False
        )

    def ended(self, seconds: float = 20) -> int | None:
        """Its exit code, once it has one."""
        eventually(lambda: self.process.poll() is not None, seconds)
        return self.process.poll()
