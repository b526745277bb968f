"""Which Chinese pages are missing or behind, and recording that one is up to date."""

import re

from scripts.environment import ROOT, Stop
from scripts.model import Handbook, content_hash, read_handbook
from scripts.rules import RULES

FIELD = re.compile(r"^translation_of:.*\n", re.MULTILINE)


class NotAPage(Stop):
    """The named page does not exist in both languages."""


def done(key: str) -> str:
    """Write the hash of the English page into the Chinese page's front matter.

    Args:
        key: the page, such as ``theory/normalization``.

    Returns:
        The hash.

    Raises:
        NotAPage: if either page is missing or the Chinese one has no front matter.
    """
    english, chinese = (ROOT / "docs" / part / f"{key}.md" for part in ("en", "zh"))
    for path in (english, chinese):
        if len(path.name) > 255 or not path.is_file():
            raise NotAPage(f"{path.relative_to(ROOT)} does not exist.")
    try:
        text, original = (p.read_text(encoding="utf-8") for p in (chinese, english))
    except (OSError, UnicodeDecodeError) as error:
        raise NotAPage(f"{key} cannot be read: {error}") from error
    if not text.startswith("---\n"):
        raise NotAPage(f"{chinese.relative_to(ROOT)} has no front matter (--- lines).")
    chinese.write_text(marked(text, original), encoding="utf-8")
    return content_hash(original)


def marked(chinese: str, english: str) -> str:
    """Return a Chinese page's text with the hash of the English one in front."""
    mark = f"---\ntranslation_of: {content_hash(english)}\n"
    return FIELD.sub("", chinese, count=1).replace("---\n", mark, 1)


def debts(handbook: Handbook) -> list[tuple[str, str]]:
    """Return what is missing or stale in Chinese: the state and the English path."""
    found = [("missing", debt.path) for debt in RULES["T001"].problems(handbook)]
    for debt in RULES["T002"].problems(handbook):
        found.append(("stale", debt.path.replace("docs/zh/", "docs/en/", 1)))
    return sorted(found, key=lambda debt: debt[1])


def status() -> str:
    """Return the state of the translation as text, one line a page that needs work."""
    handbook = read_handbook(ROOT)
    found, pages = debts(handbook), len(handbook.written("en"))
    lines = [f"{state:8} {path}" for state, path in found]
    lines.append(f"{pages - len(found)} of {pages} pages are up to date in Chinese.")
    return "\n".join(lines)
