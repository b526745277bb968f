"""Write the question bank as Anki decks: one note a question, subdecks by page.

Ids derive from the questions' permanent ids alone, so that importing a newer deck
updates the notes a reader has and keeps what was learned.
"""

import hashlib
import re
import tempfile
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from posixpath import dirname, join, normpath

import genanki
from lxml import html

from scripts.bank import Entry
from scripts.environment import ROOT
from scripts.offline import archive
from scripts.offline.book import TEXT

STYLES = ROOT / "docs/offline/deck.css"
FRONT = '<p class="place">{{Page}} · {{Level}}</p><h3>{{Question}}</h3>{{Prompt}}'
BACK = (
    "{{FrontSide}}<hr id=answer>{{Answer}}"
    "{{#Pitfalls}}<h4>{{PitfallsLabel}}</h4>{{Pitfalls}}{{/Pitfalls}}"
    '<p class="place"><a href="{{Link}}">{{Link}}</a></p>'
)
FIELDS = (
    *("Id", "Question", "Prompt", "Answer", "Pitfalls", "PitfallsLabel"),
    *("Page", "Level", "Link"),
)


@dataclass(frozen=True)
class Names:
    """What a deck calls things in its language.

    Attributes:
        book: the handbook's title, the name of the top deck.
        pillars: title by pillar.
        pages: title by page key, such as ``theory/data``.
    """

    book: str
    pillars: dict[str, str]
    pages: dict[str, str]


class _Note(genanki.Note):  # type: ignore[misc]
    """A note that is known by its question's id, whatever its text becomes."""

    @property
    def guid(self) -> str:
        return str(
            genanki.guid_for("dl-interview-handbook", *self.fields[0].split(":"))
        )


def number(name: str) -> int:
    """Return a permanent id for a deck or note type: positive, 31 bits.

    >>> number("deck:en") == number("deck:en") != number("deck:zh")
    True
    """
    digest = hashlib.sha256(name.encode()).digest()
    return (1 << 30) + int.from_bytes(digest[:4], "big") % (1 << 30)


def _local(
    text: str, entry: Entry, url: str, pictures: dict[str, Path], root: Path
) -> str:
    """Return a field's HTML: pictures by their media name, links absolute."""
    if not text:
        return ""
    tree = html.fragment_fromstring(text, create_parent="div")
    folder = dirname(entry.page)
    for image in tree.iter("img"):
        path = normpath(join(folder, image.get("src")))
        name = f"dlih-{path.removeprefix('figures/').replace('/', '-')}"
        pictures[name] = root / path
        image.set("src", name)
    for link in tree.iter("a"):
        target = link.get("href") or ""
        if target.startswith("#"):
            link.set("href", f"{url}{entry.page}.html{target}")
        elif not re.match(r"[a-z]+:", target):
            link.set("href", url + normpath(join(folder, target)))
    inside: str = html.tostring(tree, encoding="unicode")
    return inside.removeprefix("<div>").removesuffix("</div>")


def _repack(source: Path, target: Path) -> None:
    """Write a package again so that it depends on its contents alone."""
    with zipfile.ZipFile(source) as package:
        names = sorted(package.namelist())
        archive.write(target, [(name, package.read(name)) for name in names])


def write(
    target: Path,
    entries: Iterable[Entry],
    names: Names,
    language: str,
    root: Path,
    url: str,
    timestamp: int,
) -> int:
    """Write a language's decks into one package.

    Args:
        target: the ``.apkg`` to write.
        entries: the question bank, in the order of study.
        names: titles of pillars and pages.
        language: ``en`` or ``zh``.
        root: the folder of that language's built site.
        url: the public address of its root, ending in a slash.
        timestamp: seconds since 1970; a later package updates an earlier one's notes.

    Returns:
        The number of notes.
    """
    text = TEXT[language]
    model = genanki.Model(
        number(f"model:{language}"),
        f"{names.book} ({language})",
        fields=[{"name": name} for name in FIELDS],
        templates=[{"name": "Question", "qfmt": FRONT, "afmt": BACK}],
        css=STYLES.read_text(encoding="utf-8"),
        sort_field_index=1,
    )
    decks: dict[str, genanki.Deck] = {}
    pictures: dict[str, Path] = {}
    count = 0
    for entry in entries:
        title = names.pages[entry.page]
        if entry.page not in decks:
            path = (names.book, names.pillars[entry.pillar], title)
            ident = number(f"deck:{language}:{entry.page}")
            decks[entry.page] = genanki.Deck(ident, "::".join(path))
        parts = [
            _local(part, entry, url, pictures, root)
            for part in (entry.prompt_html, entry.answer_html, entry.pitfalls_html)
        ]
        note = _Note(
            model=model,
            fields=[
                f"{language}:{entry.id}",
                _escaped(entry.title),
                *parts,
                text["pitfalls"],
                _escaped(title),
                text[entry.level],
                f"{url}{entry.url}",
            ],
            tags=[
                entry.page.replace("/", "::"),
                entry.level,
                *entry.tags,
                *entry.asked,
            ],
            due=count,
        )
        decks[entry.page].add_note(note)
        count += 1
    package = genanki.Package(list(decks.values()))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for media, picture in pictures.items():
            (folder / media).write_bytes(picture.read_bytes())
        package.media_files = [str(folder / media) for media in sorted(pictures)]
        package.write_to_file(str(folder / "deck.apkg"), timestamp=timestamp)
        _repack(folder / "deck.apkg", target)
    return count


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
