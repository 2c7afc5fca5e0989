"""An `ollama serve` for tests, that Novapi starts: knows one model, and fetches any other in a moment.

python ollama_serve.py PORT
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar


class Ollama(BaseHTTPRequestHandler):
    models: ClassVar[list[str]] = ["qwen3:8b"]
    loaded: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        match self.path:
            case "/v1/models":
                self.reply({"object": "list", "data": [{"id": name} for name in self.models]})
            case "/api/tags":
                self.reply({"models": [{"name": name, "details": {}} for name in self.models]})
            case "/api/ps":
                self.reply({"models": [{"name": name} for name in self.loaded]})
            case _:
                self.reply({"error": "not found"}, 404)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if self.path == "/api/pull":
            self.models.append(body["model"])
            self.reply({"status": "success"})
        elif self.path == "/api/generate":
            self.loaded.append(body["model"])
            self.reply({"done": True})
        else:
            self.reply({"capabilities": ["completion"]})

    def reply(self, body: dict[str, Any], status: int = 200) -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Ollama).serve_forever()
