"""What a first answer needs none of is loaded behind it: the management API with its schemas, the client that calls
providers, WebSockets, the admin.

Nobody depends on it: whoever comes earlier loads what he needs himself, and waits for it.
"""

import asyncio
import gc
import threading
import time
from importlib import import_module

FIRST_SECONDS = 0.02  # those who have waited for the start are answered before
API = "dashboard.api.urls"  # a page asks for it at once
OTHERS = ("gateway.transport", "gateway.realtime", "dashboard.drawer")
PAGE_SECONDS = 1.0  # in which a page that opens has the processor for itself


def begin() -> None:
    """In the serving loop."""
    thread = threading.Thread(target=load, name="later", daemon=True)
    asyncio.get_running_loop().call_later(FIRST_SECONDS, thread.start)


def load() -> None:
    """What is there by then stays for good: the collector need not walk it again, which takes 60 ms each time."""
    try:
        import_module(API)
        time.sleep(PAGE_SECONDS)
        for room in OTHERS:
            import_module(room)
    finally:
        gc.freeze()
        gc.enable()
