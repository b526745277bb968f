"""Pages made from data say where each question is answered, and which are not."""

import re

import pytest
import yaml

from scripts import generate, stage
from scripts.environment import ROOT
from scripts.model import read_handbook
from scripts.rules import RULES

LANGUAGES = ("en", "zh")


@pytest.fixture(scope="module")
def handbook():
    return read_handbook(ROOT)


@pytest.fixture(scope="module")
def data():
    return stage.load_data()[1]


def pages(handbook, language):
    return stage._in_nav_order(handbook, language)


def questions(data):
    return [
        question
        for stems in data["questions"].values()
        for entries in stems.values()
        for question in entries
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_coverage_lists_every_question_once_with_its_state(handbook, data, language):
    text = generate.coverage(language, data, pages(handbook, language))
    answered = {q.id for p in pages(handbook, language) for q in p.questions}
    asked = questions(data)
    assert len(asked) == 245
    body = text.split("## ", 1)[1]
    rows = [line for line in body.splitlines() if line.startswith("| ")]
    rows = [row for row in rows if not set(row) <= set("| -")]
    for question in asked:
        wording = generate._cell(question[language])
        mine = [row for row in rows if wording in row]
        assert mine, question["id"]
        linked = [row for row in mine if f"#{question['id']})" in row]
        if question["id"] in answered:
            assert len(linked) == 1
            assert "✓" in linked[0]
        else:
            assert not linked
            assert generate.TEXT[language]["not-yet"] in mine[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_coverage_counts_add_up(handbook, data, language):
    text = generate.coverage(language, data, pages(handbook, language))
    table = re.findall(r"\| \[.*?\]\(#\w+\) \| (\d+) \| (\d+) \| (\d+) \|", text)
    total = re.search(r"\*\* \| (\d+) \| (\d+) \| (\d+) \|", text).groups()
    assert len(table) == 4
    assert all(int(a) == int(b) + int(c) for a, b, c in [*table, total])
    assert [sum(map(int, column)) for column in zip(*table, strict=True)] == [
        int(number) for number in total
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sources_page_lists_exactly_what_it_asked(handbook, data, language):
    for key in data["sources"]:
        text = generate.source(language, key, data, pages(handbook, language))
        listed = text.split("{ #questions }")[1]
        for question in questions(data):
            wording = generate._cell(question[language])
            if key in question["asked"]:
                assert wording in listed
            else:
                assert f"[{wording}]" not in listed


def test_interviews_link_to_the_answers_there_are(handbook, data):
    text = generate.source("en", "ho-2017", data, pages(handbook, "en"))
    told = text.split("{ #interviews }")[1].split("## ")[0]
    assert "../theory/backpropagation.md#zero-initialization" in told


@pytest.mark.parametrize("language", LANGUAGES)
def test_coverage_lists_reports_practices_and_reading(handbook, data, language):
    text = generate.coverage(language, data, pages(handbook, language))
    told = generate.interviews(data)
    assert (len(told), len(data["practices"]), len(data["reading"])) == (7, 13, 11)
    for _, interview in told:
        assert text.count(f"](reports/{interview['id']}.md)") == 1
    for entry in (*data["practices"], *data["reading"]):
        assert f"[{entry[language]}]({entry['where']})" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_reports_are_compared_with_their_questions(handbook, data, language):
    text = generate.reports(language, data, pages(handbook, language))
    table = text.split("{ #compared }")[1].split("![")[0]
    rows = [row for row in table.splitlines() if "](../reports/" in row]
    assert len(rows) == 7
    for row, (_, told) in zip(rows, generate.interviews(data), strict=True):
        cells = [cell.strip() for cell in row.strip("| ").split(" | ")]
        assert told["company"][language] in cells[0]
        assert sum(map(int, re.findall(r"\d+", cells[3]))) == len(told["asked"])
        assert cells[4] == told["outcome"][language]
    asked = [ident for _, told in generate.interviews(data) for ident in told["asked"]]
    numbers = [int(n) for n in re.findall(r"\d+", text.split("{ #asked }")[1])[:6]]
    assert numbers[:2] == [len(asked), len(set(asked))]
    assert sum(numbers[2:]) == len(set(asked))
    repeated = {ident for ident in asked if asked.count(ident) > 1}
    listed = text.split("{ #asked }")[1].split("## ")[0]
    assert set(re.findall(r"#([a-z0-9-]+)\)", listed)) == repeated


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_stands_on_its_page_with_its_examples(language):
    text = generate.rules(language, stage._chinese_rules())
    headings = re.findall(r"^### ([A-Z]\d{3}) ", text, re.MULTILINE)
    assert headings == list(RULES)
    for each in RULES.values():
        assert f"{{ #{each.id.lower()} }}" in text
        first = next(line for line in each.bad.splitlines() if line)
        assert first in text.replace(";--8<--", "--8<--")


def test_the_state_of_the_translation_names_what_is_behind():
    found = [("missing", "docs/en/theory/a.md"), ("stale", "docs/en/theory/b.md")]
    text = generate.translations("en", 10, found)
    assert "Of 10 pages, 8 are" in text
    assert "| [theory/a.md](../theory/a.md) | missing: " in text
    assert "| [theory/b.md](../theory/b.md) | made from an older" in text
    assert "没有缺失" in generate.translations("zh", 10, [])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_glossary_holds_both_languages_side_by_side(language):
    terms, _ = stage.load_data()
    assert len(terms) >= 120
    text = generate.glossary(language, terms)
    for term in terms:
        meaning = f"| {generate._cell(term[f'about_{language}'])} |"
        row = next(line for line in text.splitlines() if meaning in line)
        assert generate._cell(term["en"]) in row
        assert generate._cell(term["zh"]) in row


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_overview_links_every_question_of_its_pillar(handbook, language):
    own = [p for p in pages(handbook, language) if p.key.startswith("theory/")]
    own = [p for p in own if p.questions]
    text = generate.overview(language, "theory", own)
    for page in own:
        for question in page.questions:
            assert f".md#{question.id})" in text


def test_front_matter_survives_quotes_and_colons():
    text = generate._head("Title", 'It\'s: "quoted"', "docs/x.yml")
    meta = yaml.safe_load(text.split("---\n")[1])
    assert meta["description"] == 'It\'s: "quoted"'


def test_a_bar_in_a_cell_does_not_end_it():
    assert generate._cell("a|b") == "a\\|b"


def test_both_languages_have_the_same_texts():
    english, chinese = (generate.TEXT[language] for language in LANGUAGES)
    assert english.keys() == chinese.keys()
    assert all(chinese.values())


def test_every_page_of_the_sources_has_a_title_in_both_languages(data):
    keys = {f"{p}/{stem}" for p, stems in data["questions"].items() for stem in stems}
    assert keys == set(data["pages"])
    assert all(data["pages"][key][language] for key in keys for language in LANGUAGES)
