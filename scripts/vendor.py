"""The third-party browser files that the handbook ships, and their manifests.

Readers' browsers fetch nothing from another host, so KaTeX, the Latin web fonts and the
shim that lets the search run from disk lie in ``docs/theme/assets/vendor``, and the
fonts of the printed editions in ``docs/offline/vendor``, as their projects released
them. ``manifest.json`` beside them states name, version, licence, source package and
the SHA-256 of every file.

``refresh`` downloads the packages listed here again with the ordinary npm client, which
only the person who updates a version needs. ``verify`` compares files and manifest, and
a test calls it.
"""

import hashlib
import json
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scripts.environment import ROOT, Stop, say

VENDOR = Path("docs/theme/assets/vendor")
PRINT_VENDOR = Path("docs/offline/vendor")
MANIFEST = "manifest.json"


class VendorError(Stop):
    """The vendored files cannot be refreshed; the message says what to do."""


def woff2_only(css: bytes) -> bytes:
    """Drop the woff and ttf alternatives of every ``@font-face`` in KaTeX's stylesheet.

    >>> woff2_only(b'src:url(a.woff2) format("woff2"),url(a.ttf) format("truetype")}')
    b'src:url(a.woff2) format("woff2")}'
    """
    return re.sub(rb',url\([^)]+\) format\("(?:woff|truetype)"\)', b"", css)


def without_source_map(script: bytes) -> bytes:
    """Drop the comment that names a source map, which is not shipped.

    >>> without_source_map(b"f();\\n//# sourceMappingURL=f.js.map\\n")
    b'f();\\n'
    """
    return re.sub(rb"//# sourceMappingURL=.*\n?", b"", script)


@dataclass(frozen=True)
class Change:
    """A modification made to a released file, and how it is stated in the manifest."""

    apply: Callable[[bytes], bytes]
    statement: str


@dataclass(frozen=True)
class Package:
    """One npm package and the files taken from it.

    Attributes:
        name: directory below the vendor folder, and the name in the manifest.
        source: name of the npm package.
        version: exact version.
        licence: SPDX identifier.
        files: path inside the package -> path below that directory; a ``*``
            stands for any text and takes every such file into the given directory.
        changes: path below that directory -> modification.
    """

    name: str
    source: str
    version: str
    licence: str
    files: dict[str, str]
    changes: dict[str, Change] = field(default_factory=dict)


def _font(name: str, version: str, *styles: str) -> Package:
    files = {"LICENSE": "LICENSE"}
    for style in styles:
        file = f"{name}-latin-wght-{style}.woff2"
        files[f"files/{file}"] = file
    return Package(name, f"@fontsource-variable/{name}", version, "OFL-1.1", files)


def _static_font(name: str, version: str, letters: str, *styles: str) -> Package:
    """Return a font with a file for each style: Chromium prints variable ones badly."""
    files = {"LICENSE": "LICENSE"}
    for style in styles:
        file = f"{name}-{letters}-{style}.woff2"
        files[f"files/{file}"] = file
    return Package(name, f"@fontsource/{name}", version, "OFL-1.1", files)


SITE_PACKAGES = (
    Package(
        "katex",
        "katex",
        "0.19.1",
        "MIT",
        {
            "LICENSE": "LICENSE",
            "dist/katex.min.js": "katex.min.js",
            "dist/katex.min.css": "katex.min.css",
            "dist/fonts/*.woff2": "fonts",
        },
        {
            "katex.min.css": Change(
                woff2_only, "references to woff and ttf fonts removed; woff2 remains"
            )
        },
    ),
    Package(
        "iframe-worker",
        "iframe-worker",
        "1.0.4",
        "MIT",
        {"LICENSE": "LICENSE", "shim/index.js": "shim.js"},
    ),
    Package(
        "ts-fsrs",
        "ts-fsrs",
        "5.4.2",
        "MIT",
        {"LICENSE": "LICENSE", "dist/index.umd.js": "index.umd.js"},
        {
            "index.umd.js": Change(
                without_source_map, "reference to the source map removed"
            )
        },
    ),
    _font("source-serif-4", "5.3.1", "normal"),
    _font("source-sans-3", "5.3.0", "normal", "italic"),
    _font("source-code-pro", "5.3.0", "normal"),
)
PRINT_PACKAGES = (
    _static_font("source-serif-4", "5.3.1", "latin", "600-normal"),
    _static_font(
        "source-sans-3",
        "5.3.1",
        "latin",
        *("400-normal", "400-italic", "600-normal", "600-italic"),
    ),
    _static_font("source-code-pro", "5.3.0", "latin", "400-normal", "600-normal"),
    _static_font(
        "noto-sans-sc", "5.3.0", "chinese-simplified", "400-normal", "700-normal"
    ),
    Package(  # the signs and Greek letters that the others lack
        "dejavu-sans",
        "dejavu-fonts-ttf",
        "2.37.3",
        "Bitstream-Vera",
        {
            "LICENSE": "LICENSE",
            "ttf/DejaVuSans.ttf": "DejaVuSans.ttf",
            "ttf/DejaVuSans-Bold.ttf": "DejaVuSans-Bold.ttf",
            "ttf/DejaVuSansMono.ttf": "DejaVuSansMono.ttf",
        },
    ),
)
PACKAGES = {VENDOR: SITE_PACKAGES, PRINT_VENDOR: PRINT_PACKAGES}


def sha256(data: bytes) -> str:
    """Return the hexadecimal SHA-256 of ``data``."""
    return hashlib.sha256(data).hexdigest()


def verify(root: Path, folder: Path = VENDOR) -> list[str]:
    """Compare the files of a vendor folder with its manifest.

    Args:
        root: the repository.
        folder: one of `PACKAGES`, relative to ``root``.

    Returns:
        One sentence for each missing, changed or unlisted file; empty if all is well.
    """
    vendor = root / folder
    try:
        entries = json.loads((vendor / MANIFEST).read_text(encoding="utf-8"))
        listed = {
            f"{entry['name']}/{path}": str(checksum)
            for entry in entries
            for path, checksum in entry["files"].items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        return [f"{folder / MANIFEST} cannot be read ({error!r}): restore it from git"]
    problems = []
    for path, checksum in sorted(listed.items()):
        file = vendor / path
        if not file.is_file():
            problems.append(f"{folder / path} is missing: restore it from git")
        elif sha256(file.read_bytes()) != checksum:
            problems.append(
                f"{folder / path} differs from its released version: restore it from"
                " git, or change the version in scripts/vendor.py and run"
                " `python -m scripts vendor`"
            )
    present = {
        path.relative_to(vendor).as_posix()
        for path in vendor.rglob("*")
        if path.is_file() and path != vendor / MANIFEST
    }
    problems += [
        f"{folder / path} is not in {MANIFEST}: add its package to scripts/vendor.py or"
        " delete it"
        for path in sorted(present - listed.keys())
    ]
    return problems


def refresh(root: Path, folder: Path = VENDOR) -> None:
    """Download every package of a vendor folder again and replace the folder.

    The old files stay until all new ones are there.

    Args:
        root: the repository.
        folder: one of `PACKAGES`, relative to ``root``.

    Raises:
        VendorError: if npm is missing or fails, or a package lacks an expected file.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise VendorError(
            "npm was not found. It is needed only to update vendored files: install"
            " Node.js (it contains npm) and run `python -m scripts vendor` again."
        )
    target = root / folder
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".vendor-") as name:
        fresh = Path(name) / "vendor"
        fresh.mkdir()
        manifest = []
        for package in PACKAGES[folder]:
            print(f"vendor: {package.source} {package.version}", flush=True)
            contents = _download(npm, package)
            manifest.append(_write(package, contents, fresh / package.name))
        text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
        (fresh / MANIFEST).write_text(text, encoding="utf-8")
        if target.exists():
            target.rename(Path(name) / "old")
        fresh.rename(target)


def run(verify_only: bool) -> int:
    """Refresh unless ``verify_only``, then verify; return 1 if anything is wrong."""
    problems = []
    for folder in PACKAGES:
        if not verify_only:
            refresh(ROOT, folder)
        problems += verify(ROOT, folder)
    for problem in problems:
        say(problem)
    return 1 if problems else 0


def _download(npm: str, package: Package) -> dict[str, bytes]:
    """Fetch a package with ``npm pack`` and return its files by path."""
    with tempfile.TemporaryDirectory() as directory:
        command = [npm, "pack", "--silent", f"{package.source}@{package.version}"]
        result = subprocess.run(
            command, cwd=directory, capture_output=True, text=True, check=False
        )
        archives = list(Path(directory).glob("*.tgz"))
        if result.returncode != 0 or len(archives) != 1:
            raise VendorError(
                f"`{' '.join(command[1:])}` failed; is the network there and the"
                f" version right?\n{result.stderr.strip()}"
            )
        contents = {}
        with tarfile.open(archives[0]) as archive:
            for member in archive:
                file = archive.extractfile(member) if member.isfile() else None
                if file is not None:
                    contents[member.name.partition("/")[2]] = file.read()
    return contents


def _write(
    package: Package, contents: dict[str, bytes], directory: Path
) -> dict[str, Any]:
    """Write the chosen files of a package and return its entry in the manifest."""
    files: dict[str, str] = {}
    for source, path in _chosen(package, contents).items():
        data = contents[source]
        if path in package.changes:
            data = package.changes[path].apply(data)
        file = directory / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        files[path] = sha256(data)
    entry: dict[str, Any] = {
        "name": package.name,
        "version": package.version,
        "licence": package.licence,
        "source": package.source,
    }
    if package.changes:
        entry["modified"] = {
            path: change.statement for path, change in package.changes.items()
        }
    return entry | {"files": dict(sorted(files.items()))}


def _chosen(package: Package, contents: dict[str, bytes]) -> dict[str, str]:
    """Map the chosen files of a package to their paths below its directory."""
    chosen: dict[str, str] = {}
    for wanted, path in package.files.items():
        start, star, end = wanted.partition("*")
        if not star:
            found = {wanted: path} if wanted in contents else {}
        else:
            found = {
                name: f"{path}/{name.rpartition('/')[2]}"
                for name in sorted(contents)
                if name.startswith(start) and name.endswith(end)
            }
        if not found:
            raise VendorError(
                f"{package.source} {package.version} has no file {wanted}: adapt"
                " scripts/vendor.py to this version"
            )
        chosen |= found
    return chosen
