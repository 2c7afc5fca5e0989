"""What a first answer needs none of is not loaded before it, and is there soon after it."""

import os
import subprocess
import sys
from pathlib import Path

from tests.running import ROOT

HEAVY = ("aiohttp", "dashboard.admin", "dashboard.api.schemas.base", "gateway.realtime")
START = f"""
import gc, sys, urllib.request
from novapi_site import later, service, sockets
gc.disable()
later.begin = lambda: None
novapi = service.Service("localhost", sockets.listen("localhost", 0))
novapi.start()
assert urllib.request.urlopen(novapi.instance.url + "/healthz").status == 200
print([name for name in {HEAVY} if name in sys.modules])
later.load()
print([name for name in {HEAVY} if name not in sys.modules], gc.isenabled(), gc.get_freeze_count() > 0)
novapi.stop()
"""


def test_what_a_first_answer_needs_none_of_is_loaded_behind_it(home: Path) -> None:
    env = os.environ | {"NOVAPI_HOME": str(home), "DJANGO_SETTINGS_MODULE": "novapi_site.settings"}

    ran = subprocess.run(
        [sys.executable, "-c", START], env=env, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )

    assert ran.stdout.splitlines() == ["[]", "[] True True"], ran.stderr
