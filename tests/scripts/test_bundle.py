"""One classic script out of modules; other forms are refused."""

import shutil
import subprocess

import pytest

from scripts.bundle import NotBundled, bundle
from scripts.environment import ROOT

FILES = {
    "main.js": 'import { twice, Name } from "./parts/a.js";\n'
    'import { one as first } from "./b.js";\n'
    "console.log(twice(first), new Name().say, typeof one);\n",
    "parts/a.js": 'import {\n  one,\n} from "../b.js";\n'
    "export const twice = (x) => 2 * x + one;\n"
    'export class Name { say = "class"; }\n'
    "export async function later() {}\n",
    "b.js": "const hidden = 1;\nexport const one = 20 + hidden;\n"
    "export function unused() {}\n",
}


@pytest.fixture
def modules(tmp_path):
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def test_each_module_runs_once_before_those_that_need_it(modules):
    text = bundle(modules / "main.js")
    assert text.count("const hidden") == 1
    assert (
        text.index("const hidden") < text.index("const twice") < text.index("console")
    )
    assert "import" not in text
    assert "export" not in text


@pytest.mark.skipif(not shutil.which("node"), reason="Node.js is only a second opinion")
def test_node_runs_it(modules, tmp_path):
    script = tmp_path / "out.cjs"
    script.write_text(bundle(modules / "main.js"), encoding="utf-8")
    done = subprocess.run(["node", str(script)], capture_output=True, text=True)
    assert done.stdout == "63 class undefined\n", done.stderr


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('import all from "./b.js";', "is a form"),
        ('import * as all from "./b.js";', "is a form"),
        ('import "./b.js";', "is a form"),
        ("export default 3;", "is a form"),
        ("export let x = 3;", "is a form"),
        ("export { one };", "is a form"),
        ('import { x } from "./c.js";', "c.js, which does not exist"),
        ('import { x } from "./main.js";', "import each other: main.js -> main.js"),
    ],
)
def test_what_it_does_not_know_is_refused(modules, line, says):
    path = modules / "main.js"
    path.write_text(f"{line}\n{FILES['main.js']}", encoding="utf-8")
    with pytest.raises(NotBundled, match=says):
        bundle(path)


def test_the_practice_scripts_are_small_enough():
    import gzip

    text = bundle(ROOT / "docs/theme/assets/practice/main.js")
    assert len(gzip.compress(text.encode(), mtime=0)) < 60_000
