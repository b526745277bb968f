"""Which addresses are asked, how often, and which of them count as dead."""

import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from scripts import __main__ as command_line
from scripts import links
from tests.scripts.conftest import FILES, write

OWN = (
    "https://arxiv.org/abs/1607.06450",
    "https://arxiv.org/abs/1502.03167",
    "https://example.org/a_(b)",
)


class Site(ThreadingHTTPServer):
    """Answers by the path: /200, /404, or /503-200 for one after the other."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked = Counter()
        self.lock = threading.Lock()
        self.busy = self.busiest = 0

    @property
    def root(self):
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    def answer(self):
        site = self.server
        with site.lock:
            before = site.asked[self.path]
            site.asked[self.path] += 1
            site.busy += 1
            site.busiest = max(site.busiest, site.busy)
        words = self.path.rpartition("/")[2].split("-")
        if words[0] == "slow":
            time.sleep(0.3)
        if words[0] == "deaf":
            words = ["405" if self.command == "HEAD" else "200"]
        word = words[min(before, len(words) - 1)]
        with site.lock:
            site.busy -= 1
        self.send_response(int(word) if word.isdigit() else 200)
        if word == "301":
            self.send_header("Location", "/404")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_HEAD = do_GET = answer  # noqa: N815 named by http.server

    def log_message(self, *arguments):
        pass


@pytest.fixture
def site():
    with Site() as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    monkeypatch.setattr(links, "PAUSE", 0)
    monkeypatch.setattr(links, "TIMEOUT", 5)


def test_every_outside_address_is_found_with_its_places(handbook_root):
    found = links.addresses(handbook_root)
    assert found == {
        OWN[0]: ["docs/references.md:1"],
        OWN[1]: ["docs/references.md:2"],
        OWN[2]: ["docs/en/theory/norms.md:37", "docs/zh/theory/norms.md:38"],
    }


@pytest.mark.parametrize(
    ("path", "status", "requests"),
    [
        ("200", 200, 1),
        ("deaf", 200, 2),
        ("404-200", 200, 2),
        ("404", 404, 2),
        ("301", 404, 2),
        ("403", 403, 2),
        ("503-503-200", 200, 3),
        ("429-429-200", 200, 3),
        ("500", 500, 6),
        ("429", 429, 6),
        ("论文", 200, 1),
        ("a%2Fb_(c)?d=[e]", 200, 1),
    ],
)
def test_an_address_is_asked_until_the_answer_is_sure(site, path, status, requests):
    assert links.ask(f"{site.root}/{path}") == status
    assert sum(site.asked.values()) - site.asked["/404"] * (path == "301") == requests


def test_what_cannot_be_reached_has_a_reason(site, monkeypatch):
    monkeypatch.setattr(links, "TIMEOUT", 0.1)
    assert "timed out" in links.ask(f"{site.root}/slow")
    site.shutdown()
    site.server_close()
    assert "refused" in links.ask(f"{site.root}/200")
    assert isinstance(links.ask("http://[broken"), str)
    assert isinstance(links.ask("http://127.0.0.1:99999/"), str)


def served(site, tmp_path, *paths):
    """Write the handbook with its three addresses changed to paths of the site."""
    files = dict(FILES)
    for old, path in zip(OWN, paths, strict=True):
        files = {k: v.replace(old, f"{site.root}/{path}") for k, v in files.items()}
    return write(tmp_path, files)


def test_dead_addresses_are_printed_with_each_place(site, tmp_path, capsys):
    assert links.run(served(site, tmp_path, "403", "404", "500")) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"docs/references.md:2: {site.root}/404 is dead: 404",
        f"docs/en/theory/norms.md:37: {site.root}/500 is dead: 500",
        f"docs/zh/theory/norms.md:38: {site.root}/500 is dead: 500",
        "3 addresses, 2 dead, 1 turn programs away",
    ]


def test_living_addresses_pass(site, tmp_path, capsys):
    assert links.run(served(site, tmp_path, "200", "deaf", "503-503-200")) == 0
    assert "3 addresses, 0 dead, 0 turn" in capsys.readouterr().out


def test_an_address_is_asked_once_whatever_its_fragment(site, tmp_path, capsys):
    assert links.run(served(site, tmp_path, "200", "200#a", "200#b")) == 0
    assert "1 addresses" in capsys.readouterr().out
    assert site.asked == {"/200": 1}


def test_no_more_than_eight_are_asked_at_once(site, monkeypatch):
    many = {f"{site.root}/slow-{number}": ["a.md:1"] for number in range(24)}
    monkeypatch.setattr(links, "addresses", lambda root: many)
    assert links.run(None) == 0
    assert 1 < site.busiest <= 8


def test_the_command_hands_on_the_exit_code(monkeypatch):
    monkeypatch.setattr(links, "run", lambda root: 1)
    monkeypatch.setattr(command_line.environment, "install", lambda kind: None)
    monkeypatch.setattr(command_line.environment, "inside_venv", lambda: True)
    assert command_line.main(["links"]) == 1
