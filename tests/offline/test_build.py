"""What goes wrong ends in one sentence, and what was there before stays."""

import os
import subprocess

import pytest

from scripts import finish
from scripts.environment import Missing
from scripts.offline import build
from tests.conftest import LANGUAGES, root_of


def test_every_edition_is_there_and_listed_with_size_and_date(downloads, built):
    assert sorted(p.name for p in downloads.iterdir()) == sorted(build.files())
    for language in LANGUAGES:
        root = root_of(built, language)
        page = (root / "downloads.html").read_text(encoding="utf-8")
        for name in build.files():
            if f"-{'zh' if language == 'en' else 'en'}." in name:
                assert name not in page
                continue
            size = (downloads / name).stat().st_size / 1e6
            assert f'/{name}" download>{name}</a> ({size:.1f} MB, 20' in page
            link = page.split(f'/{name}" download>')[0].rpartition('href="')[2]
            assert (root / link / name).resolve() == (downloads / name).resolve()


def test_the_listing_refuses_a_file_that_was_not_made():
    page = '<p class="download" data-file="new.pdf">Not here</p>'
    with pytest.raises(finish.Inconsistent, match=r"new\.pdf"):
        finish.fill_downloads(page, {"old.pdf": "x"})
    assert finish.fill_downloads(page, {"new.pdf": "<a>"}) == (
        '<p class="download" data-file="new.pdf"><a></p>'
    )


def test_without_chromium_it_says_how_to_get_one(monkeypatch):
    monkeypatch.setattr(build, "find_browser", lambda: None)
    with pytest.raises(Missing, match="apt-get install chromium"):
        build.check_parts()


def test_a_missing_font_is_named_with_the_cure(monkeypatch):
    monkeypatch.setattr(build.vendor, "verify", lambda *_: ["noto is missing"])
    with pytest.raises(Missing, match=r"noto is missing\n.*git checkout"):
        build.check_parts()


def test_a_failure_leaves_the_old_file(tmp_path):
    target = tmp_path / "book.pdf"
    target.write_text("old")

    def fail_halfway():
        with build.aside(target) as part:
            part.write_text("half")
            assert target.read_text() == "old"
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_halfway()
    assert target.read_text() == "old"
    with build.aside(target) as part:
        part.write_text("new")
    assert target.read_text() == "new"
    assert list(tmp_path.iterdir()) == [target]


def test_the_time_is_the_one_that_was_named(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "12345")
    assert build.timestamp() == 12345


@pytest.fixture
def repository(tmp_path, monkeypatch):
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    monkeypatch.setattr(build, "ROOT", tmp_path)
    (tmp_path / "docs").mkdir()
    page = tmp_path / "docs" / "page.md"
    page.write_text("text")
    os.utime(page, (2_000_000_000, 2_000_000_000))
    return page


def test_a_clean_tree_has_the_time_of_its_last_commit(repository):
    folder = repository.parent.parent
    environment = {
        **os.environ,
        "GIT_COMMITTER_DATE": "1500000000 +0000",
        "GIT_CONFIG_GLOBAL": os.devnull,
    }
    identity = ("-c", "user.name=n", "-c", "user.email=e@example.org")
    for command in (("init", "-q"), ("add", "."), (*identity, "commit", "-qm", "one")):
        git = ["git", *command]
        subprocess.run(git, cwd=folder, env=environment, check=True)
    assert build.timestamp() == 1_500_000_000
    repository.write_text("changed")
    os.utime(repository, (2_100_000_000, 2_100_000_000))
    assert build.timestamp() == 2_100_000_000


def test_without_git_the_newest_file_counts(repository, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert build.timestamp() == 2_000_000_000
