"""Axe finds nothing on each kind of page, in both schemes, with answers open."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.conftest import NOTEBOOKS

KINDS = (
    "index.html",
    "theory/index.html",
    "theory/normalization.html",
    "theory/convolution.html",
    "coding/arrays-and-strings.html",
    "practice/index.html",
    *(name.replace(".ipynb", ".html") for name in NOTEBOOKS),
    "glossary.html",
    "coverage.html",
    "sources/index.html",
    "sources/ho-2017.html",
    "404.html",
)
# each language and each scheme once: what one of them breaks, it breaks in either other
BOTH = [("en", "light"), ("zh", "dark")]


def violations(page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [
        f"{v['id']} ({v['impact']}): {node['target']} {node['html'][:120]}"
        for v in found
        for node in v["nodes"][:3]
    ]


@pytest.mark.parametrize(("language", "scheme"), BOTH)
def test_no_violations(open_page, address, language, scheme):
    found = []
    for kind in KINDS:
        path = f"{'zh/' if language == 'zh' else ''}{kind}"
        page = open_page(
            f"{address}/{path}", color_scheme=scheme, reduced_motion="reduce"
        )
        page.wait_for_load_state("networkidle")
        found += [f"{path} closed: {text}" for text in violations(page)]
        page.evaluate(
            "document.querySelectorAll('details').forEach(d => d.open = true)"
        )
        page.wait_for_timeout(400)
        found += [f"{path} open: {text}" for text in violations(page)]
        page.close()
    assert found == []


def test_no_violations_on_a_phone(open_page, address):
    found = []
    for kind in KINDS[:5]:
        page = open_page(
            f"{address}/{kind}",
            viewport={"width": 360, "height": 720},
            reduced_motion="reduce",
        )
        page.wait_for_load_state("networkidle")
        page.evaluate(
            "document.querySelectorAll('details').forEach(d => d.open = true)"
        )
        page.wait_for_timeout(400)
        found += [f"{kind}: {text}" for text in violations(page)]
    assert found == []


def click(page, selector):
    page.locator(selector).first.click()
    page.wait_for_timeout(500)


def practice_views(page, start):
    """Yield the name of each view and state of practice as it is on the page."""
    page.goto(f"{start}practice/cards.html")
    page.locator(".practice-show").wait_for()
    yield "card"
    click(page, ".practice-show")
    click(page, ".practice-filter > summary")
    yield "card open"
    click(page, ".grade-3")
    click(page, ".practice-statistics > summary")
    yield "statistics"
    page.goto(f"{start}practice/self-check.html")
    page.locator(".practice-topics").wait_for()
    yield "self-check"
    click(page, ".practice-button.primary")
    yield "self-check question"
    for _ in range(10):
        page.locator(".practice-ratings input").first.check()
        page.locator(".practice-next").click()
    page.locator(".practice-verdict").wait_for()
    yield "self-check result"
    page.goto(f"{start}practice/mock-interview.html")
    page.locator(".practice-begin").wait_for()
    yield "interview plan"
    click(page, ".practice-begin")
    yield "interview question"
    while page.locator(".practice-report").count() == 0:
        page.locator(".practice-skip").click()
    yield "interview report"
    page.goto(f"{start}practice/interviewer-sheet.html")
    click(page, ".practice-draw")
    page.locator(".practice-rubric li").first.wait_for()
    yield "sheet"
    page.goto(f"{start}practice/data.html")
    page.locator(".practice input[type=file]").set_input_files(
        {"name": "x.json", "mimeType": "application/json", "buffer": b"{"}
    )
    page.locator(".practice-outcome[data-kind=bad]").wait_for()
    yield "data"


@pytest.mark.parametrize(("language", "scheme"), BOTH)
def test_no_violations_in_practice(open_page, address, language, scheme):
    found = []
    page = open_page(
        color_scheme=scheme,
        reduced_motion="reduce",
        viewport={"width": 390 if scheme == "dark" else 1280, "height": 800},
    )
    start = f"{address}/{'zh/' if language == 'zh' else ''}"
    for view in practice_views(page, start):
        page.evaluate(
            "document.querySelectorAll('details').forEach(d => d.open = true)"
        )
        page.wait_for_timeout(300)
        found += [f"{view}: {text}" for text in violations(page)]
    assert found == []
