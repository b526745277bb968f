"""The built pages: valid, complete, linked, and asking nothing of another host."""

import json
import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit
from xml.etree import ElementTree

import html5lib
import pytest
from lxml import html

from scripts import bank
from scripts.config import site_urls
from scripts.environment import ROOT
from tests.conftest import LANGUAGES, pages_of, root_of

LOADING = {"img": "src", "script": "src", "iframe": "src", "source": "src"}
XHTML = "{http://www.w3.org/1999/xhtml}"
CODES = {"en": "en", "zh": "zh-Hans"}
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@cache
def parse(path: Path) -> html.HtmlElement:
    return html.fromstring(path.read_bytes())


@cache
def ids(path: Path) -> list[str]:
    return parse(path).xpath("//@id")


def problems(paths, find) -> list[str]:
    """Call ``find`` on each page and name the page in what it yields."""
    return [f"{path}: {text}" for path in paths for text in find(path)]


@pytest.fixture(params=LANGUAGES)
def language(request) -> str:
    return request.param


@pytest.fixture
def pages(built, language) -> list[Path]:
    return pages_of(built, language)


def test_there_are_pages_to_look_at(pages):
    names = {page.name for page in pages}
    assert {"index.html", "404.html", "normalization.html", "coverage.html"} <= names


def test_html_is_valid(pages):
    def errors(path):
        parser = html5lib.HTMLParser(strict=False)
        parser.parse(path.read_bytes())
        for position, code, _ in parser.errors:
            yield f"{position}: {code}"

    assert problems(pages, errors) == []


def test_ids_are_unique(pages):
    def repeated(path):
        return {ident for ident in ids(path) if ids(path).count(ident) > 1}

    assert problems(pages, repeated) == []


def test_internal_links_and_anchors_lead_somewhere(built, pages):
    def dead(path):
        here = path.relative_to(built).as_posix()
        for link in parse(path).xpath("//a/@href"):
            target = urlsplit(urljoin(f"http://here/{here}", link))
            if target.netloc != "here":
                continue
            file = built / unquote(target.path).lstrip("/")
            file = file / "index.html" if file.is_dir() else file
            if path.name == "404.html" and urlsplit(link).path.startswith("/"):
                continue  # served at any address, so its links begin at the root
            if not file.is_file():
                yield f"{link} has no page"
            elif target.fragment and file.suffix == ".html":
                known = {*ids(file), *parse(file).xpath("//a/@name")}
                if unquote(target.fragment) not in known:
                    yield f"{link} has no anchor"

    assert problems(pages, dead) == []


def test_nothing_is_loaded_from_another_host(pages):
    def foreign(path):
        tree = parse(path)
        for tag, attribute in LOADING.items():
            for value in tree.xpath(f"//{tag}/@{attribute}"):
                if urlsplit(value).netloc:
                    yield value
        wanted = "//link[@rel='stylesheet' or @rel='preload' or @rel='icon'"
        wanted += " or @rel='preconnect']/@href"
        yield from (v for v in tree.xpath(wanted) if urlsplit(v).netloc)

    assert problems(pages, foreign) == []


def test_styles_load_nothing_from_another_host(built):
    def foreign(path):
        return re.findall(
            r"(?:url\(|@import)\s*[\"']?(?:https?:)?//[^)\s]+", path.read_text()
        )

    assert problems(sorted(built.rglob("*.css")), foreign) == []


def test_everything_a_page_loads_exists(built, pages):
    def absent(path):
        if path.name == "404.html":
            return
        for tag, attribute in (*LOADING.items(), ("link", "href")):
            for value in parse(path).xpath(f"//{tag}/@{attribute}"):
                parts = urlsplit(value)
                if not parts.netloc and parts.scheme != "data":
                    file = (path.parent / unquote(parts.path)).resolve()
                    if not (file.is_file() or (file / "index.html").is_file()):
                        yield value

    assert problems(pages, absent) == []


def test_no_markdown_or_tex_is_left_over(pages):
    def left(path):
        tree = html.fromstring(path.read_bytes())  # its own copy: it is cut down
        for part in tree.xpath("//*[contains(@class,'md-content')]"):
            for code in part.xpath(
                ".//code|.//pre|.//script|.//style|.//*[contains(@class,'arithmatex')]"
                "|.//*[contains(@class,'jp-RenderedMarkdown')]"
            ):
                if code.getparent() is not None:
                    code.drop_tree()
            text = part.text_content()
            for mark in ("--8<--", "$$", "///", "{ #", "\\(", "\\[", "](", "**"):
                if mark in text:
                    yield f"{mark!r} in …{text[max(0, text.index(mark) - 60) :][:90]!r}"

    assert problems(pages, left) == []


def test_heads_are_complete(pages, language):
    urls = site_urls()

    def missing(path):
        if path.name == "404.html":
            return
        tree = parse(path)
        get = lambda query: tree.xpath(f"string({query})")  # noqa: E731
        canonical = get("//link[@rel='canonical']/@href")
        if not canonical.startswith(urls[language]):
            yield f"canonical {canonical!r}"
        tail = canonical[len(urls[language]) :]
        for code in LANGUAGES:
            wanted = urls[code] + tail
            got = get(f"//link[@hreflang='{CODES[code]}']/@href")
            if got != wanted:
                yield f"hreflang {code}: {got!r}, not {wanted!r}"
        if not 12 <= len(get("//meta[@name='description']/@content")) <= 320:
            yield "description"
        for name in ("og:title", "og:description", "og:image", "og:url", "og:locale"):
            if not get(f"//meta[@property='{name}']/@content"):
                yield name
        if not get("//html/@lang").startswith(language):
            yield f"lang {get('//html/@lang')!r}"

    assert problems(pages, missing) == []


def test_the_language_switch_leads_to_the_same_page(built, pages, language):
    other = "zh" if language == "en" else "en"
    here, there = root_of(built, language), root_of(built, other)

    def wrong(path):
        if path.name == "404.html":
            return
        href = parse(path).xpath("string(//header//a[@hreflang]/@href)")
        file = (path.parent / urlsplit(href).path).resolve()
        file = file / "index.html" if file.is_dir() else file
        if file != there / path.relative_to(here):
            yield href

    assert problems(pages, wrong) == []


def test_structured_data_names_every_question(built, language):
    root = root_of(built, language)
    index = bank.load(root / "bank" / "index.js")
    for key in {entry["page"] for entry in index}:
        tree = parse(root / f"{key}.html")
        data = json.loads(tree.xpath("string(//script[@type='application/ld+json'])"))
        names = [question["name"] for question in data["mainEntity"]]
        assert names == [entry["title"] for entry in index if entry["page"] == key]
        assert all(q["acceptedAnswer"]["text"] for q in data["mainEntity"])


def test_sitemap_lists_every_page_in_both_languages(built, language):
    root, urls = root_of(built, language), site_urls()
    entries = ElementTree.parse(root / "sitemap.xml").getroot()
    listed = {entry.findtext(f"{SITEMAP}loc") for entry in entries}
    pages = {
        urls[language] + name
        for name in (p.relative_to(root).as_posix() for p in pages_of(built, language))
        if name != "404.html"
    }
    assert listed == pages
    for entry in entries:
        codes = [link.get("hreflang") for link in entry.findall(f"{XHTML}link")]
        assert sorted(codes) == ["en", "zh"]


def test_every_page_has_an_edit_link_to_its_source(pages):
    def wrong(path):
        if path.name == "404.html":
            return
        href = parse(path).xpath("string(//a[@rel='edit']/@href)")
        source = re.split("/(?:edit|tree)/main/", href)[-1]
        if not (href and (ROOT / source).exists()):
            yield f"edit link {href!r}"

    assert problems(pages, wrong) == []


def test_the_404_page_speaks_its_language(built):
    english, chinese = (parse(built / part / "404.html") for part in (".", "zh"))
    assert "not found" in english.xpath("string(//title)").lower()
    assert "没有这个页面" in chinese.xpath("string(//title)")
