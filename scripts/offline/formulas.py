"""Typeset formulas with the vendored KaTeX, run in Chromium: HTML for print, MathML.

The site's pages let each reader's browser do it. A book is printed once and an EPUB
holds no script, so here all formulas of a book are typeset in one go.
"""

from dataclasses import dataclass
from functools import cached_property

from lxml import html
from lxml.html import HtmlElement
from playwright.async_api import Browser

from scripts.environment import ROOT, Stop

KATEX = ROOT / "docs/theme/assets/vendor/katex"
FIXED = {"msub", "msup", "msubsup", "munder", "mover", "munderover", "mfrac", "mroot"}
RENDER = """
(formulas) => formulas.map(([tex, displayMode]) => {
  const render = (output) => katex.renderToString(tex, {
    displayMode, output, strict: "ignore", throwOnError: true });
  try { return [render("html"), render("mathml"), ""]; }
  catch (error) { return ["", "", error.message]; }
})
"""


class BadFormula(Stop):
    """A formula that KaTeX can't typeset; the message quotes it."""


@dataclass(frozen=True)
class Formula:
    """A typeset formula: markup for print, and MathML."""

    tex: str
    html: str
    mathml: str

    @cached_property
    def printed(self) -> HtmlElement:
        """Return the HTML, read by assistive programs as its TeX source."""
        # KaTeX hides its HTML from assistive programs, since MathML usually stands
        # beside it; in print it stands alone. Zero-width spaces help Safari only.
        text = self.html.replace(' aria-hidden="true"', "").replace("\u200b", "")
        element = html.fragment_fromstring(text)
        element.set("role", "img")
        element.set("aria-label", self.tex)
        return element

    @cached_property
    def element(self) -> HtmlElement:
        """Return the ``math`` element, with its TeX source as alternative text."""
        (found,) = html.fragment_fromstring(self.mathml).iter("math")
        for note in found.xpath(".//annotation"):
            note.getparent().remove(note)
        # KaTeX puts the sign for "applied to" into a subscript such as that of
        # \eta_{\max}, where MathML allows one element only.
        for sign in found.xpath(".//mo[.='\u2061']"):
            if sign.getparent().tag in FIXED:
                sign.getparent().remove(sign)
        found.set("alttext", self.tex)
        found.tail = None
        return found


async def render(
    browser: Browser, wanted: set[tuple[str, bool]]
) -> dict[tuple[str, bool], Formula]:
    """Typeset formulas.

    Args:
        browser: a running Chromium.
        wanted: TeX and whether it stands on a line of its own.

    Returns:
        The typeset formulas by what was wanted.

    Raises:
        BadFormula: with KaTeX's message, for the first that it can't read.
    """
    ordered = sorted(wanted)
    page = await browser.new_page()
    try:
        await page.add_script_tag(path=KATEX / "katex.min.js")
        results = await page.evaluate(RENDER, [list(pair) for pair in ordered])
    finally:
        await page.close()
    found = {}
    for (tex, display), (markup, mathml, error) in zip(ordered, results, strict=True):
        if error:
            raise BadFormula(f"The formula {tex!r} can't be typeset: {error}")
        found[tex, display] = Formula(tex, markup, mathml)
    return found
