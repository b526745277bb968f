"""The reading tools, driven as a reader does."""

import re

import pytest
from playwright.sync_api import expect

from scripts import bank
from tests.conftest import LANGUAGES, NOTEBOOKS, root_of

PAGE = "theory/normalization.html"
QUESTION = "batch-norm-train-inference"
WORDS = {
    "en": {"basic": "Basic", "open": "Open all answers", "close": "Close all answers"},
    "zh": {"basic": "基础", "open": "展开全部答案", "close": "收起全部答案"},
}


def url(address: str, language: str, path: str = PAGE) -> str:
    return f"{address}/{'zh/' if language == 'zh' else ''}{path}"


def answer(page, ident=QUESTION):
    return page.locator(f"h3#{ident} ~ details.answer").first


def settled(page) -> None:
    """Wait until formulas are rendered and the page stopped moving."""
    page.wait_for_function(
        "[...document.querySelectorAll('.arithmatex')].every(e => e.dataset.tex)"
    )
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(300)


@pytest.fixture(params=LANGUAGES)
def language(request) -> str:
    return request.param


def test_badges_say_level_and_sources(open_page, address, language):
    page = open_page(url(address, language))
    meta = page.locator(f"h3#{QUESTION} + .question-meta")
    expect(meta.locator(".level")).to_have_text(WORDS[language]["basic"])
    source = meta.locator("a").first
    source.click()
    page.wait_for_url(re.compile(r"/sources/pingan-2020\.html$"))
    expect(page.locator("h1")).to_be_visible()


def test_every_question_has_its_badges_and_button(open_page, address, language):
    page = open_page(url(address, language))
    count = page.locator("h3.question").count()
    assert count >= 5
    assert page.locator("h3.question + .question-meta .level").count() == count
    assert page.locator("h3.question + .question-meta button").count() == count


def test_all_answers_open_and_close_at_once(open_page, address, language):
    page = open_page(url(address, language))
    total = page.locator("details.answer").count()
    page.get_by_role("button", name=WORDS[language]["open"]).click()
    assert page.locator("details.answer[open]").count() == total
    assert page.locator("details.rubric[open]").count() == 0
    page.get_by_role("button", name=WORDS[language]["close"]).click()
    assert page.locator("details.answer[open]").count() == 0


def test_a_link_to_a_question_opens_its_answer(open_page, address, language):
    page = open_page(f"{url(address, language)}#{QUESTION}")
    expect(answer(page)).to_have_attribute("open", "")
    settled(page)
    box = page.locator(f"h3#{QUESTION}").bounding_box()
    assert 0 <= box["y"] < 300
    assert page.locator("details.answer[open]").count() == 1


def test_a_link_on_the_page_opens_the_answer_it_leads_to(open_page, address):
    page = open_page(f"{url(address, 'en')}#batch-norm")
    link = answer(page, "batch-norm").locator(f"a[href$='#{QUESTION}']").first
    link.click()
    expect(answer(page)).to_have_attribute("open", "")
    page.locator("h3#batch-norm ~ details.answer summary").first.click()
    link_again = page.locator(f".md-sidebar--secondary a[href$='#{QUESTION}']").first
    answer(page).locator("summary").click()
    expect(answer(page)).not_to_have_attribute("open", "")
    link_again.click()
    expect(answer(page)).to_have_attribute("open", "")


def test_the_button_copies_the_link(open_page, address, language):
    page = open_page(url(address, language), permissions=["clipboard-read"])
    button = page.locator(f"h3#{QUESTION} + .question-meta button")
    label = button.text_content()
    button.click()
    expect(button).not_to_have_text(label)
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{url(address, language)}#{QUESTION}"
    expect(button).to_have_text(label, timeout=4000)


def test_printing_opens_everything_and_closes_it_again(open_page, address):
    page = open_page(url(address, "en"))
    answer(page).locator("summary").click()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    closed = "details:not([open]):is(.answer, .pitfalls, .rubric)"
    assert page.locator(closed).count() == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details.answer[open]").count() == 1
    assert page.locator("details.rubric[open]").count() == 0


def test_the_printed_page_holds_the_answers(open_page, address, tmp_path):
    from io import BytesIO

    from pypdf import PdfReader

    page = open_page(url(address, "en"))
    settled(page)
    pages = PdfReader(BytesIO(page.pdf())).pages
    text = " ".join(" ".join(p.extract_text() for p in pages).split())
    assert "running averages of both are only recorded on the side" in text
    assert "Weak:" in text


def test_a_question_is_reached_and_opened_by_keyboard(open_page, address):
    page = open_page(url(address, "en"))
    summary = answer(page).locator("summary")
    page.locator(f"h3#{QUESTION} + .question-meta a").first.focus()
    for _ in range(6):
        page.keyboard.press("Tab")
        if summary.evaluate("s => s === document.activeElement"):
            break
    else:
        pytest.fail("Tab does not reach the answer")
    outline = summary.evaluate("s => getComputedStyle(s).outlineStyle")
    assert outline != "none"
    page.keyboard.press("Enter")
    expect(answer(page)).to_have_attribute("open", "")


def test_the_language_switch_keeps_question_position_and_open_answers(
    open_page, address, language
):
    other = "zh" if language == "en" else "en"
    page = open_page(f"{url(address, language)}#{QUESTION}")
    settled(page)
    page.mouse.move(600, 500)
    page.mouse.wheel(0, 25)
    page.wait_for_timeout(200)
    before = page.locator(f"h3#{QUESTION}").bounding_box()["y"]
    switch = page.locator("a.language")
    assert switch.get_attribute("href").endswith(f"{PAGE}#{QUESTION}")
    switch.click()
    page.wait_for_url(f"{url(address, other)}#{QUESTION}")
    settled(page)
    expect(answer(page)).to_have_attribute("open", "")
    after = page.locator(f"h3#{QUESTION}").bounding_box()["y"]
    assert abs(after - before) < 8
    assert page.locator("html").get_attribute("lang").startswith(other)


def test_the_language_switch_works_without_scripts(open_page, address):
    page = open_page(url(address, "en"), java_script_enabled=False)
    page.locator("a.language").click()
    page.wait_for_url(url(address, "zh"))


def test_math_is_rendered_after_instant_navigation(open_page, address, language):
    page = open_page(url(address, language, "theory/index.html"))
    # before the sitemap has come, the theme leaves a click to the browser
    page.wait_for_load_state("networkidle")
    page.evaluate("window.same = true")
    page.locator(".md-content a[href$='normalization.html']").first.click()
    page.wait_for_url(f"{url(address, language)}*")
    page.wait_for_selector(".arithmatex .katex", state="attached")
    settled(page)
    assert page.evaluate("window.same"), "the page was loaded anew, not navigated"
    assert page.locator(".math-error, .katex-error").count() == 0
    badges = page.locator("h3.question + .question-meta")
    assert badges.count() == page.locator("h3.question").count()


@pytest.mark.parametrize("key", ["backpropagation", "convolution"])
def test_no_formula_fails(open_page, address, built, language, key):
    for name in ("theory/optimizers", "theory/activations-and-losses", f"theory/{key}"):
        page = open_page(url(address, language, f"{name}.html"))
        settled(page)
        assert page.locator(".arithmatex").count() > 20
        assert page.locator(".math-error, .katex-error").count() == 0
        rendered = page.locator(".arithmatex .katex").count()
        assert rendered == page.locator(".arithmatex").count()


def test_dark_mode_follows_the_system_and_the_button(open_page, address):
    page = open_page(url(address, "en"), color_scheme="dark")
    body = page.locator("body")
    expect(body).to_have_attribute("data-md-color-scheme", "slate")
    dark = body.evaluate("b => getComputedStyle(b).backgroundColor")
    filtered = page.locator("img.figure").first.evaluate(
        "i => getComputedStyle(i).filter"
    )
    assert "invert" in filtered
    page.locator("label[for^='__palette']:visible").click()
    expect(body).to_have_attribute("data-md-color-scheme", "default")
    assert body.evaluate("b => getComputedStyle(b).backgroundColor") != dark


def test_code_titles_lead_to_the_source(open_page, address):
    page = open_page(f"{url(address, 'en')}#{QUESTION}")
    title = answer(page).locator(".filename a").first
    expect(title).to_have_text("snippets/theory/normalization.py")
    assert title.get_attribute("href").endswith(
        "/blob/main/snippets/theory/normalization.py"
    )


def test_code_is_copied_without_its_title(open_page, address):
    page = open_page(f"{url(address, 'en')}#{QUESTION}", permissions=["clipboard-read"])
    block = answer(page).locator(".highlight").first
    block.hover()
    block.locator(
        "button[data-clipboard-target], .md-clipboard, .md-code__button"
    ).first.click()
    page.wait_for_function(
        "navigator.clipboard.readText().then(text => text.includes('def '))"
    )
    assert "snippets/" not in page.evaluate("navigator.clipboard.readText()")


def test_wide_tables_scroll_in_their_own_box_on_a_phone(open_page, address):
    page = open_page(url(address, "en"), viewport={"width": 360, "height": 720})
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    settled(page)
    boxes = page.locator(".md-typeset__scrollwrap[data-scrolls=yes]")
    assert boxes.count() >= 1
    assert boxes.first.get_attribute("tabindex") == "0"
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_an_exploration_shows_its_plots_in_the_sites_theme(
    open_page, address, language, name
):
    path = name.replace(".ipynb", ".html")
    page = open_page(url(address, language, path))
    wrapper = page.locator(".jupyter-wrapper")
    expect(wrapper).to_be_visible()
    assert wrapper.locator("svg").count() + wrapper.locator("img").count() >= 3
    assert page.locator("article style, article script").count() == 0
    settled(page)
    text = page.locator("p").first.evaluate("p => getComputedStyle(p).fontFamily")
    body = page.evaluate("getComputedStyle(document.body).fontFamily")
    assert text.split(",")[0] == body.split(",")[0]


def test_the_notebooks_styles_burden_no_other_page(built):
    normal = (built / "theory" / "optimizers.html").read_text(encoding="utf-8")
    assert "notebook.css" not in normal
    assert "jupyter" not in normal.split("<article")[1].split("</article>")[0]


def test_every_bank_link_opens_its_answer(open_page, address, built, language):
    page = open_page(url(address, language, "index.html"))
    for entry in bank.load(root_of(built, language) / "bank" / "index.js")[::4]:
        page.goto(url(address, language, entry["url"]))
        expect(answer(page, entry["id"])).to_have_attribute("open", "")


def test_the_bank_loads_as_a_script_from_disk(open_page, built):
    page = open_page((built / "index.html").as_uri())
    page.evaluate(
        "() => { window.handbookBank = (_, data) => { window.loaded = data.length } }"
    )
    page.add_script_tag(url="bank/index.js")
    assert page.evaluate("window.loaded") >= 30


def test_a_missing_page_helps_in_each_language(open_page, address, language, watch):
    page = open_page(url(address, language, "no-such-page.html"))
    assert page.locator("h1").count() == 1
    watch.errors.clear()  # the browser logs the 404 it was asked for
    page.locator(".md-content a").first.click()
    page.wait_for_url(re.compile(r"(index\.html|/)$"))


@pytest.mark.parametrize("width", [360, 500, 1280])
def test_no_line_begins_with_the_punctuation_after_a_formula(open_page, address, width):
    page = open_page(
        url(address, "zh", "theory/convolution.html"),
        viewport={"width": width, "height": 800},
    )
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    settled(page)
    broken = page.evaluate(
        """() => [...document.querySelectorAll("p span.arithmatex, li span.arithmatex")]
          .filter(formula => {
            const after = formula.nextSibling;
            const length = formula.querySelector(".katex-html").textContent.length;
            if (length >= 16 || after?.nodeType !== 3) return false;
            if (!/^[，。；：、！？]/.test(after.data)) return false;
            const range = document.createRange();
            range.setStart(after, 0);
            range.setEnd(after, 1);
            const mark = range.getBoundingClientRect();
            const last = [...formula.querySelectorAll(".katex-base")].at(-1);
            return mark.left < last.getBoundingClientRect().right - 2;
          }).map(formula => formula.dataset.tex)"""
    )
    assert broken == []
