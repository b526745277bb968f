"""Serve the built site, or one language with rebuild on save, on 127.0.0.1."""

import functools
import subprocess
import sys
import threading
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from scripts import check, site, stage
from scripts.config import CONFIGS, site_urls
from scripts.environment import ROOT, check_port, say

HOST = "127.0.0.1"
SETTLE = 0.3  # seconds without a further edit before the documents are laid out again


class Handler(SimpleHTTPRequestHandler):
    """Files of the site, with each language's own page for what is not found."""

    extensions_map = {  # noqa: RUF012 - the base class declares it so
        **SimpleHTTPRequestHandler.extensions_map,
        ".js": "text/javascript",
        ".svg": "image/svg+xml",
        ".woff2": "font/woff2",
    }

    def do_GET(self) -> None:
        """Answer with a file; in sitemaps with the address it is served at.

        The theme loads a page in place only if the sitemap lists its address.
        """
        if not self.path.endswith("/sitemap.xml"):
            super().do_GET()
            return
        here, urls = f"http://{self.headers['Host']}/", site_urls()
        text = Path(self.translate_path(self.path)).read_text(encoding="utf-8")
        text = text.replace(urls["zh"], f"{here}zh/").replace(urls["en"], here)
        self._answer(HTTPStatus.OK, "text/xml", text.encode())

    def _answer(self, code: int, kind: str, body: bytes) -> None:
        self.send_response(code)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def send_error(
        self, code: int, message: str | None = None, explain: str | None = None
    ) -> None:
        """Answer 404 with the site's own page in the language of the address."""
        part = "zh" if self.path.startswith("/zh/") else "."
        page = Path(self.directory) / part / "404.html"
        if code != HTTPStatus.NOT_FOUND or not page.exists():
            super().send_error(code, message, explain)
            return
        self._answer(code, "text/html", page.read_bytes())

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet about each request; the address was printed once."""


class Server(ThreadingHTTPServer):
    """A server that keeps quiet about browsers that leave before the answer ends."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Report what went wrong with a request, unless the other side hung up."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def server(folder: Path, port: int = 0) -> ThreadingHTTPServer:
    """Return a server of ``folder`` on 127.0.0.1 that is bound but not started.

    Args:
        folder: the root to serve.
        port: the port, or 0 for any free one.
    """
    handler = functools.partial(Handler, directory=str(folder))
    return Server((HOST, port), handler)


def serve(port: int) -> int:
    """Build both languages and serve them until interrupted; return the exit code."""
    check_port(port)
    with server(site.SITE, port) as running:  # holds the port while the site is built
        site.build()
        say(f"English: http://{HOST}:{port}/\n中文:    http://{HOST}:{port}/zh/")
        say("Stop with Ctrl+C.")
        try:
            running.serve_forever()
        except KeyboardInterrupt:
            say("")
    return 0


class _Restage(FileSystemEventHandler):
    """Check and lay out the documents again once edits have settled."""

    def __init__(self) -> None:
        self.timer: threading.Timer | None = None

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type in ("opened", "closed", "closed_no_write"):
            return
        if self.timer:
            self.timer.cancel()
        self.timer = threading.Timer(SETTLE, _restage)
        self.timer.start()


def _restage() -> None:
    try:
        check.run(ROOT)
        stage.run()
    except Exception as error:  # an editor saves half-written files: say it, go on
        say(f"Not updated yet: {error}")


def live(port: int, language: str) -> int:
    """Serve one language and rebuild it whenever a source file is saved.

    Args:
        port: where to listen on 127.0.0.1.
        language: ``en`` or ``zh``.

    Returns:
        The exit code of MkDocs.
    """
    check_port(port)
    check.run(ROOT)
    stage.run()
    observer = Observer()
    for folder in ("docs", "snippets"):
        observer.schedule(_Restage(), str(ROOT / folder), recursive=True)
    observer.start()
    command = [sys.executable, "-m", "mkdocs", "serve", "--quiet", "--no-strict"]
    command += ["-f", CONFIGS[language], "-a", f"{HOST}:{port}"]
    for path in ("snippets", "docs/references.md", "docs/theme"):
        command += ["--watch", path]
    path = "/zh/" if language == "zh" else "/"
    say(f"http://{HOST}:{port}{path}  (rebuilt on save; stop with Ctrl+C)")
    environment = site.notebook_environment(language)
    try:
        return subprocess.run(command, cwd=ROOT, env=environment).returncode
    except KeyboardInterrupt:
        return 0
    finally:
        observer.stop()
        observer.join()
