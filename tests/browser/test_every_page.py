"""Every page in a real browser: quiet, at home, and as wide as its window."""

import pytest

from tests.conftest import LANGUAGES, pages_of

WIDTHS = (320, 360, 768)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_logs_an_error_asks_elsewhere_or_scrolls_sideways(
    open_page, address, built, language
):
    page = open_page()
    wide = []
    for path in pages_of(built, language):
        if path.name == "404.html":
            continue
        page.set_viewport_size({"width": WIDTHS[0], "height": 720})
        page.goto(f"{address}/{path.relative_to(built).as_posix()}")
        page.evaluate(
            "document.querySelectorAll('details').forEach(d => d.open = true)"
        )
        page.wait_for_function(
            "[...document.querySelectorAll('.arithmatex')].every(e => e.dataset.tex)"
        )
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 720})
            page.wait_for_timeout(120)
            actual = page.evaluate("document.documentElement.scrollWidth")
            if actual > width:
                wide.append(f"{path.relative_to(built)} is {actual} wide at {width}")
    assert wide == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_image_is_shown(open_page, address, built, language):
    page = open_page()
    broken = []
    for path in pages_of(built, language):
        if path.name == "404.html":
            continue
        page.goto(f"{address}/{path.relative_to(built).as_posix()}")
        page.evaluate(
            "document.querySelectorAll('details').forEach(d => d.open = true)"
        )
        page.wait_for_load_state("networkidle")
        broken += page.eval_on_selector_all(
            "article img",
            "all => all.filter(i => !i.complete || !i.naturalWidth).map(i => i.src)",
        )
    assert broken == []
