"""One classic script out of a few ES modules, for pages that are opened from disk.

Browsers load no module from disk, and one request is faster than twelve. What the
modules may use is small on purpose, so that this stays a page of Python: imports
``import { a, b as c } from "./x.js";`` at the top, and ``export`` in front of
``function``, ``async function``, ``class`` and ``const``. Anything else is refused.
"""

import re
from pathlib import Path

from scripts.environment import Stop

IMPORT = re.compile(r'^import \{([^}]*)\} from "(\.[^"]+\.js)";\n', re.M)
EXPORT = re.compile(
    r"^export (?=(?:async function|function|class|const) ([\w$]+))", re.M
)
LEFT = re.compile(r"^(?:import|export)\b.*$", re.M)


class NotBundled(Stop):
    """A module uses a form that the bundler does not know."""


def bundle(entry: Path) -> str:
    """Return an entry module and all it imports as one script.

    Args:
        entry: the module to start from; its folder is the root of names.

    Raises:
        NotBundled: for another form of import or export, a missing file or a circle.
    """
    parts: list[str] = []
    _add(entry, entry.parent, parts, [])
    return '"use strict";\n(() => {\n' + "\n".join(parts) + "\n})();\n"


def _name(path: Path, root: Path) -> str:
    return "$" + re.sub(
        r"\W", "_", path.relative_to(root).as_posix().removesuffix(".js")
    )


def _add(path: Path, root: Path, parts: list[str], above: list[Path]) -> None:
    """Add what a module needs, then the module as a function of its own."""
    if path in above:
        circle = " -> ".join(one.name for one in [*above, path])
        raise NotBundled(f"These modules import each other: {circle}")
    if not path.is_file():
        raise NotBundled(f"{above[-1].name} imports {path.name}, which does not exist.")
    head = f"const {_name(path, root)} = (() => {{"
    if any(part.startswith(head) for part in parts):
        return
    source = path.read_text(encoding="utf-8")

    def imported(found: re.Match[str]) -> str:
        target = (path.parent / found[2]).resolve()
        _add(target, root, parts, [*above, path])
        names = " ".join(found[1].split()).replace(" as ", ": ")
        return f"const {{ {names} }} = {_name(target, root)};\n"

    text = IMPORT.sub(imported, source)
    exports = EXPORT.findall(text)
    text = EXPORT.sub("", text)
    left = LEFT.search(text)
    if left:
        raise NotBundled(
            f"{path.name}: `{left[0][:60]}` is a form that scripts/bundle.py does not "
            'know; write `import { a } from "./b.js";` and `export function …`.'
        )
    parts.append(f"{head}\n{text}return {{ {', '.join(exports)} }};\n}})();")
