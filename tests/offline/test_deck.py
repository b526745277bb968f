"""The Anki decks, imported into a real collection by Anki's own library."""

import html as markup
import re
import zipfile

import pytest
from anki.collection import Collection
from anki.import_export_pb2 import ImportAnkiPackageOptions, ImportAnkiPackageRequest

from scripts.bank import Entry
from scripts.offline import deck
from tests.conftest import LANGUAGES
from tests.offline.conftest import questions_of

URL = "https://example.org/"


@pytest.fixture
def collection(tmp_path):
    opened = Collection(str(tmp_path / "collection.anki2"))
    yield opened
    opened.close()


def load(collection, path):
    options = ImportAnkiPackageOptions(
        merge_notetypes=True, with_scheduling=False, with_deck_configs=False
    )
    request = ImportAnkiPackageRequest(package_path=str(path), options=options)
    return collection.import_anki_package(request).log


def entry(ident="one", answer="<p>first</p>", page="theory/data", **more) -> Entry:
    fields = {
        "id": ident,
        "pillar": "theory",
        "page": page,
        "level": "basic",
        "asked": ("ho-2017",),
        "tags": ("loss",),
        "title": f"What is {ident}?",
        "short": "first",
        "url": f"{page}.html#{ident}",
        "prompt_html": "",
        "answer_html": answer,
        "pitfalls_html": "<p>beware</p>",
        "rubric_html": "<p>weak</p>",
    }
    return Entry(**fields | more)


NAMES = deck.Names("Book", {"theory": "Theory"}, {"theory/data": "Data & splits"})


def write(tmp_path, entries, moment=1_000_000_000, name="deck.apkg"):
    path = tmp_path / name
    deck.write(path, entries, NAMES, "en", tmp_path, URL, moment)
    return path


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_question_becomes_a_card_in_its_subdeck(
    downloads, built, collection, language
):
    load(collection, downloads / f"handbook-{language}.apkg")
    entries = questions_of(built, language)
    assert collection.note_count() == collection.card_count() == len(entries)
    for wanted in entries:
        (note_id,) = collection.find_notes(f'"Id:{language}:{wanted["id"]}"')
        note = collection.get_note(note_id)
        assert markup.unescape(note["Question"]) == wanted["title"]
        assert note["Answer"]
        assert note["Link"].endswith(wanted["url"])
        (card,) = note.cards()
        path = collection.decks.name(card.did).split("::")
        assert len(path) == 3
        assert note["Page"] == markup.escape(path[-1], quote=False)
        assert wanted["page"].replace("/", "::") in note.tags
        assert wanted["level"] in note.tags


@pytest.mark.parametrize("language", LANGUAGES)
def test_pictures_are_inside_and_formulas_are_for_ankis_own_renderer(
    downloads, collection, language
):
    load(collection, downloads / f"handbook-{language}.apkg")
    pictures = formulas = 0
    for note_id in collection.find_notes(""):
        note = collection.get_note(note_id)
        for name in re.findall(r'<img[^>]* src="([^"]+)"', note["Answer"]):
            assert collection.media.have(name), name
            pictures += 1
        formulas += note["Answer"].count("\\(")
        assert 'href="#' not in note["Answer"]
        assert not re.search(r'(?:href|src)="\.\.?/', note["Answer"])
    assert pictures > 20
    assert formulas > 500


def test_a_newer_deck_updates_cards_and_keeps_their_history(tmp_path, collection):
    load(collection, write(tmp_path, [entry("one"), entry("two")]))
    card_id = collection.find_cards('"Id:en:one"')[0]
    collection.decks.select(collection.get_card(card_id).did)
    card = collection.sched.getCard()
    studied = card.id
    collection.sched.answerCard(card, 3)
    newer = [
        entry("one", "<p>better</p>", title="What is the one?"),
        entry("two", "<p>better</p>"),
        entry("three"),
    ]
    load(collection, write(tmp_path, newer, 2_000_000_000, "newer.apkg"))
    assert collection.note_count() == 3
    notes = [collection.get_note(i) for i in collection.find_notes("")]
    answers = {note["Id"]: note["Answer"] for note in notes}
    assert answers["en:one"] == answers["en:two"] == "<p>better</p>"
    assert collection.get_card(studied).reps == 1
    count = "select count() from revlog where cid = ?"
    assert collection.db.scalar(count, studied) == 1


def test_importing_the_same_deck_twice_adds_nothing(tmp_path, collection):
    path = write(tmp_path, [entry("one"), entry("two")])
    load(collection, path)
    log = load(collection, path)
    assert collection.note_count() == 2
    assert not log.new


def test_languages_do_not_share_notes(downloads, built, collection):
    for language in LANGUAGES:
        load(collection, downloads / f"handbook-{language}.apkg")
    total = sum(len(questions_of(built, language)) for language in LANGUAGES)
    assert collection.note_count() == total


def test_fields_hold_local_pictures_and_absolute_links(tmp_path):
    (tmp_path / "figures/data").mkdir(parents=True)
    (tmp_path / "figures/data/plot.svg").write_text("<svg/>")
    answer = (
        '<p><a href="#two">a</a> <a href="other.html#x">b</a> '
        '<a href="https://a.org/">c</a> <img src="../figures/data/plot.svg"></p>'
    )
    path = write(tmp_path, [entry("one", answer)])
    opened = Collection(str(tmp_path / "c.anki2"))
    load(opened, path)
    text = opened.get_note(opened.find_notes("")[0])["Answer"]
    opened.close()
    assert 'href="https://example.org/theory/data.html#two"' in text
    assert 'href="https://example.org/theory/other.html#x"' in text
    assert 'href="https://a.org/"' in text
    assert 'src="dlih-data-plot.svg"' in text


def test_titles_are_text_not_markup(tmp_path, collection):
    load(collection, write(tmp_path, [entry("one", title="Is a < b & c?")]))
    note = collection.get_note(collection.find_notes("")[0])
    assert note["Question"] == "Is a &lt; b &amp; c?"


def test_the_package_depends_on_its_contents_alone(tmp_path):
    entries = [entry("one"), entry("two")]
    first = write(tmp_path, entries, name="first.apkg").read_bytes()
    second = write(tmp_path, entries, name="second.apkg").read_bytes()
    assert first == second
    with zipfile.ZipFile(tmp_path / "first.apkg") as package:
        assert "collection.anki2" in package.namelist()
