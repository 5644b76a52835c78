"""A board on a page of its own, under the strictest policy that a page can have, over HTTP from this process."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread

from mentormatch import language
from mentormatch.widgets.board.session import Board
from mentormatch.widgets.board.texts import get_board_texts, script, stylesheet

POLICY = (
    "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'none';"
    " require-trusted-types-for 'script'; trusted-types 'none'"
)
PAGE = """<!doctype html>
<html lang="fr"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Révision</title>
<link rel="icon" href="/icon"><link rel="stylesheet" href="/board.css"></head>
<body><main id="board"></main><script type="module" src="/page.js"></script></body></html>
"""
OVER_HTTP = """import board from "/board.js";
const values = await (await fetch("/values")).json();
const heard = new Map();
const model = {
  get: (name) => values[name],
  set: (name, value) => { values[name] = value; },
  on: (event, act) => heard.set(event, act),
  off: (event) => heard.delete(event),
  save_changes: async () => {
    const answer = await fetch("/asked", { method: "POST", body: JSON.stringify(values.asked) });
    values.view = await answer.json();
    heard.get("change:view")?.();
  },
};
board.render({ model, el: document.getElementById("board") });
"""


def handler(board: Board) -> type[BaseHTTPRequestHandler]:
    """Return what serves one board: its page, its files, its values, and what is asked of it."""
    with language(board.language):
        values = {"words": get_board_texts(), "asked": {}}
    files = {
        "/": ("text/html", PAGE),
        "/page.js": ("text/javascript", OVER_HTTP),
        "/board.js": ("text/javascript", script()),
        "/board.css": ("text/css", stylesheet()),
        "/icon": ("image/svg+xml", "<svg xmlns='http://www.w3.org/2000/svg'/>"),
    }
    alone = Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/values":
                self.give("application/json", json.dumps({**values, "view": board.state()}))
            else:
                self.give(*files[self.path])

        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers["Content-Length"]))
            with alone:
                self.give("application/json", json.dumps(board.answer(asked)))

        def give(self, kind: str, text: str) -> None:
            content = text.encode()
            self.send_response(200)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Content-Security-Policy", POLICY)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name in the base
            """Say nothing."""

    return Handler


@contextmanager
def served(board: Board) -> Iterator[str]:
    """Serve a board while the block runs, at the address that it is given."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler(board)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
