"""Record which English text a Chinese page was made from."""

import re

from scripts.environment import ROOT, Stop
from scripts.model import content_hash

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
        if not path.is_file():
            raise NotAPage(f"{path.relative_to(ROOT)} does not exist.")
    text = FIELD.sub("", chinese.read_text(encoding="utf-8"), count=1)
    if not text.startswith("---\n"):
        raise NotAPage(f"{chinese.relative_to(ROOT)} has no front matter (--- lines).")
    mark = content_hash(english.read_text(encoding="utf-8"))
    text = text.replace("---\n", f"---\ntranslation_of: {mark}\n", 1)
    chinese.write_text(text, encoding="utf-8")
    return mark
