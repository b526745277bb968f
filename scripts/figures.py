"""Draw the figures of all pages to SVG, each only when the code behind it changed."""

import importlib
import inspect
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from matplotlib.figure import Figure

from scripts import imports
from scripts.environment import ROOT
from scripts.model import NO_FIGURES

FIGURES = ROOT / "snippets" / "figures"


def modules() -> list[str]:
    """Return the stems of the modules in snippets/figures that belong to a page."""
    return sorted(p.stem for p in FIGURES.glob("*.py") if p.stem not in NO_FIGURES)


def functions(stem: str) -> dict[str, Callable[[], Figure]]:
    """Return the figures of one module by file name: ``nchw-axes`` -> ``nchw_axes``."""
    module = importlib.import_module(f"snippets.figures.{stem}")
    found = inspect.getmembers(module, inspect.isfunction)
    return {
        name.replace("_", "-"): function
        for name, function in found
        if function.__module__ == module.__name__
        and not name.startswith("_")
        and not inspect.signature(function).parameters  # those are helpers
    }


def fingerprint(stem: str) -> str:
    """Return a hash of everything that a module's figures are drawn from."""
    return imports.fingerprint((FIGURES / f"{stem}.py").read_text(encoding="utf-8"))


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
