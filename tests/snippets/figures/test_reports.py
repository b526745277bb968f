"""The bars of the reports' figure are the counts of docs/sources.yml."""

import yaml

from snippets.figures import reports


def test_the_bars_count_each_reports_questions_by_pillar():
    data = yaml.safe_load(reports.DATA.read_text(encoding="utf-8"))
    told = [i for source in data["sources"].values() for i in source["interviews"]]
    ax = reports.questions_by_pillar().axes[0]
    assert [label.get_text() for label in ax.get_yticklabels()] == [
        i["id"] for i in told
    ]
    names = [text.get_text() for text in ax.get_legend().get_texts()]
    assert sorted(names) == sorted(data["questions"])
    for row, interview in enumerate(told):
        bars = {n: c.patches[row] for n, c in zip(names, ax.containers, strict=True)}
        end = 0
        for name, bar in bars.items():
            pages = data["questions"][name].values()
            mine = {q["id"] for questions in pages for q in questions}
            assert bar.get_width() == sum(ident in mine for ident in interview["asked"])
            assert bar.get_x() == end
            end += bar.get_width()
        assert end == len(interview["asked"])
