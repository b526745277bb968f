"""An exercise on its page: statement, starter, hints one at a time, answer."""

import pytest
from playwright.sync_api import expect

from scripts.exercise import catalog
from tests.conftest import LANGUAGES

PAGE = "coding/arrays-and-strings.html"
NAME = "two-sum"


@pytest.fixture(params=LANGUAGES)
def language(request) -> str:
    return request.param


@pytest.fixture
def page(open_page, address, language):
    opened = open_page(f"{address}/{'zh/' if language == 'zh' else ''}{PAGE}")
    opened.wait_for_selector(".question-meta")
    return opened


def blocks(page, kind):
    """Return the question's own blocks of a kind: those up to the next heading."""
    after = f"//h3[@id='{NAME}']/following-sibling::details[@class='{kind}']"
    same = f"[preceding-sibling::h3[1][@id='{NAME}']]"
    return page.locator(f"xpath={after}{same}")


def test_the_starter_is_shown_as_the_judge_writes_it(page):
    block = page.locator(f"h3#{NAME} ~ .highlight").first
    expect(block.locator(".filename")).to_have_text("exercises/two_sum.py")
    assert block.locator(".filename a").count() == 0  # it is the reader's file
    shown = block.locator("code").text_content().strip()
    assert shown == catalog.find(NAME).starter().strip()


def test_hints_open_one_at_a_time_and_leave_the_answer_closed(page):
    hints = blocks(page, "hint")
    expect(hints).to_have_count(2)
    assert page.locator("details[open]").count() == 0
    hints.first.locator("summary").click()
    expect(hints.first.locator("p").first).to_be_visible()
    expect(hints.nth(1)).not_to_have_attribute("open", "")
    expect(blocks(page, "answer")).not_to_have_attribute("open", "")


def test_the_answer_shows_the_solution_with_its_source(page):
    answer = blocks(page, "answer")
    expect(answer.locator("code").first).not_to_be_visible()
    answer.locator("summary").click()
    title = answer.locator(".filename a")
    expect(title).to_have_text("snippets/coding/arrays_and_strings/two_sum.py")
    assert title.get_attribute("href").endswith(
        "/blob/main/snippets/coding/arrays_and_strings/two_sum.py"
    )
    expect(answer).to_contain_text("last[number] = j")


def test_a_link_to_an_exercise_opens_its_answer_and_no_hint(page):
    page.goto(f"{page.url.partition('#')[0]}#{NAME}")
    page.reload()
    expect(blocks(page, "answer")).to_have_attribute("open", "")
    assert page.locator("details.hint[open]").count() == 0


def test_the_language_switch_keeps_just_the_open_hint(page, language):
    blocks(page, "hint").nth(1).locator("summary").click()
    page.locator(f"h3#{NAME}").scroll_into_view_if_needed()
    page.locator("a.language").click()
    page.wait_for_url(f"**/{'' if language == 'zh' else 'zh/'}{PAGE}*")
    expect(blocks(page, "hint").nth(1)).to_have_attribute("open", "")
    expect(blocks(page, "hint").first).not_to_have_attribute("open", "")
