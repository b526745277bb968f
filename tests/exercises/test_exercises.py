"""Every exercise: its starter fails, its solution passes, its planted mistakes fail."""

import ast

import pytest

from scripts.exercise import catalog
from scripts.exercise.judge import Report, evaluate, judge, read

EXERCISES = catalog.exercises()
SECONDS = 4.0  # for a mistake that runs forever


def outcomes(exercise, path):
    """Judge a file in this process."""
    module = read(exercise, path)
    assert not isinstance(module, Report), module.broken
    return list(evaluate(catalog.cases(exercise), module, path))


def written(path, text):
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(params=EXERCISES, ids=lambda exercise: exercise.name)
def exercise(request):
    return request.param


def test_the_solution_passes_every_case(exercise):
    found = outcomes(exercise, exercise.solution)
    assert len(found) >= 4
    failed = [(o.about[0], o.trouble) for o in found if o.trouble]
    assert failed == []


def test_the_starter_passes_no_case(exercise, tmp_path):
    path = written(tmp_path / "starter.py", exercise.starter())
    assert [o.about[0] for o in outcomes(exercise, path) if not o.trouble] == []


def test_the_starter_keeps_what_the_reader_sees_of_the_solution(exercise):
    def visible(text):
        tree = ast.parse(text)
        kinds = (ast.FunctionDef, ast.ClassDef)
        found = {}
        for node in ast.walk(tree):
            if isinstance(node, kinds) and node.name.strip("_") == node.name:
                arguments = ast.unparse(node.args) if hasattr(node, "args") else ""
                found[node.name] = (arguments, ast.get_docstring(node))
        return found

    starter = visible(exercise.starter())
    assert starter
    solution = visible(exercise.source())
    assert {name: solution[name] for name in starter} == starter
    assert "NotImplementedError" in exercise.starter()


def test_planted_mistakes_fail_and_the_report_names_their_effect(exercise, tmp_path):
    planted = catalog.mistakes(exercise)
    assert len(planted) >= 2
    assert len({mistake.name for mistake in planted}) == len(planted)
    for mistake in planted:
        path = written(tmp_path / "wrong.py", mistake.applied(exercise.source()))
        if mistake.endless:
            report = judge(exercise, path, limit=SECONDS)
            found = list(report.outcomes)
            assert report.unfinished, mistake.name
        else:
            found = outcomes(exercise, path)
        failed = [o for o in found if o.trouble]
        assert failed, f"{mistake.name}: nothing fails"
        said = " ".join(f"{o.trouble[0]} {(o.effect or ('', ''))[0]}" for o in failed)
        assert mistake.shows in said, f"{mistake.name}: the report says {said!r}"


def test_texts_are_in_both_languages_and_cases_are_told_apart(exercise):
    cases = list(catalog.cases(exercise))
    for case in cases:
        for text in (case.about, *([case.effect] if case.effect else [])):
            english, chinese = text
            assert english
            assert english.isascii() or "×" in english or "–" in english, english
            assert any("一" <= sign <= "鿿" for sign in chinese), chinese
    for side in (0, 1):
        names = [case.about[side] for case in cases]
        assert len(set(names)) == len(names), names
