"""Which snippets a piece of Python is made of: what is computed from them stays valid
until one of them changes."""

import ast
import hashlib
import platform
import re
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from scripts.environment import ROOT

PACKAGES = ("numpy", "matplotlib", "scikit-learn")  # what snippets compute with


def fingerprint(source: str) -> str:
    """Return a hash of a source, of every snippet that it imports, directly or not, of
    the data files below docs/ that it names, and of the versions of Python and the
    packages they compute with.

    Args:
        source: Python text; what is no Python counts as a text without imports.
    """
    waiting, seen = list(_imports(source)), set[Path]()
    while waiting:
        path = waiting.pop()
        if path not in seen:
            seen.add(path)
            waiting.extend(_imports(path.read_text(encoding="utf-8")))
    versions = (platform.python_version_tuple()[:2], *map(version, PACKAGES))
    digest = hashlib.sha256(f"{versions}\0{source}".encode())
    seen |= {ROOT / name for name in re.findall(r"docs/[a-z]+\.yml", source)}
    for path in sorted(seen):
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0")
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _imports(source: str) -> Iterator[Path]:
    """Yield the project's modules that a source imports."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
            names += [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            target = ROOT.joinpath(*name.split("."))
            if name.startswith("snippets"):
                yield from (
                    p
                    for p in (target.with_suffix(".py"), target / "__init__.py")
                    if p.exists()
                )
