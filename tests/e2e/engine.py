"""llama.cpp's own HTTP server in this process: python -m tests.e2e.engine MODEL PORT ALIAS [--embeddings]"""

import signal
import sys

import xllamacpp


def main(model: str, port: str, alias: str, *flags: str) -> None:
    params = xllamacpp.CommonParams()
    params.model.path = model
    params.hostnames = ["127.0.0.1"]
    params.port = int(port)
    params.model_alias = {alias}
    params.n_ctx = 2048
    params.n_parallel = 2
    params.warmup = False
    if "--embeddings" in flags:
        params.embedding = True
        params.pooling_type = xllamacpp.llama_pooling_type.LLAMA_POOLING_TYPE_MEAN
    server = xllamacpp.Server(params)
    print("listening on", server.listening_address, flush=True)
    signal.pause()


if __name__ == "__main__":
    main(*sys.argv[1:])
