"""What GitHub runs and shows: pinned, with few rights, and calling what exists."""

import contextlib
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml

from scripts import __main__ as command_line
from scripts import check
from scripts.environment import ROOT
from scripts.model import REPORT_SECTIONS

GITHUB = ROOT / ".github"
WORKFLOWS = {path.stem: path for path in sorted(GITHUB.glob("workflows/*"))}
FORMS = {path.stem: path for path in sorted(GITHUB.glob("ISSUE_TEMPLATE/*"))}
HOOKS = ROOT / ".pre-commit-config.yaml"
PIN = re.compile(r"uses: [\w.-]+/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
# the only rights to write, and to identify itself, that any job has
RIGHTS = {
    ("deploy", "deploy"): {"pages": "write", "id-token": "write"},
    ("release", "publish"): {"contents": "write"},
}


def load(path):
    """Read YAML with every scalar as text, so that `on` stays `on`."""
    return yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)


def jobs_of(workflow):
    return load(WORKFLOWS[workflow])["jobs"]


JOBS = [(workflow, job) for workflow in WORKFLOWS for job in jobs_of(workflow)]


def scripts_of(workflow, job):
    """Return what a job gives to a shell."""
    return [step["run"] for step in jobs_of(workflow)[job]["steps"] if "run" in step]


def test_every_workflow_and_form_is_there():
    wanted = "content deploy links newest release test zensical"
    assert " ".join(WORKFLOWS) == wanted
    assert {p.suffix for p in (*WORKFLOWS.values(), *FORMS.values())} == {".yml"}
    wanted = "config interview-report new-question translation wrong-answer"
    assert " ".join(FORMS) == wanted
    assert not list(GITHUB.glob("dependabot*"))  # newest.yml instead


# Workflows


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_every_action_is_pinned_by_commit_and_names_its_version(workflow):
    text = WORKFLOWS[workflow].read_text(encoding="utf-8")
    for line in text.splitlines():
        assert "uses:" not in line or PIN.fullmatch(line.strip(" -")), line


def test_an_action_has_one_pin_everywhere():
    text = "".join(path.read_text(encoding="utf-8") for path in WORKFLOWS.values())
    pins = {
        line.partition("uses: ")[2] for line in text.splitlines() if "uses:" in line
    }
    assert len(pins) == len({pin.partition("@")[0] for pin in pins}), sorted(pins)


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_a_workflow_has_no_rights_and_runs_once_at_a_time(workflow):
    settings = load(WORKFLOWS[workflow])
    assert settings["permissions"] == {}
    assert settings["concurrency"]["group"].startswith(workflow)
    assert settings["concurrency"]["cancel-in-progress"]
    # these two run with rights on what a stranger sent
    assert not {"pull_request_target", "workflow_run"} & set(settings["on"])


@pytest.mark.parametrize(("workflow", "job"), JOBS)
def test_a_job_has_the_least_rights(workflow, job):
    granted = jobs_of(workflow)[job]["permissions"]
    reading = {right for right, level in granted.items() if level == "read"}
    assert reading <= {"contents", "pages"}
    more = {right: level for right, level in granted.items() if right not in reading}
    assert more == RIGHTS.get((workflow, job), {})
    if more:  # and then it runs nothing of the repository's
        assert not any(
            "make" in text or "python" in text for text in scripts_of(workflow, job)
        )
        steps = jobs_of(workflow)[job]["steps"]
        assert not any("checkout" in step.get("uses", "") for step in steps)


@pytest.mark.parametrize(("workflow", "job"), JOBS)
def test_a_job_is_bounded_and_named_by_version(workflow, job):
    settings = jobs_of(workflow)[job]
    assert re.fullmatch(r"ubuntu-\d\d\.\d\d", settings["runs-on"])
    assert 0 < int(settings["timeout-minutes"]) <= 120
    for step in settings["steps"]:
        inputs = step.get("with", {})
        if "actions/checkout@" in step.get("uses", ""):
            assert inputs["persist-credentials"] == "false"
        if "actions/setup-python@" in step.get("uses", ""):
            assert inputs["python-version"] == "3.11"
            assert (ROOT / inputs.get("cache-dependency-path", "")).exists()


@pytest.mark.parametrize(("workflow", "job"), JOBS)
def test_no_template_is_filled_into_a_shell(workflow, job):
    for text in scripts_of(workflow, job):
        assert "${{" not in text


def test_no_job_on_a_strangers_code_sees_a_secret():
    for workflow, path in WORKFLOWS.items():
        text = path.read_text(encoding="utf-8")
        assert "secrets" not in text
        assert "github.token" not in text or workflow == "release"


# Which files lead to which workflow


def filtered(workflow):
    return load(WORKFLOWS[workflow])["on"]["pull_request"]["paths"]


def triggers(patterns, path):
    """Whether GitHub runs a workflow for a changed file: the last match decides."""
    runs = False
    for pattern in patterns:
        glob = re.escape(pattern.removeprefix("!"))
        glob = glob.replace(r"\*\*", ".*").replace(r"\*", "[^/]*")
        if re.fullmatch(glob, path):
            runs = not pattern.startswith("!")
    return runs


def some_paths(folder):
    """Return a path in each entry of a folder that git does not ignore."""
    ignored = (ROOT / ".gitignore").read_text().replace("/", "").split()
    paths = []
    for entry in sorted(folder.iterdir()):
        if not any(fnmatch(entry.name, pattern) for pattern in (".git", *ignored)):
            name = entry.relative_to(ROOT).as_posix()
            paths.append(f"{name}/some/file.py" if entry.is_dir() else name)
    return paths


def test_every_top_level_entry_is_tried_by_one_workflow():
    for path in some_paths(ROOT):
        expected = (True, False) if path.startswith("docs/") else (False, True)
        assert (
            tuple(triggers(filtered(n), path) for n in ("content", "test")) == expected
        )


def test_pages_and_data_go_the_fast_path_and_the_theme_the_full_one():
    paths = some_paths(ROOT / "docs")
    assert {"docs/en/some/file.py", "docs/theme/some/file.py"} < set(paths)
    for path in paths:
        code = path.startswith(("docs/theme/", "docs/offline/"))
        assert triggers(filtered("content"), path) == (not code), path
        assert triggers(filtered("test"), path) == code, path


def test_main_is_tested_whatever_changed():
    assert load(WORKFLOWS["test"])["on"]["push"] == {"branches": ["main"]}


# Commands


def called(text):
    """Return the make targets and our commands' arguments in a shell text."""
    targets = re.findall(r"\bmake ([\w-]+)", text)
    ours = re.findall(r"\bpython3? -m scripts\b([^|&;`\n]*)", text)
    return targets, [shlex.split(arguments) for arguments in ours]


def texts():
    """Yield every text that calls commands, with its name."""
    for workflow, job in JOBS:
        for number, text in enumerate(scripts_of(workflow, job)):
            yield f"{workflow} {job} {number}", text
    for hook in load(HOOKS)["repos"][0]["hooks"]:
        yield f"hook {hook['id']}", hook["entry"]
    template = GITHUB / "pull_request_template.md"
    yield template.name, template.read_text(encoding="utf-8")


@pytest.mark.parametrize(("name", "text"), list(texts()))
def test_every_command_that_is_called_exists(name, text):
    targets, commands = called(text)
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in targets:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    for arguments in commands:
        said = io.StringIO()
        try:
            with contextlib.redirect_stderr(said):
                command_line._parser().parse_args(arguments)
        except SystemExit:
            pytest.fail(said.getvalue())


@pytest.mark.parametrize(
    ("workflow", "command"),
    [
        ("content", "python -m scripts check --format github"),
        ("content", "make site"),
        ("test", "make test"),
        ("deploy", "make offline"),
        ("release", "make offline"),
        ("links", "python -m scripts links"),
        ("newest", "python -m scripts lock"),
        ("newest", "make test"),
        ("zensical", "python -m scripts successor"),
    ],
)
def test_each_workflow_does_its_work(workflow, command):
    scripts = [
        t for name, job in JOBS if name == workflow for t in scripts_of(name, job)
    ]
    assert any(command in text for text in scripts)


def test_the_fast_path_installs_neither_torch_nor_a_browser():
    (job,) = jobs_of("content").values()
    texts = " ".join(step.get("run", "") for step in job["steps"])
    assert re.findall(r"(make|-m scripts) (\w+)", texts) == [
        ("-m scripts", "check"),
        ("make", "site"),
    ]
    assert "torch" not in (ROOT / "requirements" / "site.txt").read_text()


def test_the_release_has_every_kind_of_edition():
    from scripts.generate import SITE_ZIP
    from scripts.offline.build import KINDS

    (text,) = scripts_of("release", "publish")
    for kind in {Path(name).suffix for name in (*KINDS, SITE_ZIP)}:
        assert f"downloads/*{kind}" in text


def test_hooks_call_what_is_installed_and_download_nothing():
    repositories = load(HOOKS)["repos"]
    assert [repository["repo"] for repository in repositories] == ["local"]
    declared = (ROOT / "requirements" / "test.in").read_text(encoding="utf-8")
    for hook in repositories[0]["hooks"]:
        assert hook["language"] == "system"
        program = hook["entry"].split()[0]
        if program != "python3":
            tool = program.removeprefix(".venv/bin/")
            assert re.search(rf"^{tool}\b", declared, re.MULTILINE), program


# Linters of others


def test_zizmor_finds_nothing():
    program = shutil.which("zizmor", path=str(Path(sys.executable).parent))
    assert program, "no zizmor: `make test` installs it"
    done = subprocess.run(
        [program, "--offline", "--no-progress", str(GITHUB)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_jactionlint_finds_nothing():
    """The fork of actionlint that comes as a wheel, so that it runs everywhere."""
    paths = [str(path) for path in WORKFLOWS.values()]
    command = [sys.executable, "-m", "jactionlint", "--shellcheck=", *paths]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_jactionlint_finds_a_fault(tmp_path):
    path = tmp_path / "broken.yml"
    text = WORKFLOWS["test"].read_text(encoding="utf-8")
    path.write_text(text.replace("runs-on:", "run-on:", 1), encoding="utf-8")
    command = [sys.executable, "-m", "jactionlint", "--shellcheck=", str(path)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode
    assert "run-on" in done.stdout


def test_actionlint_finds_nothing():
    program = shutil.which("actionlint")
    if not program:
        assert (
            "GITHUB_ACTIONS" not in os.environ
            or os.environ["GITHUB_WORKFLOW"] != "test"
        )
        pytest.skip("no actionlint on PATH: test.yml installs it; its fork ran above")
    paths = [str(path) for path in WORKFLOWS.values()]
    done = subprocess.run([program, *paths], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


# Forms


@pytest.mark.parametrize("name", [name for name in FORMS if name != "config"])
def test_a_form_is_one_that_github_takes(name):
    form = load(FORMS[name])
    assert {"name", "description", "body"} <= form.keys()
    assert form.keys() <= {"name", "description", "body", "title", "labels"}
    fields = [field for field in form["body"] if field["type"] != "markdown"]
    ids = [field["id"] for field in fields]
    labels = [field["attributes"]["label"] for field in fields]
    assert len(set(ids)) == len(ids)
    assert len(set(labels)) == len(labels)
    for field in fields:
        assert re.fullmatch(r"[\w-]+", field["id"])
        options = field["attributes"].get("options")
        assert field["type"] in ("input", "textarea", "dropdown", "checkboxes")
        assert bool(options) == (field["type"] in ("dropdown", "checkboxes"))
        said = [o if isinstance(o, str) else o["label"] for o in options or ()]
        assert len(set(said)) == len(said)
    assert any(field.get("validations", {}).get("required") for field in fields)
    assert re.search("[\u4e00-\u9fff]", form["name"])  # both languages


def boxes(form, name):
    """Return the labels of a form's checkboxes and whether each must be ticked."""
    (field,) = (field for field in load(FORMS[form])["body"] if field.get("id") == name)
    assert field["type"] == "checkboxes"
    options = field["attributes"]["options"]
    return {option["label"]: option.get("required") == "true" for option in options}


def test_a_report_needs_consent_and_anonymity():
    consent = boxes("interview-report", "consent")
    assert all(consent.values())
    for part in ("I was at this interview", "confidentiality", "CC BY 4.0"):
        assert any(part in label for label in consent)
    anonymity = boxes("interview-report", "anonymity")
    (free,) = (label for label, required in anonymity.items() if not required)
    assert "credit" in free
    for part in ("no names", "public under my GitHub name"):
        assert any(part in label for label in anonymity if anonymity[label])
    assert all(boxes("new-question", "consent").values())


def test_a_report_has_the_sections_of_a_report_page():
    ids = [field.get("id") for field in load(FORMS["interview-report"])["body"]]
    assert [name for name in ids if name in REPORT_SECTIONS] == list(REPORT_SECTIONS)


def test_the_form_chooser_leads_to_a_page_of_the_site():
    english = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    (site,) = re.findall(r'site_url: !ENV \[HANDBOOK_URL, "(.+)"\]', english)
    for link in load(FORMS["config"])["contact_links"]:
        assert link.keys() == {"name", "url", "about"}
        assert link["url"].startswith(site)
        page = link["url"].removeprefix(site).replace(".html", ".md")
        assert (ROOT / "docs" / "en" / page).exists()


def test_every_path_has_an_owner():
    lines = (GITHUB / "CODEOWNERS").read_text(encoding="utf-8").splitlines()
    rules = [line.split() for line in lines if line and line[0] != "#"]
    assert rules[0][0] == "*"
    assert all(owner.startswith("@") for rule in rules for owner in rule[1:])
    assert all(len(rule) > 1 for rule in rules)


def test_the_content_rules_leave_github_files_alone(handbook_root, capsys):
    check.run(handbook_root)
    before = capsys.readouterr().out.rpartition(",")[0]
    shutil.copytree(GITHUB, handbook_root / ".github")
    (handbook_root / ".github" / "broken.md").write_text("TODO\t\n### ![]( { #x }\n")
    assert check.run(handbook_root) == 0
    assert capsys.readouterr().out.rpartition(",")[0] == before
