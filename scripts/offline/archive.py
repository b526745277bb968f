"""Write zip files that depend on their contents alone: EPUB, decks and the site."""

import zipfile
from collections.abc import Iterable
from pathlib import Path

EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest date a zip can hold
MODE = 0o100644 << 16  # a plain file that its owner may write


def write(
    target: Path,
    files: Iterable[tuple[str, bytes]],
    stored: frozenset[str] = frozenset(),
) -> None:
    """Write a zip: the same files in the same order give the same bytes.

    Args:
        target: the file to write.
        files: names inside the zip and their contents.
        stored: names of files that are not compressed.
    """
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in files:
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.external_attr = MODE
            entry.create_system = 3  # the mode is Unix's, wherever this runs
            method = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            archive.writestr(entry, content, method, 9)


def site(target: Path, root: Path, top: str, left_out: frozenset[str]) -> None:
    """Pack a built site, to be opened from disk.

    Args:
        target: the zip to write.
        root: the folder of the site.
        top: the folder inside the zip that holds everything.
        left_out: names of files and folders at the root that stay out, with whatever
            has the same name at the root of another language.
    """
    paths = sorted(path for path in root.rglob("*") if path.is_file())
    names = [(path, path.relative_to(root)) for path in paths]
    kept = [
        (f"{top}/{name.as_posix()}", path.read_bytes())
        for path, name in names
        if not left_out & {name.parts[0], *name.parts[1:2]}
    ]
    write(target, kept)
