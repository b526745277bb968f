"""What a contribution must not bring: links out of the tree, huge files, characters
that deceive the eye, code that reaches outside.

It is no sandbox: a maintainer reads every change, and nothing of a fork runs with
secrets. It names what that reading would look for, with its line.
"""

import ast
import os
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

LIMIT = 200_000  # bytes of a page, notebook or snippet; the largest has a third of it
KINDS = {  # what may stand in a folder that contributors write to
    "docs/en": (".md", ".ipynb"),
    "docs/zh": (".md", ".ipynb"),
    "snippets": (".py",),
    "tests/exercises": (".py",),
}

# Zero-width and bidirectional controls (Unicode Technical Report 36), and how JSON
# escapes them.
_HIDDEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufeff\uffa0\U000e0000-\U000e007f]"
)
_ESCAPED = re.compile(
    r"\\u(?:00ad|061c|180e|200[b-f]|202[a-e]|206\w|feff)", re.IGNORECASE
)
# Letters of other scripts that look Latin, next to Latin ones or wherever only Latin
# and Chinese are written.
_FOREIGN = re.compile(
    "[\u0400-\u052f\u0531-\u058f\u10a0-\u10ff\u13a0-\u13fd\uab70-\uabbf]"
    "|[\uff21-\uff3a\uff41-\uff5a\U0001d400-\U0001d7ff]"
    "|(?<=[A-Za-z])[ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαικνορυ](?=[A-Za-z])"
)

_PACKAGES = frozenset(
    {"IPython", "cycler", "matplotlib", "numpy", "onnx", "onnxruntime", "scipy"}
    | {"sklearn", "snippets", "torch", "yaml"}
    # of the standard library
    | {"__future__", "abc", "bisect", "collections", "contextlib", "copy", "enum"}
    | {"dataclasses", "datetime", "fractions", "functools", "heapq", "io", "itertools"}
    | {"math", "operator", "pathlib", "random", "re", "statistics", "string"}
    | {"textwrap", "time", "typing", "unicodedata"}
)
_CALLS = frozenset(
    {"__builtins__", "__import__", "breakpoint", "compile", "eval", "exec", "input"}
    | {"HTML", "Javascript", "get_ipython", "open"}
)
_COMMAND = re.compile(r"\s*[!%](?!matplotlib inline|config InlineBackend\.)|.*\?\s*$")
_ATTRIBUTES = re.compile(
    r"fetch_\w+|urlopen|urlretrieve|hub|DataSource|system|popen|_?os|_?sys|__builtins__"
    r"|__globals__|__subclasses__|_repr_\w+_|HTML|Javascript|get_ipython"
)


def refused(root: Path) -> Iterator[tuple[str, str, str]]:
    """Yield path, rule and reason of files that are not even read."""
    for folder, kinds in KINDS.items():
        for here, folders, files in os.walk(root / folder):
            folders[:] = sorted(
                name
                for name in folders
                if not name.startswith(".")
                and (name != "__pycache__" or ".py" not in kinds)
            )
            for name in sorted([*folders, *files]):
                path = Path(here, name)
                shown = path.relative_to(root).as_posix()
                if path.is_symlink():
                    yield shown, "F011", f"this is a link to {os.readlink(path)}"
                elif name in folders or name.startswith("."):
                    continue
                elif path.suffix not in kinds:
                    yield (
                        shown,
                        "F013",
                        f"{folder} holds no {path.suffix or name} files",
                    )
                elif (size := path.stat().st_size) > LIMIT:
                    yield shown, "F012", f"this file has {size / 1000:,.0f} kB"


def hidden(text: str, json: bool = False) -> Iterator[tuple[int, str, str]]:
    """Yield line, rule and reason of every line with characters that deceive.

    Args:
        text: any text.
        json: look for escaped characters as well.
    """
    if text.isascii() and not json:
        return
    for number, line in enumerate(text.split("\n"), 1):
        if match := _HIDDEN.search(line) or (json and _ESCAPED.search(line)) or None:
            yield number, "F014", f"this line holds {_named(match[0])}"
        if match := _FOREIGN.search(line):
            yield number, "F015", f"this line holds {_named(match[0])}"


def _named(sign: str) -> str:
    """Name a character that cannot be seen, or be told apart.

    >>> _named("\\u202e"), _named("\\\\u200b")
    ('RIGHT-TO-LEFT OVERRIDE (U+202E)', 'ZERO WIDTH SPACE (U+200B)')
    """
    code = int(sign[2:], 16) if sign.startswith("\\u") else ord(sign)
    return f"{unicodedata.name(chr(code), 'a character')} (U+{code:04X})"


def reaches(code: str, notebook: bool = False) -> Iterator[tuple[int, str]]:
    """Yield line and reason where Python reaches for the system or the network.

    Args:
        code: a module or a cell; what is no Python is left to those who run it.
        notebook: look for commands such as `!ls` and `%run` as well.
    """
    if notebook:
        lines = code.split("\n")
        for number, line in enumerate(lines, 1):
            if _COMMAND.match(line) and not line.lstrip().startswith("#"):
                yield number, f"`{line.strip()[:40]}` is a command, not Python"
        code = "\n".join("" if line.lstrip()[:1] in "!%" else line for line in lines)
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=aliases):
                for alias in aliases:
                    if alias.name.partition(".")[0] not in _PACKAGES:
                        yield node.lineno, f"`{alias.name}` may not be imported"
            case ast.ImportFrom(module=str(name), level=0):
                if name.partition(".")[0] not in _PACKAGES:
                    yield node.lineno, f"`{name}` may not be imported"
                for alias in node.names:
                    if alias.name.startswith("_") or alias.name in _CALLS:
                        yield node.lineno, f"`{alias.name}` may not be imported"
            case ast.Name(id=name) if name in _CALLS:
                yield node.lineno, f"`{name}` may not be used"
            case ast.Attribute(attr=name) if _ATTRIBUTES.fullmatch(name):
                yield node.lineno, f"`.{name}` reaches outside"
