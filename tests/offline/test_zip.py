"""The zipped site, unpacked and read from disk in a browser without a network."""

import zipfile

import pytest

from scripts.offline import archive
from tests.conftest import LANGUAGES


@pytest.fixture(scope="module")
def unpacked(downloads, tmp_path_factory):
    folder = tmp_path_factory.mktemp("zip")
    with zipfile.ZipFile(downloads / "handbook-site.zip") as packed:
        assert packed.testzip() is None
        packed.extractall(folder)
    (top,) = folder.iterdir()
    return top


@pytest.fixture
def page(browser, unpacked):
    context = browser.new_context(offline=True)
    opened = context.new_page()
    foreign: list[str] = []
    failed: list[str] = []
    opened.on("request", lambda r: foreign.append(r.url) if r.url[:4] == "http" else 0)
    opened.on("requestfailed", lambda r: failed.append(r.url))
    yield opened
    context.close()
    assert foreign == []
    assert failed == []


def test_everything_but_the_downloads_is_inside(unpacked, built):
    inside = {p.relative_to(unpacked) for p in unpacked.rglob("*") if p.is_file()}
    outside = {p.relative_to(built) for p in built.rglob("*") if p.is_file()}
    missing = {path.as_posix() for path in outside - inside}
    assert all(
        name.startswith("downloads/") or name.endswith(("sitemap.xml", "robots.txt"))
        for name in missing
    )
    assert inside <= outside


def test_a_page_reads_and_the_language_switch_keeps_the_place(page, unpacked):
    page.goto((unpacked / "theory/normalization.html").as_uri())
    page.wait_for_selector(".katex", state="attached")
    page.locator("details.answer summary").first.click()
    assert page.locator("details.answer").first.get_attribute("open") is not None
    page.locator("a[hreflang^=zh]").first.click()
    page.wait_for_url("**/zh/theory/normalization.html*")
    assert page.locator("html").get_attribute("lang").startswith("zh")


@pytest.mark.parametrize(
    ("language", "query", "wanted"),
    [
        ("en", "batch norm inference", "batch-norm-train-inference"),
        ("zh", "批量归一化 推理", "batch-norm-train-inference"),
    ],
)
def test_search_works_from_disk(page, unpacked, language, query, wanted):
    start = unpacked / ("index.html" if language == "en" else "zh/index.html")
    page.goto(start.as_uri())
    box = page.locator("input.md-search__input")
    box.focus()
    box.fill(query)
    page.keyboard.press("End")
    page.wait_for_selector(
        f".md-search-result__link[href*='{wanted}']", state="attached"
    )


def test_practice_works_from_disk_with_one_progress_in_both_languages(page, unpacked):
    page.goto((unpacked / "practice/cards.html").as_uri())
    page.locator(".practice-show").click()
    page.locator(".grade-3").click()
    page.wait_for_selector(".practice-undo")
    page.goto((unpacked / "zh/practice/cards.html").as_uri())
    page.wait_for_selector(".practice-question")
    assert "9" in page.locator(".practice-counts .fresh").text_content()


@pytest.mark.parametrize("language", LANGUAGES)
def test_its_downloads_page_says_where_to_get_the_files(page, unpacked, language):
    start = unpacked / ("" if language == "en" else "zh") / "downloads.html"
    page.goto(start.as_uri())
    notes = page.locator("p.download")
    assert notes.count() == 5
    for link in notes.locator("a").all():
        assert link.get_attribute("href").startswith("https://")


def test_a_zip_depends_on_its_contents_alone(tmp_path):
    files = [("a.txt", b"a" * 999), ("b/c.txt", b"c")]
    archive.write(tmp_path / "1.zip", files, stored=frozenset({"a.txt"}))
    (tmp_path / "a.txt").write_text("a later file")
    archive.write(tmp_path / "2.zip", files, stored=frozenset({"a.txt"}))
    assert (tmp_path / "1.zip").read_bytes() == (tmp_path / "2.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "1.zip") as packed:
        assert packed.read("b/c.txt") == b"c"
        kinds = {e.filename: e.compress_type for e in packed.infolist()}
    assert kinds == {"a.txt": zipfile.ZIP_STORED, "b/c.txt": zipfile.ZIP_DEFLATED}
