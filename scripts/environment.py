"""What the commands need around them: Python, packages, a browser, disk, a free port.

Standard library only, because this runs before anything is installed. Whatever is
missing ends in one `Missing` with a sentence that says how to get it.
"""

import errno
import hashlib
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BROWSER_VARIABLE = "HANDBOOK_BROWSER"
BROWSER_NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
GIB = 1024**3
KINDS = ("site", "offline", "test")  # each contains the one before
DISK_NEEDED = {"site": 1.5 * GIB, "offline": 2 * GIB, "test": 5 * GIB}


class Stop(Exception):
    """Ends a command with one clear message instead of a traceback."""


class Missing(Stop):
    """Something outside the project is missing; the message says how to get it."""


def say(text: str) -> None:
    """Print one line of progress at once."""
    print(text, flush=True)


def venv_python() -> Path:
    """Return the path of the interpreter inside the project's own environment."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _lock(kind: str) -> Path:
    return ROOT / "requirements" / f"{kind}.txt"


def _installed(kind: str) -> bool:
    """Whether the environment was last installed from today's lock file."""
    stamp = VENV / f"handbook-{kind}.sha256"
    digest = hashlib.sha256(_lock(kind).read_bytes()).hexdigest()
    return stamp.exists() and stamp.read_text() == digest and venv_python().exists()


def install(kind: str) -> None:
    """Make the environment hold what ``requirements/<kind>.txt`` pins.

    Does nothing, and needs no network, when it already does.

    Args:
        kind: one of `KINDS`.

    Raises:
        Missing: if there is too little disk, or pip or venv fail.
    """
    if _installed(kind):
        return
    check_disk(DISK_NEEDED[kind])
    say(f"Setting up {VENV.name} for '{kind}' (once; a few minutes on a slow line) …")
    if not venv_python().exists():
        made = subprocess.run([sys.executable, "-m", "venv", str(VENV)])
        if made.returncode:
            raise Missing(
                "Python could not make a virtual environment. On Debian and Ubuntu: "
                "apt-get install python3-venv; then run the command again."
            )
    pip = [str(venv_python()), "-m", "pip", "install", "--quiet"]
    done = subprocess.run([*pip, "-r", str(_lock(kind))], cwd=ROOT)
    if done.returncode:
        raise Missing(
            f"pip could not install {_lock(kind).relative_to(ROOT)} (its own message "
            "is above). Check the network, then run the command again."
        )
    for covered in KINDS[: KINDS.index(kind) + 1]:
        digest = hashlib.sha256(_lock(covered).read_bytes()).hexdigest()
        (VENV / f"handbook-{covered}.sha256").write_text(digest)


def inside_venv() -> bool:
    """Whether this process runs in the project's own environment."""
    return Path(sys.prefix).resolve() == VENV.resolve()


def rerun_inside_venv(arguments: list[str]) -> int:
    """Run ``python -m scripts`` again with the environment's interpreter.

    Args:
        arguments: the command line after ``python -m scripts``.

    Returns:
        The exit code of that run.
    """
    command = [str(venv_python()), "-m", "scripts", *arguments]
    inner = subprocess.Popen(command, cwd=ROOT)
    while True:
        try:
            return inner.wait()
        except KeyboardInterrupt:
            continue  # the inner process got it too and ends in its own way


def check_disk(needed: float) -> None:
    """Raise `Missing` unless ``needed`` bytes are free where the project lies."""
    free = shutil.disk_usage(ROOT).free
    if free < needed:
        raise Missing(
            f"Only {free / GIB:.1f} GiB are free below {ROOT}; this needs about "
            f"{needed / GIB:.1f} GiB. Free some space, then run the command again."
        )


def check_port(port: int) -> None:
    """Raise `Missing` unless 127.0.0.1:``port`` can be listened on."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
            raise Missing(
                f"Port {port} on 127.0.0.1 is taken or not allowed. Stop the other "
                f"program, or choose another port: make serve PORT={port + 1}"
            ) from None


def _playwright_browser() -> str | None:
    """Return the browser that Playwright downloaded for itself, if it did."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def find_browser() -> str | None:
    """Return a Chromium: named in HANDBOOK_BROWSER, on PATH, or Playwright's.

    Raises:
        Missing: if HANDBOOK_BROWSER names a file that does not exist.
    """
    named = os.environ.get(BROWSER_VARIABLE)
    if named:
        found = shutil.which(named)
        if not found:
            raise Missing(
                f"{BROWSER_VARIABLE} is set to {named!r}, which can't be run."
            )
        return found
    on_path = next(filter(None, map(shutil.which, BROWSER_NAMES)), None)
    return on_path or _playwright_browser()


def _apt_install(package: str) -> bool:
    """Install a Debian package where that is possible: as root, with apt-get."""
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    if not (is_root and shutil.which("apt-get")):
        return False
    quiet = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    subprocess.run(["apt-get", "update", "-qq"], env=quiet)
    subprocess.run(["apt-get", "install", "-y", "-qq", package], env=quiet)
    return True


def ensure_program(name: str, package: str) -> bool:
    """Whether a program that some tests use is there, after trying to install it.

    Args:
        name: the program.
        package: the Debian package that has it.
    """
    if not shutil.which(name):
        say(f"No {name} found: installing {package} where that is possible …")
        _apt_install(package)
    return bool(shutil.which(name))


def ensure_browser() -> str:
    """Return the path of a Chromium, installing one where none is found.

    On Debian and its relatives, as root, apt-get installs it; elsewhere Playwright
    downloads its own.

    Raises:
        Missing: if neither works.
    """
    found = find_browser()
    if found:
        return found
    say("No Chromium found: installing one …")
    if not _apt_install("chromium"):
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"])
    found = find_browser()
    if not found:
        raise Missing(
            "No Chromium was found and installing one failed. Install Chromium or "
            f"Chrome yourself and name its program in {BROWSER_VARIABLE}."
        )
    return found
