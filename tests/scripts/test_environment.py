"""What is missing is said in one message that helps."""

import socket
import subprocess
import sys
from types import SimpleNamespace

import pytest

from scripts import __main__ as command_line
from scripts import environment
from scripts.environment import ROOT, Missing


def test_a_taken_port_is_named_with_a_way_out():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Missing, match=f"Port {port} .* make serve PORT={port + 1}"):
            environment.check_port(port)


def test_a_free_port_passes():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert environment.check_port(port) is None


def test_too_little_disk_is_said(monkeypatch):
    usage = SimpleNamespace(free=0.2 * environment.GIB)
    monkeypatch.setattr(environment.shutil, "disk_usage", lambda path: usage)
    with pytest.raises(Missing, match=r"Only 0\.2 GiB .* 1\.5 GiB"):
        environment.check_disk(environment.DISK_NEEDED["site"])


def test_a_browser_named_wrongly_is_said(monkeypatch):
    monkeypatch.setenv(environment.BROWSER_VARIABLE, "/no/such/browser")
    with pytest.raises(Missing, match="HANDBOOK_BROWSER .* '/no/such/browser'"):
        environment.find_browser()


def test_a_named_browser_wins(monkeypatch):
    monkeypatch.setenv(environment.BROWSER_VARIABLE, sys.executable)
    assert environment.find_browser() == sys.executable


@pytest.fixture
def no_browser(monkeypatch):
    """Hide every browser and record what would be run to install one."""
    ran = []
    monkeypatch.delenv(environment.BROWSER_VARIABLE, raising=False)
    monkeypatch.setattr(environment, "_playwright_browser", lambda: None)
    monkeypatch.setattr(
        environment.subprocess, "run", lambda command, **_: ran.append(command)
    )
    return ran


def test_debian_root_installs_chromium_with_apt(monkeypatch, no_browser):
    monkeypatch.setattr(environment.os, "geteuid", lambda: 0)
    found = {"apt-get": "/usr/bin/apt-get"}
    monkeypatch.setattr(environment.shutil, "which", found.get)
    with pytest.raises(Missing, match="HANDBOOK_BROWSER"):
        environment.ensure_browser()
    assert no_browser[-1][:2] == ["apt-get", "install"]
    assert no_browser[-1][-1] == "chromium"


def test_elsewhere_playwright_downloads_its_own(monkeypatch, no_browser):
    monkeypatch.setattr(environment.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(environment.shutil, "which", lambda name: None)
    with pytest.raises(Missing, match="Install Chromium"):
        environment.ensure_browser()
    assert no_browser == [[sys.executable, "-m", "playwright", "install", "chromium"]]


def test_nothing_is_installed_when_the_lock_is_unchanged(monkeypatch, tmp_path):
    def run(command, **options):
        ran.append(command)
        return SimpleNamespace(returncode=0)

    ran = []
    monkeypatch.setattr(environment, "VENV", tmp_path)
    monkeypatch.setattr(environment.subprocess, "run", run)
    python = environment.venv_python()
    python.parent.mkdir()
    python.touch()
    environment.install("test")
    assert ran[0][-1] == str(ROOT / "requirements" / "test.txt")
    environment.install("test")
    environment.install("site")
    assert len(ran) == 1
    (tmp_path / "handbook-test.sha256").write_text("of an older lock")
    environment.install("test")
    assert len(ran) == 2


def test_a_failed_install_is_said(monkeypatch, tmp_path):
    monkeypatch.setattr(environment, "VENV", tmp_path)
    failed = SimpleNamespace(returncode=1)
    monkeypatch.setattr(environment.subprocess, "run", lambda *a, **k: failed)
    with pytest.raises(Missing, match="virtual environment"):
        environment.install("site")


def test_an_old_python_gets_a_sentence_and_no_traceback():
    code = (
        "import sys, runpy\n"
        "sys.version_info = (3, 9, 0)\n"
        "sys.argv = ['scripts', 'check']\n"
        "runpy.run_module('scripts', run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "needs Python 3.11 or newer; this is Python 3.9" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_stop_ends_a_command_with_its_message(monkeypatch, capsys):
    def stop(options):
        raise Missing("No wings. Grow some.")

    monkeypatch.setattr(command_line, "_run", stop)
    assert command_line.main(["site"]) == 1
    assert capsys.readouterr().out == "site: No wings. Grow some.\n"


@pytest.mark.parametrize("arguments", [["nonsense"], []])
def test_an_unknown_command_is_refused(arguments, capsys):
    with pytest.raises(SystemExit) as stopped:
        command_line.main(arguments)
    assert stopped.value.code == 2
    assert "COMMAND" in capsys.readouterr().err
