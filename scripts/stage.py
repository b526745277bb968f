"""Lay out the documents of each language in build/en and build/zh for the generator.

English is docs/en; Chinese is docs/en overlaid with docs/zh, so that a page that is not
translated yet is shown in English under a banner. Both get the generated pages, the
figures and the data that the theme reads. Files that did not change are not written
again, and what is no longer wanted is removed: `make live` rebuilds on real change.
"""

import json
from pathlib import Path
from typing import Any

import yaml

from scripts import bundle, card, config, figures, generate, imports, translate
from scripts.environment import ROOT
from scripts.exercise import catalog
from scripts.model import LANGUAGES, PILLARS, Handbook, Page, read_handbook

FAST_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
BUILD = ROOT / "build"
TERM_FREQUENCY = 100_000  # high enough that jieba keeps a term whole
UNTRANSLATED = "untranslated: true\nedit_path: docs/en/{path}\n"


def _mark_untranslated(text: str, path: str) -> str:
    """Add to an English page's front matter that it stands in for a translation."""
    note = UNTRANSLATED.format(path=path)
    if text.startswith("---\n"):
        return text.replace("---\n", "---\n" + note, 1)
    return f"---\n{note}---\n\n{text}"


def _documents(language: str) -> dict[str, bytes]:
    """Return the hand-written files of one language by path below its root."""
    files: dict[str, bytes] = {}
    for layer in ("en",) if language == "en" else ("en", "zh"):
        for path in sorted((ROOT / "docs" / layer).rglob("*")):
            if not path.is_file():
                continue
            name = path.relative_to(ROOT / "docs" / layer).as_posix()
            content = path.read_bytes()
            if layer != language and path.suffix == ".md":
                text = content.decode("utf-8").replace("\r\n", "\n")
                content = _mark_untranslated(text, name).encode()
            if path.suffix == ".ipynb":
                content = _with_fingerprint(content)
            files[name] = content
    return files


def _with_fingerprint(content: bytes) -> bytes:
    """Write into a notebook what its results depend on.

    The generator keeps the results of a notebook as long as its text stays the same:
    so it runs again when a snippet that it imports changes, and only then.
    """
    notebook = json.loads(content)
    cells = [c["source"] for c in notebook["cells"] if c["cell_type"] == "code"]
    texts = ["".join(c) if isinstance(c, list) else c for c in cells]
    notebook["metadata"]["snippets"] = imports.fingerprint("\n".join(texts))
    return json.dumps(notebook, ensure_ascii=False, indent=1).encode()


def _in_nav_order(handbook: Handbook, language: str) -> list[Page]:
    """Return a language's pages as read, English standing in where one is missing."""
    pages = {**handbook.pages["en"], **handbook.pages[language]}
    order = {entry.path: place for place, entry in enumerate(handbook.nav[language])}
    return sorted(pages.values(), key=lambda p: order.get(f"{p.key}.md", len(order)))


def _generated(
    handbook: Handbook, language: str, terms: list[Any], data: Any
) -> dict[str, bytes]:
    """Return the generated pages and theme data of one language by path."""
    pages = _in_nav_order(handbook, language)
    made = {
        "glossary.md": generate.glossary(language, terms),
        "coverage.md": generate.coverage(language, data, pages),
        "downloads.md": generate.downloads(language, config.site_urls()[language]),
        "sources/index.md": generate.source_index(language, data),
        "reports/index.md": generate.reports(language, data, pages),
        "contributing/rules.md": generate.rules(language, _chinese_rules()),
        "contributing/translations.md": generate.translations(
            language, len(handbook.written("en")), translate.debts(handbook)
        ),
    }
    for key in data["sources"]:
        made[f"sources/{key}.md"] = generate.source(language, key, data, pages)
    for pillar in PILLARS:
        own = [p for p in pages if p.key.startswith(f"{pillar}/") and p.questions]
        if own:
            made[f"{pillar}/index.md"] = generate.overview(language, pillar, own)
    badges = {
        key: {
            "label": entry["label"][language],
            "title": entry["title"][language],
            "url": f"sources/{key}.html",
        }
        for key, entry in data["sources"].items()
    }
    made["assets/sources.js"] = _script("handbookSources", badges)
    practice = {**_practice(), "pages": {page.key: page.title for page in pages}}
    made["assets/practice.js"] = _script("handbookPractice", practice) + bundle.bundle(
        ROOT / "docs/theme/assets/practice/main.js"
    )
    return {name: text.encode() for name, text in made.items()}


def _script(name: str, data: Any) -> str:
    """Return a script that puts data into a global name."""
    return f"window.{name} = {json.dumps(data, ensure_ascii=False)};\n"


def _chinese_rules() -> dict[str, dict[str, str]]:
    """Return the Chinese texts of the rules by id."""
    text = (ROOT / "scripts" / "rules.zh.yml").read_text(encoding="utf-8")
    rules: dict[str, dict[str, str]] = yaml.load(text, FAST_LOADER)
    return rules


def _practice() -> dict[str, Any]:
    """Return the data of docs/practice.yml."""
    text = (ROOT / "docs" / "practice.yml").read_text(encoding="utf-8")
    data: dict[str, Any] = yaml.load(text, FAST_LOADER)
    return data


def _write(target: Path, files: dict[str, bytes]) -> None:
    """Make ``target`` hold exactly ``files``, touching only what differs."""
    for name, content in files.items():
        path = target / name
        if not (path.is_file() and path.read_bytes() == content):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    if target.exists():
        for path in sorted(target.rglob("*"), reverse=True):
            if path.is_file() and path.relative_to(target).as_posix() not in files:
                path.unlink()
            elif path.is_dir() and not any(path.iterdir()):
                path.rmdir()


def _starters() -> dict[str, bytes]:
    """Return what pages embed as starters, by file name."""
    mark = "# --8<-- [{}:starter]\n"
    return {
        f"{exercise.module}.py": (
            mark.format("start") + exercise.starter() + mark.format("end")
        ).encode()
        for exercise in catalog.exercises()
    }


def user_dictionary(terms: list[Any]) -> str:
    """Return the glossary's Chinese terms as a user dictionary of jieba.

    Terms that mix scripts stay out: the search splits at the script anyway.
    """
    words = {w for term in terms for w in (term["zh"], *term.get("also_zh", []))}
    chinese = sorted(w for w in words if all("一" <= c <= "鿿" for c in w))
    return "".join(f"{word} {TERM_FREQUENCY} n\n" for word in chinese)


def load_data() -> tuple[list[Any], Any]:
    """Return the glossary's terms and the data of docs/sources.yml."""
    read = [
        yaml.load((ROOT / "docs" / name).read_text(encoding="utf-8"), FAST_LOADER)
        for name in ("glossary.yml", "sources.yml")
    ]
    return read[0], read[1]


def run(handbook: Handbook | None = None) -> tuple[int, int]:
    """Stage both languages.

    Args:
        handbook: what `read_handbook` returned, if it was read already.

    Returns:
        The number of figures drawn now and of figure modules that were up to date.
    """
    handbook = handbook or read_handbook(ROOT)
    terms, data = load_data()
    counts = figures.draw(BUILD / "figures")
    pictures = {
        f"figures/{path.parent.name}/{path.name}": path.read_bytes()
        for path in (BUILD / "figures").glob("*/*.svg")
    }
    pictures["assets/social.png"] = card.social_card()
    _write(BUILD / "exercises", _starters())
    for language in LANGUAGES:
        made = _generated(handbook, language, terms, data)
        _write(BUILD / language, {**_documents(language), **made, **pictures})
    dictionary = BUILD / "jieba.txt"
    if not dictionary.exists() or dictionary.read_text() != user_dictionary(terms):
        dictionary.write_text(user_dictionary(terms), encoding="utf-8")
    return counts
