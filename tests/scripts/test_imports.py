"""What is computed from snippets is computed again when one of them changes."""

import json

import pytest

from scripts import imports, stage


@pytest.fixture
def root(tmp_path, monkeypatch):
    files = {
        "__init__.py": "",
        "theory/__init__.py": "",
        "theory/a.py": "from snippets.theory import b\nimport numpy\n",
        "theory/b.py": "import snippets.theory.c\n",
        "theory/c.py": "from snippets.theory import a\n",  # a circle does no harm
        "theory/other.py": "X = 1\n",
    }
    for name, text in files.items():
        path = tmp_path / "snippets" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.setattr(imports, "ROOT", tmp_path)
    return tmp_path / "snippets"


@pytest.mark.parametrize(
    ("changed", "again"),
    [
        ("theory/a.py", True),
        ("theory/b.py", True),
        ("theory/c.py", True),
        ("theory/__init__.py", True),
        ("theory/other.py", False),
    ],
)
def test_it_changes_with_what_is_imported_and_nothing_else(root, changed, again):
    source = "from snippets.theory.a import x\n"
    before = imports.fingerprint(source)
    assert imports.fingerprint(source) == before
    path = root / changed
    path.write_text(path.read_text() + "# edited\n")
    assert (imports.fingerprint(source) != before) == again


def test_it_changes_with_the_source_and_bears_what_is_no_python(root):
    assert imports.fingerprint("x = 1") != imports.fingerprint("x = 2")
    assert imports.fingerprint("%matplotlib inline\n") != imports.fingerprint("")


def test_a_notebook_carries_the_state_of_its_snippets(root):
    cells = [
        {"cell_type": "markdown", "source": ["import snippets.theory.other"]},
        {"cell_type": "code", "source": ["from snippets.theory import a\n", "a"]},
    ]
    content = json.dumps({"cells": cells, "metadata": {"kernelspec": {}}}).encode()

    def state():
        staged = json.loads(stage._with_fingerprint(content))
        assert staged["cells"] == cells
        return staged["metadata"]["snippets"]

    before = state()
    (root / "theory" / "other.py").write_text("X = 2\n")
    assert state() == before
    (root / "theory" / "c.py").write_text("X = 2\n")
    assert state() != before
