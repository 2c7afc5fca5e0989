"""A `llama-server` for tests: real llama.cpp, with switches for everything that goes wrong with engines.

python llama_server.py -m MODEL --port PORT [-a NAME] [switches]
"""

import argparse
import os
import signal
import subprocess
import sys
import time


def main() -> None:
    options = read_options()
    print("process", os.getpid(), flush=True)
    if options.grandchild:
        print("grandchild", subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]).pid, flush=True)
    if options.flood:
        sys.stdout.write(("x" * 99 + "\n") * (options.flood * 10_000))
        sys.stdout.flush()
    time.sleep(options.start_delay)
    if options.exit_with is not None:
        sys.exit(options.exit_with)
    serve(options)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("-m", "--model", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("-a", "--alias", default="tiny")
    parser.add_argument("--start-delay", type=float, default=0)
    parser.add_argument("--crash-after", type=float, default=0)
    parser.add_argument("--exit-with", type=int)
    parser.add_argument("--flood", type=int, default=0, help="MB")
    parser.add_argument("--ignore-term", action="store_true")
    parser.add_argument("--grandchild", action="store_true")
    return parser.parse_args()


def serve(options: argparse.Namespace) -> None:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = options.model
    params.hostnames = ["127.0.0.1"]
    params.port = options.port
    params.model_alias = {options.alias}
    params.n_ctx = 2048
    params.n_parallel = 2
    params.warmup = False
    try:
        server = xllamacpp.Server(params)
    except Exception as problem:
        sys.exit(f"error: {problem}")
    print("listening on", server.listening_address, flush=True)
    if options.ignore_term:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if options.crash_after:
        time.sleep(options.crash_after)
        os._exit(139)
    while True:
        signal.pause()


if __name__ == "__main__":
    main()
