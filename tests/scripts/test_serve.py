"""The server of the built site: this machine only, and each language's own 404."""

import http.client
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from urllib.parse import urlsplit

import pytest

from scripts import serve
from scripts.environment import ROOT


@pytest.fixture
def start(tmp_path):
    (tmp_path / "zh").mkdir()
    (tmp_path / "index.html").write_text("home")
    (tmp_path / "404.html").write_text("not here")
    (tmp_path / "zh" / "404.html").write_text("不在这里", encoding="utf-8")
    running = serve.server(tmp_path)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    running.server_close()


def test_it_listens_on_this_machine_only(tmp_path):
    with serve.server(tmp_path) as running:
        assert running.server_address[0] == "127.0.0.1"


def test_files_are_served(start):
    with urllib.request.urlopen(f"{start}/") as answer:
        assert answer.read() == b"home"


@pytest.mark.parametrize(
    ("path", "text"), [("/no.html", "not here"), ("/zh/no/such", "不在这里")]
)
def test_what_is_missing_is_said_in_the_language_of_the_address(start, path, text):
    with pytest.raises(urllib.error.HTTPError) as missing:
        urllib.request.urlopen(start + path)
    assert missing.value.code == 404
    assert missing.value.read().decode() == text


def test_sitemaps_name_the_address_they_are_served_at(start, tmp_path):
    urls = serve.site_urls()
    (tmp_path / "zh" / "sitemap.xml").write_text(
        f"{urls['zh']}a.html {urls['en']}a.html"
    )
    with urllib.request.urlopen(f"{start}/zh/sitemap.xml") as answer:
        assert answer.read().decode() == f"{start}/zh/a.html {start}/a.html"


def test_nothing_outside_the_folder_is_served(start, tmp_path):
    secret = tmp_path.parent / "secret.txt"
    secret.write_text("secret")
    with pytest.raises(urllib.error.HTTPError) as missing:
        urllib.request.urlopen(f"{start}/../secret.txt")
    assert missing.value.code == 404


def hang_up(start, path):
    """Ask for a file and reset the connection as soon as the answer begins."""
    client = socket.create_connection(("127.0.0.1", urlsplit(start).port))
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())
    client.recv(1)  # so a thread is at it
    client.close()


def test_a_browser_that_hangs_up_is_no_news(start, tmp_path, capfd):
    (tmp_path / "large.bin").write_bytes(bytes(16_000_000))
    before = threading.active_count()
    hang_up(start, "/large.bin")
    deadline = time.monotonic() + 10
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.01)
    with urllib.request.urlopen(f"{start}/") as answer:
        assert answer.read() == b"home"
    assert capfd.readouterr().err == ""


def test_any_other_error_is_reported(start, monkeypatch, capfd):
    def broken(handler):
        raise ValueError("no such luck")

    monkeypatch.setattr(serve.Handler, "do_GET", broken)
    with pytest.raises(http.client.RemoteDisconnected):
        urllib.request.urlopen(f"{start}/")  # closed after the report
    assert "ValueError: no such luck" in capfd.readouterr().err


def test_edits_that_follow_each_other_are_staged_once(monkeypatch):
    staged = []
    monkeypatch.setattr(serve, "SETTLE", 0.05)
    monkeypatch.setattr(serve.check, "run", lambda root: 0)
    monkeypatch.setattr(serve.stage, "run", lambda: staged.append(1))
    watcher = serve._Restage()
    for _ in range(5):
        watcher.on_any_event(serve.FileSystemEvent("page.md"))
    deadline = time.monotonic() + 5
    while not staged and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.2)
    assert staged == [1]


def test_a_broken_edit_is_said_and_does_not_end_the_watch(monkeypatch, capsys):
    def broken():
        raise ValueError("half a page")

    monkeypatch.setattr(serve.check, "run", lambda root: 0)
    monkeypatch.setattr(serve.stage, "run", broken)
    serve._restage()
    assert "half a page" in capsys.readouterr().out


def test_serve_builds_serves_both_languages_and_ends_well_on_interrupt(tmp_path):
    code = (
        "import sys\n"
        "from scripts import serve, site\n"
        "site.build = lambda: None\n"
        "sys.exit(serve.serve(int(sys.argv[1])))"
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    running = subprocess.Popen(
        [sys.executable, "-c", code, str(port)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        # a suite that runs in the background of a shell hands down an ignored SIGINT
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    lines = [running.stdout.readline() for _ in range(3)]
    assert f"http://127.0.0.1:{port}/zh/" in "".join(lines)
    again = subprocess.run(
        [sys.executable, "-m", "scripts", "serve", "--port", str(port)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert again.returncode == 1
    assert f"Port {port} on 127.0.0.1 is taken" in again.stdout
    assert "Traceback" not in again.stderr
    running.send_signal(signal.SIGINT)
    assert running.wait(timeout=20) == 0
