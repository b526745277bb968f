"""Search finds what people type: at least 0.9 of the queries within the first five."""

from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from scripts.environment import ROOT
from tests.conftest import LANGUAGES

QUERIES = ROOT / "tests" / "browser" / "queries"
FIRST = 5
RATE = 0.9
EMPTY = """() => /Type to start|键入以开始/.test(
  document.querySelector(".md-search-result__meta").textContent)"""
READY = """() => !/Initializing|正在初始化/.test(
  document.querySelector(".md-search-result__meta").textContent)"""
ANSWERED = """() => {
  const meta = document.querySelector(".md-search-result__meta").textContent;
  return document.querySelector(".md-search-result__list a[href]") ||
    /No matching|没有找到/.test(meta);
}"""


# what finds its question whatever else is written: here the search itself is tested
PLAIN = {
    "en": ("batch norm running average at inference", "batch-norm-train-inference"),
    "zh": ("批量归一化 推理 滑动平均", "batch-norm-train-inference"),
}


def queries(language: str) -> list[dict[str, str]]:
    files = sorted(QUERIES.glob("*.yml"))
    read = (yaml.safe_load(path.read_text(encoding="utf-8")) for path in files)
    return [query for content in read for query in content[language]]


def start(page, address, language):
    page.goto(f"{address}/{'zh/' if language == 'zh' else ''}index.html")
    page.wait_for_function("document.querySelector('[data-md-component=search-query]')")


def results(page, query: str) -> list[str]:
    """Type a query and return the links of the results in the order they are shown."""
    field = page.locator("[data-md-component=search-query]")
    field.focus()
    page.wait_for_function(READY)
    for text, done in (("", EMPTY), (query, ANSWERED)):
        field.fill(text)
        page.keyboard.press("End")  # the theme listens to keys, not to input
        page.wait_for_function(done)
    return page.eval_on_selector_all(
        ".md-search-result__list a[href]", "links => links.map(a => a.href)"
    )


def rank(links: list[str], expected: str) -> int | None:
    """Return the place of a question among all results, pages and sections included."""
    found = [parse_qs(urlsplit(link).query).get("question") for link in links]
    return found.index([expected]) + 1 if [expected] in found else None


@pytest.mark.parametrize("language", LANGUAGES)
def test_queries_find_their_question(open_page, address, language, record_property):
    page = open_page()
    start(page, address, language)
    asked = queries(language)
    assert len(asked) >= 40
    missed = []
    for query in asked:
        links = results(page, query["query"])
        place = rank(links, query["expect"])
        if place is None or place > FIRST:
            missed.append(f"{query['query']!r}: {query['expect']} at {place}")
    rate = 1 - len(missed) / len(asked)
    record_property(f"search_rate_{language}", rate)
    print(f"{language}: {rate:.3f} of {len(asked)} queries; missed: {missed}")
    assert rate >= RATE, missed


@pytest.mark.parametrize("language", LANGUAGES)
def test_search_works_with_the_network_off(open_page, address, language, watch):
    page = open_page()
    start(page, address, language)
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    query, expected = PLAIN[language]
    assert expected in " ".join(results(page, query))
    # a font that was not needed before may be asked for in vain
    watch.errors = [e for e in watch.errors if "ERR_INTERNET_DISCONNECTED" not in e]


@pytest.mark.parametrize("language", LANGUAGES)
def test_search_works_from_disk(open_page, built, language):
    folder = built / "zh" if language == "zh" else built
    page = open_page((folder / "index.html").as_uri())
    query, expected = PLAIN[language]
    links = results(page, query)
    assert expected in " ".join(links)
    page.goto(next(link for link in links if expected in link))
    assert page.locator(f"#{expected} ~ details.answer").first.evaluate("d => d.open")
