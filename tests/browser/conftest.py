"""A real Chromium over the built site, served on 127.0.0.1."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import BrowserContext, Page

from scripts import serve


@pytest.fixture(scope="session")
def address(built) -> Iterator[str]:
    """Serve the built site and return its address, without a slash at the end."""
    running = serve.server(built)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()


@dataclass
class Watch:
    """What went wrong on the pages of a context."""

    errors: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def follow(self, context: BrowserContext) -> None:
        context.on("request", self._request)
        context.on("console", self._console)
        context.on("weberror", lambda e: self.errors.append(str(e.error)))
        context.on("response", self._response)

    def _request(self, request) -> None:
        if not request.url.startswith(("http://127.0.0.1", "data:", "blob:", "file:")):
            self.foreign.append(request.url)

    def _console(self, message) -> None:
        if message.type in ("error", "warning"):
            self.errors.append(f"{message.type}: {message.text}")

    def _response(self, response) -> None:
        if response.status >= 400 and not response.url.endswith("/no-such-page.html"):
            self.errors.append(f"{response.status}: {response.url}")


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def open_page(browser, watch) -> Iterator:
    """Return a function that opens a page; options go to the browser context.

    Whatever was opened must have logged no error and asked no other host.
    """
    contexts = []

    def opened(url: str = "about:blank", **options) -> Page:
        options.setdefault("viewport", {"width": 1280, "height": 900})
        context = browser.new_context(**options)
        watch.follow(context)
        contexts.append(context)
        page = context.new_page()
        page.goto(url)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert watch.foreign == []
    assert watch.errors == []
