"""The built page of a notebook, made a page of the site like any other.

mkdocs-jupyter brings half a megabyte of styles, scripts of its own, links to Markdown
files, and anchors that Chinese headings lack. Here all that is mended in the HTML.
"""

import itertools
import re
from collections.abc import Callable

WRAPPER = '<div class="jupyter-wrapper">'
HEADING = re.compile(r'<(h[1-6]) id="[^"]*">')
CONTENTS_LINK = re.compile(r'href="#([^"]*)"( class="md-nav__link")')
SKIP_LINK = re.compile(r'href="#[^"]*"( class="md-skip")')
MARKDOWN_LINK = re.compile(r'(href="[^":]*)\.(?:md|ipynb)([#"])')
PILCROW = re.compile(r'<a class="anchor-link" href="#[^"]*">[^<]*</a>')
COPYING = re.compile(
    r'<div class="zeroclipboard-container">.*?</clipboard-copy>\s*</div>'
    r'|<div class="clipboard-copy-txt".*?</div>',
    re.DOTALL,
)
CODE = re.compile(r'<div class="highlight-ipynb hl-python"><pre>(.*?)</pre>', re.DOTALL)
NO_ALT = re.compile(r'alt="No description has been provided for this image"')
PLOT = {"en": "Plot; the text below says what it shows.", "zh": "图，说明见下文。"}
# A cell's prints arrive in one message or in several, as timing has it.
SPLIT_OUTPUT = re.compile(
    r'</pre>\s*</div>\s*</div>\s*<div class="jp-OutputArea-child">\s*'
    r'<div class="jp-RenderedText jp-OutputArea-output" data-mime-type="text/plain"'
    r"[^>]*>\s*<pre>"
)
EMBEDDED = re.compile(r"<(style|script)\b.*?</\1>", re.DOTALL)


def is_notebook(page: str) -> bool:
    """Whether the HTML of a page was made from a notebook."""
    return WRAPPER in page


def mend(page: str, root: str, language: str) -> str:
    """Make the page of a notebook one of the site; leave any other page alone.

    Its own styles and scripts give way to the site's, links to Markdown pages lead to
    the built ones, and its headings get anchors (``part-1`` and so on), which Chinese
    headings lack and which are then the same in both languages. Code becomes a block
    like any other, with the theme's copy button; what it prints is one block. Plots
    say that the text below describes them, where nbconvert says that nothing does.

    Args:
        page: the HTML of a page.
        root: the relative path to its language's root, ``""`` or ``"../"``.
        language: ``en`` or ``zh``.
    """
    if not is_notebook(page):
        return page
    start = page.rindex("<article", 0, page.index(WRAPPER))
    end = page.index("</article>", start)
    body = COPYING.sub("", EMBEDDED.sub("", page[start:end]))
    body = MARKDOWN_LINK.sub(r"\1.html\2", body)
    body = CODE.sub(r'<div class="highlight"><pre><code>\1</code></pre>', body)
    body = SPLIT_OUTPUT.sub("", body)
    body = NO_ALT.sub(f'alt="{PLOT[language]}"', body)
    numbers = itertools.count()
    body = HEADING.sub(lambda m: f'<{m[1]} id="part-{next(numbers)}">', body)
    top = SKIP_LINK.sub(r'href="#part-0"\1', page[:start])
    page = CONTENTS_LINK.sub(_numbered(), top) + body + page[end:]
    link = f'<link rel="stylesheet" href="{root}assets/notebook.css">'
    return PILCROW.sub("", page).replace("</head>", f"{link}</head>", 1)


def _numbered() -> Callable[[re.Match[str]], str]:
    """Return a replacement that numbers the links of a table of contents by target.

    The table may stand twice on a page, beside the text and in the drawer.
    """
    seen: dict[str, int] = {}

    def replace(link: re.Match[str]) -> str:
        return f'href="#part-{seen.setdefault(link[1], len(seen) + 1)}"{link[2]}'

    return replace
