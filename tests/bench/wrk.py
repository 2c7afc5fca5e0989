"""The same load driven by `wrk`, to check our own client against one that others wrote.

`wrk` stops on time and cuts the calls in flight, so afterwards the number of calls is known only within `cut`.
"""

import subprocess
import tempfile
from pathlib import Path

from tests.bench.load import Load, Sample

SCRIPT = """
local file = io.open("CALL", "rb")
local call = file:read("*a")
function request() return call end
function done(summary, latency)
    local e = summary.errors
    local failures = e.connect + e.read + e.write + e.timeout + e.status
    print("RESULT", summary.requests, failures, summary.duration / 1e6,
          latency:percentile(50) / 1e3, latency:percentile(99) / 1e3)
end
"""


def run(load: Load) -> Sample:
    seconds = max(1, round(load.seconds))
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "call").write_bytes(load.call)
        (Path(folder) / "bench.lua").write_text(SCRIPT.replace("CALL", f"{folder}/call"))
        command = ["wrk", "-t1", f"-c{load.connections}", f"-d{seconds}s", "--latency", "-s", f"{folder}/bench.lua"]
        url = f"http://127.0.0.1:{load.port}/"
        result = subprocess.run(
            [*command, url], capture_output=True, text=True, check=True, timeout=seconds + load.patience
        )
    return parse_result(result.stdout, load.connections)


def parse_result(output: str, connections: int) -> Sample:
    line = next(line for line in output.splitlines() if line.startswith("RESULT"))
    calls, failures, seconds, p50, p99 = (float(field) for field in line.split()[1:])
    return Sample(int(calls), int(failures), seconds, p50, p99, cut=connections)
