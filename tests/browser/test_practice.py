"""Practice as a reader uses it: cards, self-check, interview, sheet, data."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.conftest import LANGUAGES

KEY = "handbook.practice"
TITLES = {
    "en": {"show": "Show the answer", "undo": "Undo", "done": "Nothing is due."},
    "zh": {"show": "显示答案", "undo": "撤销", "done": "暂时没有要复习的卡片。"},
}


@pytest.fixture(params=LANGUAGES)
def language(request) -> str:
    return request.param


def url(address, language, name, hash_=""):
    return f"{address}/{'zh/' if language == 'zh' else ''}practice/{name}.html{hash_}"


def stored(page):
    return json.loads(page.evaluate(f"localStorage.getItem('{KEY}')"))


def put(page, record):
    page.evaluate(
        "([key, text]) => localStorage.setItem(key, text)", [KEY, json.dumps(record)]
    )


def record(**more):
    return {
        "version": 1,
        "reviews": [],
        "undone": {},
        "values": {},
        "sessions": {},
        **more,
    }


def show(page):
    page.locator(".practice-show").click()
    expect(page.locator(".practice-answer > *").first).to_be_visible()


def grade(page, number):
    show(page)
    page.locator(f".grade-{number}").click()


def question(page):
    return page.locator(".practice-question").first.text_content()


# Cards


def test_a_card_is_answered_and_graded_and_the_next_one_comes(
    open_page, address, language
):
    page = open_page(url(address, language, "cards"))
    first = question(page)
    expect(page.locator(".practice-grades")).to_have_count(0)
    show(page)
    expect(page.locator(".practice-grades button")).to_have_count(4)
    assert "1" in page.locator(".grade-1 small").text_content()
    page.locator(".grade-4").click()
    expect(page.locator(".practice-question")).not_to_have_text(first)
    (review,) = stored(page)["reviews"]
    assert review[2] == 4
    expect(page.locator(".practice-counts .fresh")).to_contain_text("9")


def test_undo_brings_the_card_back_as_it_was(open_page, address, language):
    page = open_page(url(address, language, "cards"))
    first = question(page)
    grade(page, 3)
    expect(page.locator(".practice-question")).not_to_have_text(first)
    page.get_by_role("button", name=TITLES[language]["undo"]).click()
    expect(page.locator(".practice-question")).to_have_text(first)
    expect(page.locator(".practice-counts .fresh")).to_contain_text("10")
    page.reload()
    expect(page.locator(".practice-question")).to_have_text(first)
    expect(page.locator(".practice-counts .fresh")).to_contain_text("10")


def test_cards_go_by_keyboard_alone(open_page, address, language):
    page = open_page(url(address, language, "cards"))
    first = question(page)
    page.keyboard.press("3")  # no grade before the answer
    expect(page.locator(".practice-question")).to_have_text(first)
    page.keyboard.press("Space")
    expect(page.locator(".practice-answer > *").first).to_be_visible()
    page.keyboard.press("2")
    expect(page.locator(".practice-question")).not_to_have_text(first)
    assert stored(page)["reviews"][0][2] == 2
    page.keyboard.press("s")
    expect(page.locator(".practice-star")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("u")
    expect(page.locator(".practice-question")).to_have_text(first)
    focused = page.evaluate("document.activeElement.className")
    assert "practice-question" in focused


def test_keys_in_a_field_are_text(open_page, address):
    page = open_page(url(address, "en", "cards"))
    page.locator(".practice-filter > summary").click()
    field = page.locator(".practice-filter input[type=number]")
    field.fill("12")
    field.press("s")
    expect(page.locator(".practice-star")).to_have_attribute("aria-pressed", "false")


def test_filters_stars_and_the_daily_number_choose_the_cards(
    open_page, address, language
):
    page = open_page(url(address, language, "cards"))
    page.locator(".practice-star").click()
    starred = question(page)
    page.locator(".practice-filter > summary").click()
    selects = page.locator(".practice-filter select")
    selects.nth(0).select_option("coding")
    expect(page.locator(".practice-question")).not_to_have_text(starred)
    pages = selects.nth(1).locator("option").evaluate_all("o => o.map(x => x.value)")
    assert all(not p or p.startswith("coding/") for p in pages)
    selects.nth(0).select_option("")
    page.locator(".practice-filter input[type=checkbox]").check()
    expect(page.locator(".practice-question")).to_have_text(starred)
    expect(page.locator(".practice-counts .fresh")).to_contain_text("1")
    page.locator(".practice-filter input[type=checkbox]").uncheck()
    number = page.locator(".practice-filter input[type=number]")
    number.fill("3")
    number.press("Tab")
    expect(page.locator(".practice-counts .fresh")).to_contain_text("3")
    number.fill("0")
    number.press("Tab")
    expect(page.locator(".practice-done")).to_have_text(TITLES[language]["done"])


def test_a_suspended_card_stays_away_until_it_is_brought_back(open_page, address):
    page = open_page(url(address, "en", "cards"))
    first = question(page)
    page.get_by_role("button", name="Suspend").click()
    expect(page.locator(".practice-question")).not_to_have_text(first)
    page.reload()
    expect(page.locator(".practice-question")).not_to_have_text(first)
    page.locator(".practice-filter > summary").click()
    page.locator(".practice-away > summary").click()
    page.get_by_role("button", name="Bring back").click()
    page.reload()
    expect(page.locator(".practice-question")).to_have_text(first)


def test_new_cards_of_a_day_run_out_and_come_again_after_midnight(open_page, address):
    page = open_page(timezone_id="Asia/Shanghai")
    page.clock.install(time="2026-03-01T15:50:00Z")  # 23:50 in Shanghai
    page.goto(url(address, "en", "cards"))
    page.locator(".practice-filter > summary").click()
    number = page.locator(".practice-filter input[type=number]")
    number.fill("2")
    number.press("Tab")
    for _ in range(2):
        grade(page, 4)
    expect(page.locator(".practice-done")).to_be_visible()
    page.clock.fast_forward("00:15:00")  # 00:05 of the next day
    expect(page.locator(".practice-question")).to_be_visible()
    expect(page.locator(".practice-counts .fresh")).to_contain_text("2")


def test_a_card_in_review_is_due_from_the_morning_of_its_day(open_page, address):
    page = open_page(timezone_id="America/New_York")
    page.clock.install(time="2026-03-07T22:00:00Z")  # the clocks change that night
    page.goto(url(address, "en", "cards"))
    first = question(page)
    page.locator(".practice-filter > summary").click()
    number = page.locator(".practice-filter input[type=number]")
    number.fill("1")
    number.press("Tab")
    grade(page, 4)
    expect(page.locator(".practice-done")).to_be_visible()
    due = page.evaluate(
        f"Object.values(JSON.parse(localStorage.getItem('{KEY}')).cache)[0].memory.due"
    )
    number.fill("0")
    number.press("Tab")
    morning, before = (
        datetime.fromtimestamp(due / 1000, UTC) - timedelta(hours=hours)
        for hours in (8, 48)
    )
    page.clock.set_fixed_time(morning)
    page.reload()
    expect(page.locator(".practice-question")).to_have_text(first)
    page.clock.set_fixed_time(before)
    page.reload()
    expect(page.locator(".practice-done")).to_be_visible()


def test_statistics_are_pictures_with_tables(open_page, address, language):
    page = open_page(url(address, language, "cards"))
    page.locator(".practice-statistics > summary").click()
    expect(page.locator(".practice-statistics")).not_to_contain_text("%")
    for number in (3, 1, 4):
        grade(page, number)
    figures = page.locator(".practice-statistics figure")
    expect(figures).to_have_count(3)
    assert figures.locator("svg[role=img][aria-label]").count() == 2
    figures.nth(1).locator("summary").click()
    expect(figures.nth(1).locator("tbody td").last).to_have_text("3")
    bars = figures.nth(1).locator("rect.bar")
    assert float(bars.last.get_attribute("height")) > 0
    assert float(bars.first.get_attribute("height")) == 0


def test_both_languages_share_one_progress(open_page, address):
    page = open_page(url(address, "en", "cards"))
    grade(page, 3)
    page.goto(url(address, "zh", "cards"))
    expect(page.locator(".practice-counts .fresh")).to_contain_text("9")


def test_progress_is_marked_on_the_reading_pages(open_page, address, language):
    page = open_page(url(address, language, "cards"))
    page.locator(".practice-star").click()
    grade(page, 3)
    ident = stored(page)["reviews"][0][0]
    href = page.evaluate("location.href").replace(
        "practice/cards.html", "theory/linear-algebra.html"
    )
    page.goto(href)
    meta = page.locator(f"h3#{ident} + .question-meta")
    expect(meta.locator(".progress")).to_contain_text("★")
    assert page.locator(".question-meta .progress").count() == 1


# Faults


def broken_store(page, address, text):
    page.goto(url(address, "en", "index"))
    page.evaluate("([k, t]) => localStorage.setItem(k, t)", [KEY, text])
    page.goto(url(address, "en", "cards"))
    expect(page.locator(".practice-question")).to_be_visible()


@pytest.mark.parametrize(
    "text",
    [
        "{half",
        "[]",
        '"text"',
        json.dumps(record(version="1")),
        json.dumps(record(reviews=[["a", 5]])),
        json.dumps(record(reviews=[["a", -1, 3]])),
        json.dumps(record(values={"x": 3})),
        json.dumps(record(sessions={"x": {}})),
    ],
)
def test_a_corrupt_store_is_set_aside_said_and_can_be_saved(open_page, address, text):
    page = open_page()
    broken_store(page, address, text)
    expect(page.locator(".practice-notices")).to_contain_text("set aside")
    kept = page.evaluate(
        "Object.entries(localStorage).filter(([k]) => k.includes('.broken.'))"
    )
    assert [value for _, value in kept] == [text]
    grade(page, 3)
    assert len(stored(page)["reviews"]) == 1
    page.goto(url(address, "en", "data"))
    with page.expect_download() as waiting:
        page.locator(".practice-broken button").click()
    assert waiting.value.path().read_text(encoding="utf-8") == text


def test_a_store_of_a_newer_version_is_left_alone(open_page, address):
    page = open_page()
    text = json.dumps({"version": 2, "deep": True})
    broken_store(page, address, text)
    expect(page.locator(".practice-notices")).to_contain_text("newer version")
    grade(page, 3)
    expect(page.locator(".practice-counts .fresh")).to_contain_text("9")
    assert page.evaluate(f"localStorage.getItem('{KEY}')") == text


def test_a_wrong_cache_does_not_change_the_schedule(open_page, address):
    page = open_page(url(address, "en", "cards"))
    grade(page, 4)
    good = stored(page)
    ident = good["reviews"][0][0]
    bad = json.loads(json.dumps(good))
    bad["cache"][ident]["print"] = "other"
    bad["cache"][ident]["memory"]["due"] = 1
    put(page, bad)
    page.reload()
    expect(page.locator(".practice-counts .due")).to_contain_text("0")
    grade(page, 4)
    assert stored(page)["cache"][ident] == good["cache"][ident]


def test_a_full_storage_is_said_and_nothing_is_lost_until_the_page_closes(
    open_page, address
):
    page = open_page(url(address, "en", "cards"))
    grade(page, 3)
    before = stored(page)
    page.evaluate(
        """() => { Storage.prototype.setItem = () => {
          throw new DOMException("full", "QuotaExceededError") } }"""
    )
    grade(page, 4)
    expect(page.locator(".practice-notices")).to_contain_text("storage is full")
    expect(page.locator(".practice-counts .fresh")).to_contain_text("8")
    assert stored(page) == before


def test_without_storage_practice_works_and_says_so(open_page, address, watch):
    page = open_page()
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage',"
        "{ get() { throw new DOMException('no', 'SecurityError') } })"
    )
    page.goto(url(address, "en", "cards"))
    expect(page.locator(".practice-notices")).to_contain_text("keeps nothing")
    grade(page, 3)
    expect(page.locator(".practice-counts .fresh")).to_contain_text("9")
    watch.errors = [e for e in watch.errors if e != "no"]  # the theme's own use of it


def test_two_tabs_lose_nothing(open_page, address):
    page = open_page(url(address, "en", "cards"))
    other = page.context.new_page()
    other.goto(url(address, "en", "cards"))
    show(other)
    grade(page, 3)
    other.locator(".grade-1").click()
    grade(page, 4)
    grade(other, 4)
    page.reload()
    assert len(stored(page)["reviews"]) == 4
    seen = len({review[0] for review in stored(page)["reviews"]})
    expect(page.locator(".practice-counts .fresh")).to_contain_text(str(10 - seen))


def test_a_clock_that_was_set_back_does_no_harm(open_page, address):
    page = open_page()
    page.clock.install(time="2026-05-01T12:00:00Z")
    page.goto(url(address, "en", "cards"))
    page.locator(".practice-filter > summary").click()
    number = page.locator(".practice-filter input[type=number]")
    number.fill("1")
    number.press("Tab")
    grade(page, 1)
    page.clock.set_fixed_time("2026-05-01T12:02:00Z")
    page.reload()
    page.clock.set_fixed_time("2026-04-01T12:00:00Z")
    grade(page, 3)
    times = [review[1] for review in stored(page)["reviews"]]
    assert len(times) == 2
    assert times == sorted(set(times))


def test_progress_of_a_question_that_is_gone_is_kept_and_said(open_page, address):
    page = open_page(url(address, "en", "cards"))
    put(page, record(reviews=[["renamed-long-ago", 1_760_000_000_000, 3]]))
    page.reload()
    grade(page, 3)
    assert len(stored(page)["reviews"]) == 2
    page.locator(".practice-statistics > summary").click()
    expect(page.locator(".practice-gone")).to_contain_text("no longer in the handbook")


# Your data


def exported(page):
    with page.expect_download() as waiting:
        page.locator(".practice-export").click()
    return waiting.value.path().read_text(encoding="utf-8")


def read_in(page, text, name="x.json"):
    content = text if isinstance(text, bytes) else text.encode()
    page.locator(".practice input[type=file]").set_input_files(
        {"name": name, "mimeType": "application/json", "buffer": content}
    )


def test_an_export_is_united_with_what_is_there(open_page, address, language):
    page = open_page(url(address, language, "cards"))
    page.locator(".practice-star").click()
    grade(page, 3)
    page.goto(url(address, language, "data"))
    text = exported(page)
    assert json.loads(text)["format"] == "dl-interview-handbook practice"

    other = open_page(url(address, language, "cards"))
    grade(other, 1)
    mine = stored(other)["reviews"]
    other.goto(url(address, language, "data"))
    for _ in range(2):  # twice changes nothing more
        read_in(other, text)
        expect(other.locator(".practice-outcome")).to_have_attribute(
            "data-kind", "good"
        )
        assert stored(other)["reviews"] == sorted(
            mine + json.loads(text)["reviews"], key=lambda r: r[1]
        )
    assert any(key.startswith("star:") for key in stored(other)["values"])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{half", "damaged"),
        ("[1, 2]", "no export of this handbook"),
        ('{"format": "something else"}', "no export of this handbook"),
        ("{}", "no export"),
        (b"\xff\xfe\x00", "damaged"),
        ({"reviews": "x"}, "no list of reviews"),
        ({"version": None}, "does not say its version"),
        ({"version": 9}, "newer handbook (version 9)"),
        ({"reviews": [["a", 1, 3], ["b", 1, 5]]}, "Review 2"),
        ({"reviews": [["", 1, 3]]}, "Review 1"),
        ({"reviews": [["a", 1e20, 3]]}, "Review 1"),
        ({"reviews": [{"id": "a"}]}, "Review 1"),
        ({"undone": []}, "(undone)"),
        ({"values": {"star:a": [True]}}, "(values: star:a)"),
        ({"sessions": {"s": 1}}, "(sessions: s)"),
        ({"sessions": {"s": {"changed": 1, "notes": "x" * 300_000}}}, "(sessions: s)"),
    ],
)
def test_a_bad_file_is_explained_and_changes_nothing(open_page, address, text, says):
    page = open_page(url(address, "en", "cards"))
    grade(page, 3)
    before = stored(page)
    page.goto(url(address, "en", "data"))
    if isinstance(text, dict):
        whole = {"format": "dl-interview-handbook practice", **record(), **text}
        text = json.dumps(whole)
    read_in(page, text)
    outcome = page.locator(".practice-outcome")
    expect(outcome).to_have_attribute("data-kind", "bad")
    expect(outcome).to_contain_text(says)
    expect(outcome).to_contain_text("Nothing was changed.")
    assert stored(page) == before


def test_imported_text_is_never_run_as_html(open_page, address):
    page = open_page(url(address, "en", "data"))
    evil = "<img src=x onerror='window.evil = 1'>"
    session = {
        "kind": "interview",
        "wishes": {
            "role": evil,
            "field": "general",
            "level": "basic",
            "length": "30",
            "seed": evil,
        },
        "rounds": [],
        "answers": {},
        "at": 0,
        "changed": 5,
        "finished": True,
    }
    whole = {
        "format": "dl-interview-handbook practice",
        **record(
            reviews=[[evil, 1_760_000_000_000, 3]],
            values={f"star:{evil}": [True, 1], "__proto__": [1, 1]},
            sessions={evil: session},
        ),
    }
    read_in(page, json.dumps(whole))
    expect(page.locator(".practice-outcome")).to_have_attribute("data-kind", "good")
    for name in ("data", "cards", "self-check", "mock-interview"):
        page.goto(url(address, "en", name))
        expect(page.locator(".practice-body > *").first).to_be_visible()
        if name == "cards":
            page.locator(".practice-statistics > summary").click()
        assert page.locator("img[src=x]").count() == 0
        assert page.evaluate("window.evil") is None


# Self-check


def rate(page, rating):
    page.locator(f".practice-ratings input[value={rating}]").check()
    page.locator(".practice-next").click()


@pytest.mark.parametrize(("misses", "verdict"), [(1, "passed"), (2, "failed")])
def test_the_self_check_asks_ten_and_applies_the_rule(
    open_page, address, language, misses, verdict
):
    page = open_page(url(address, language, "self-check"))
    page.locator(".practice-button.primary").click()
    seen = []
    for number in range(10):
        expect(page.locator(".practice-progress")).to_contain_text(str(number + 1))
        expect(page.locator(".practice-next")).to_be_disabled()
        seen.append(question(page))
        page.locator(".practice-asked details.answer summary").click()
        expect(page.locator(".practice-asked details.answer p").first).to_be_visible()
        rate(page, "weak" if number < misses else "solid")
    assert len(set(seen)) == 10
    expect(page.locator(".practice-verdict")).to_have_class(re.compile(verdict))
    expect(page.locator(".practice-reading li")).to_have_count(misses)
    link = page.locator(".practice-reading a").first.get_attribute("href")
    page.goto(link)
    assert page.locator("details.answer[open]").count() == 1


def test_a_self_check_goes_on_where_it_was_left(open_page, address):
    page = open_page(url(address, "en", "self-check"))
    page.locator(".practice-button.primary").click()
    rate(page, "strong")
    second = question(page)
    page.reload()
    expect(page.locator(".practice-question")).to_have_text(second)
    expect(page.locator(".practice-progress")).to_contain_text("Question 2 of 10")


# Mock interview


WISH = "#role=engineer&field=vision&level=basic&length=30&seed=abc"


def plan_of(page):
    return page.locator(".practice-plan li").all_text_contents()


def test_the_address_holds_the_interview(open_page, address, language):
    page = open_page(url(address, language, "mock-interview", WISH))
    plan = plan_of(page)
    assert len(plan) >= 2
    page.locator(".practice-begin").click()
    first = page.locator(".practice-place a").get_attribute("href")
    again = open_page(url(address, language, "mock-interview", WISH))
    assert plan_of(again) == plan
    again.locator(".practice-begin").click()
    assert again.locator(".practice-place a").get_attribute("href") == first
    other = open_page(
        url(address, language, "mock-interview", WISH.replace("abc", "abd"))
    )
    other.locator(".practice-begin").click()
    assert "seed=abd" in other.url


def test_choices_are_written_into_the_address(open_page, address):
    page = open_page(url(address, "en", "mock-interview"))
    page.locator(".practice-fields select").nth(3).select_option("90")
    assert "length=90" in page.url
    focused = page.evaluate("document.activeElement.value")
    assert focused == "90"
    minutes = [int(re.search(r"(\d+) min", line)[1]) for line in plan_of(page)]
    assert 88 <= sum(minutes) <= 92


def test_an_interview_from_the_first_question_to_the_report(
    open_page, address, language
):
    page = open_page()
    page.clock.install(time="2026-05-01T12:00:00Z")
    page.goto(url(address, language, "mock-interview", WISH))
    page.locator(".practice-begin").click()
    time = page.locator(".practice-time")
    start = time.text_content()
    page.clock.run_for(60_000)
    expect(time).not_to_have_text(start)
    page.locator(".practice-pause").click()
    paused = time.text_content()
    page.clock.run_for(60_000)
    expect(time).to_have_text(paused)
    page.locator(".practice-pause").click()
    page.clock.run_for(3_600_000)
    expect(time).to_have_class(re.compile("over"))
    page.locator(".practice-notes textarea").fill("forgot the *bias* <b>term</b>")
    page.locator(".practice-ratings input[value=weak]").check()
    page.reload()
    page.locator(".practice-resume").click()
    expect(page.locator(".practice-ratings input[value=weak]")).to_be_checked()
    page.locator(".practice-notes textarea").fill("forgot the *bias* <b>term</b>")
    page.locator(".practice-next").click()
    skipped = False
    while page.locator(".practice-report").count() == 0:
        if not skipped:
            page.locator(".practice-skip").click()
            skipped = True
        else:
            rate(page, "strong")
    rows = page.locator(".practice-answers li")
    assert rows.count() >= 3
    expect(rows.first).to_contain_text("forgot the *bias* <b>term</b>")
    assert page.locator(".practice-answers b").count() == 0
    assert page.locator(".practice-reading li").count() >= 1
    with page.expect_download() as waiting:
        page.get_by_role("button", name=re.compile("Save as|存为")).click()
    text = waiting.value.path().read_text(encoding="utf-8")
    assert "abc" in text
    assert r"forgot the \*bias\* \<b\>term\</b\>" in text


def test_a_follow_up_is_asked_next(open_page, address):
    wish = WISH.replace("length=30", "length=90")
    page = open_page(url(address, "en", "mock-interview", wish))
    page.locator(".practice-begin").click()
    for _ in range(12):
        page.locator(".practice-asked details.answer p").first.wait_for(
            state="attached"
        )
        ask = page.locator(".practice-follow li").first
        if ask.count():
            wanted = ask.locator("span").first.text_content()
            ask.locator("button").click()
            expect(page.locator(".practice-question")).to_contain_text(wanted[:20])
            return
        page.locator(".practice-skip").click()
    pytest.fail("no question has a follow-up")


# The interviewer's sheet


def test_a_sheet_is_drawn_ordered_shared_and_saved(open_page, address, language):
    page = open_page(url(address, language, "interviewer-sheet"))
    page.locator(".practice-draw").click()
    heads = page.locator(".practice-sheet h3")
    expect(heads).to_have_count(5)
    before = heads.all_text_contents()
    page.locator(".practice-sheet .down").first.click()
    assert heads.all_text_contents() == [before[1], before[0], *before[2:]]
    expect(page.locator(".practice-short").first).not_to_be_empty()
    expect(page.locator(".practice-rubric li").first).to_be_visible()

    other = open_page(page.url)
    shared = other.locator(".practice-sheet h3")
    expect(shared).to_have_count(5)
    assert shared.all_text_contents() == heads.all_text_contents()

    page.locator(".practice-tools select").last.select_option("candidate")
    assert page.locator(".practice-short, .practice-rubric li").count() == 0
    with page.expect_download() as waiting:
        page.get_by_role("button", name=re.compile("Save as|存为")).click()
    text = waiting.value.path().read_text(encoding="utf-8")
    assert text.count("\n## ") == 5
    assert "for=candidate" in page.url


def test_a_question_is_found_and_added(open_page, address):
    page = open_page(url(address, "en", "interviewer-sheet"))
    page.locator(".practice-tools input[type=search]").fill("two numbers")
    found = page.locator(".practice-found li")
    expect(found.first).to_contain_text("Find two numbers")
    found.first.locator("button").click()
    found.first.locator("button").click()  # once is enough
    expect(page.locator(".practice-sheet h3")).to_have_count(1)
    assert page.url.endswith("q=two-sum")
    page.locator(".practice-sheet .practice-order button").last.click()
    expect(page.locator(".practice-sheet h3")).to_have_count(0)


def test_an_address_with_unknown_questions_shows_the_known(open_page, address):
    page = open_page(
        url(address, "en", "interviewer-sheet", "#q=two-sum,nothing,%3Cb%3E,two-sum")
    )
    expect(page.locator(".practice-sheet h3")).to_have_count(1)


# Everywhere


def test_practice_works_from_disk_with_the_network_off(open_page, built, language):
    folder = built / "zh" if language == "zh" else built
    page = open_page((folder / "practice" / "cards.html").as_uri(), offline=True)
    grade(page, 3)
    expect(page.locator(".practice-counts .fresh")).to_contain_text("9")
    page.goto((folder / "practice" / "self-check.html").as_uri())
    page.locator(".practice-button.primary").click()
    expect(page.locator(".practice-question")).to_be_visible()


def test_practice_starts_after_instant_navigation(open_page, address):
    page = open_page(url(address, "en", "index"))
    page.wait_for_load_state("networkidle")
    page.evaluate("window.same = true")
    page.locator(".md-content a[href$='cards.html']").first.click()
    expect(page.locator(".practice-question")).to_be_visible()
    page.locator(".md-nav a[href$='self-check.html']:visible").first.click()
    expect(page.locator(".practice-topics li")).to_have_count(10)
    assert page.evaluate("window.same")


def test_practice_scripts_burden_no_other_page(open_page, address):
    page = open_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{address}/theory/normalization.html")
    page.wait_for_load_state("networkidle")
    assert not [one for one in asked if "practice" in one or "fsrs" in one]


@pytest.mark.parametrize(
    "name", ["cards", "self-check", "mock-interview", "interviewer-sheet", "data"]
)
def test_no_view_is_wider_than_a_phone(open_page, address, language, name):
    page = open_page(
        url(address, language, name), viewport={"width": 360, "height": 700}
    )
    expect(page.locator(".practice-body > *").first).to_be_visible()
    for selector in (".practice-show", ".practice-begin", ".practice-draw"):
        if page.locator(selector).count():
            page.locator(selector).click()
    page.wait_for_timeout(500)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    heights = page.locator(".practice-body button:visible").evaluate_all(
        "all => all.map(b => b.getBoundingClientRect().height)"
    )
    assert all(height >= 40 for height in heights)
