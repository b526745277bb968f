"""The vendored files are those that were released, and only those."""

import json

import pytest

from scripts import vendor
from scripts.environment import ROOT


@pytest.fixture
def tree(tmp_path):
    """A tree with one vendored file and its manifest."""
    folder = tmp_path / vendor.VENDOR / "thing"
    folder.mkdir(parents=True)
    (folder / "a.js").write_bytes(b"released")
    files = {"a.js": vendor.sha256(b"released")}
    manifest = [{"name": "thing", "version": "1", "licence": "MIT", "files": files}]
    (folder.parent / vendor.MANIFEST).write_text(json.dumps(manifest))
    return tmp_path


@pytest.mark.parametrize("folder", vendor.PACKAGES)
def test_the_projects_own_files_match_their_manifest(folder):
    assert vendor.verify(ROOT, folder) == []


@pytest.mark.parametrize("folder", vendor.PACKAGES)
def test_every_package_states_version_licence_and_keeps_its_licence_text(folder):
    entries = json.loads((ROOT / folder / vendor.MANIFEST).read_text())
    assert entries
    for entry in entries:
        assert entry["version"]
        assert entry["licence"]
        assert any("LICENSE" in path.upper() for path in entry["files"])
    assert {entry["name"] for entry in entries} == {
        p.name for p in vendor.PACKAGES[folder]
    }


def test_a_valid_tree_has_no_problems(tree):
    assert vendor.verify(tree) == []


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.js", b"changed", "differs"),
        ("a.js", None, "is missing"),
        ("b.js", b"new", "is not in"),
    ],
)
def test_a_difference_is_named(tree, name, content, said):
    file = tree / vendor.VENDOR / "thing" / name
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content)
    (problem,) = vendor.verify(tree)
    assert name in problem
    assert said in problem


@pytest.mark.parametrize("text", ["", "[1]", "{}", '[{"name": "x"}]'])
def test_a_broken_manifest_is_said(tree, text):
    (tree / vendor.VENDOR / vendor.MANIFEST).write_text(text)
    problems = vendor.verify(tree)
    assert problems
    assert all("restore it from git" in p or "is not in" in p for p in problems)


def test_without_npm_refreshing_stops_and_keeps_the_files(tree, monkeypatch):
    monkeypatch.setattr(vendor.shutil, "which", lambda name: None)
    with pytest.raises(vendor.VendorError, match=r"install Node\.js"):
        vendor.refresh(tree)
    assert vendor.verify(tree) == []


def test_a_failed_download_keeps_the_files(tree, monkeypatch):
    def fail(npm, package):
        raise vendor.VendorError("no network")

    monkeypatch.setattr(vendor.shutil, "which", lambda name: "npm")
    monkeypatch.setattr(vendor, "_download", fail)
    with pytest.raises(vendor.VendorError, match="no network"):
        vendor.refresh(tree)
    assert vendor.verify(tree) == []
