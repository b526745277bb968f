"""Axe finds nothing on each kind of page, in both schemes, with answers open."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.conftest import LANGUAGES, NOTEBOOKS

KINDS = (
    "index.html",
    "theory/index.html",
    "theory/normalization.html",
    "theory/convolution.html",
    *(name.replace(".ipynb", ".html") for name in NOTEBOOKS),
    "glossary.html",
    "coverage.html",
    "sources/index.html",
    "sources/ho-2017.html",
    "404.html",
)


def violations(page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [
        f"{v['id']} ({v['impact']}): {node['target']} {node['html'][:120]}"
        for v in found
        for node in v["nodes"][:3]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", LANGUAGES)
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
    for kind in KINDS[:4]:
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
