"""Draw the figures of all pages to SVG, each only when the code behind it changed."""

import ast
import hashlib
import importlib
import inspect
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import matplotlib
import numpy
from matplotlib.figure import Figure

from scripts.environment import ROOT

FIGURES = ROOT / "snippets" / "figures"
NOT_PAGES = {"__init__", "style"}


def modules() -> list[str]:
    """Return the stems of the modules in snippets/figures that belong to a page."""
    return sorted(p.stem for p in FIGURES.glob("*.py") if p.stem not in NOT_PAGES)


def functions(stem: str) -> dict[str, Callable[[], Figure]]:
    """Return the figures of one module by file name: ``nchw-axes`` -> ``nchw_axes``."""
    module = importlib.import_module(f"snippets.figures.{stem}")
    found = inspect.getmembers(module, inspect.isfunction)
    return {
        name.replace("_", "-"): function
        for name, function in found
        if function.__module__ == module.__name__ and not name.startswith("_")
    }


def _imports(path: Path) -> Iterator[Path]:
    """Yield the project's modules that the module at ``path`` imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
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


def fingerprint(stem: str) -> str:
    """Return a hash of everything that a module's figures are drawn from.

    That is the module, every module of the project that it imports, directly or not,
    and the versions of Python, NumPy and Matplotlib.
    """
    todo, seen = [FIGURES / f"{stem}.py"], set[Path]()
    while todo:
        path = todo.pop()
        if path not in seen:
            seen.add(path)
            todo.extend(_imports(path))
    digest = hashlib.sha256()
    versions = (sys.version_info[:2], numpy.__version__, matplotlib.__version__)
    digest.update(repr(versions).encode())
    for path in sorted(seen):
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0")
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _draw_module(stem: str, folder: Path, mark: str) -> int:
    from snippets.figures import style

    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    drawn = functions(stem)
    for name, function in drawn.items():
        with style.applied():
            function().savefig(
                folder / f"{name}.svg", metadata={"Date": None}, transparent=True
            )
    (folder / ".fingerprint").write_text(mark)
    return len(drawn)


def draw(target: Path) -> tuple[int, int]:
    """Draw every figure whose code changed into ``target/<page>/<figure>.svg``.

    Args:
        target: the folder that keeps the figures between builds.

    Returns:
        The number of figures drawn now and of modules that were up to date.
    """
    stale = []
    for stem in modules():
        folder, mark = target / stem.replace("_", "-"), fingerprint(stem)
        stamp = folder / ".fingerprint"
        if not (stamp.exists() and stamp.read_text() == mark):
            stale.append((stem, folder, mark))
    kept = len(modules()) - len(stale)
    if not stale:
        return 0, kept
    with ProcessPoolExecutor() as pool:
        counts = pool.map(_draw_module, *zip(*stale, strict=True))
        return sum(counts), kept
