"""What an exploration says in its text is what its cells printed."""

import re

import pytest
from lxml import html

from tests.conftest import LANGUAGES, root_of

NUMBER = re.compile(r"(?<![\w.])\d+\.\d+")


def texts(tree, query: str) -> str:
    return " ".join(node.text_content() for node in tree.xpath(query))


def rounds_to(printed: str, said: str) -> bool:
    """Whether a printed number is the said one, rounded or as a percentage."""
    slack = 0.5 * 10 ** -len(said.partition(".")[2]) + 1e-9
    return any(abs(scale * float(printed) - float(said)) <= slack for scale in (1, 100))


@pytest.mark.parametrize("language", LANGUAGES)
def test_decimals_in_the_text_were_printed_or_set_in_the_code(built, language):
    path = root_of(built, language) / "theory" / "batch-norm-exploration.html"
    tree = html.fromstring(path.read_bytes())
    said = NUMBER.findall(texts(tree, "//*[contains(@class,'jp-RenderedMarkdown')]"))
    shown = NUMBER.findall(texts(tree, "//*[contains(@class,'jp-RenderedText')]"))
    shown += NUMBER.findall(texts(tree, "//*[@class='highlight']"))
    assert len(said) >= 10
    assert [n for n in said if not any(rounds_to(s, n) for s in shown)] == []


def test_both_languages_ran_the_same_code_to_the_same_output(built):
    outputs = []
    for language in LANGUAGES:
        path = root_of(built, language) / "theory" / "batch-norm-exploration.html"
        tree = html.fromstring(path.read_bytes())
        outputs.append(
            [
                texts(tree, "//*[@class='highlight']"),
                # how printed lines are grouped depends on timing
                texts(tree, "//*[contains(@class,'jp-RenderedText')]").split(),
                tree.xpath("//*[contains(@class,'jp-RenderedSVG')]//img/@src"),
            ]
        )
    assert outputs[0] == outputs[1]
    assert outputs[0][1]
