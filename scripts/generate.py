"""Pages derived from data: glossary, sources, coverage, an overview a pillar."""

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import yaml

from scripts.model import PILLARS, TEAMS, Page, Question
from scripts.rules import RULES

EDITIONS = (
    *("handbook.pdf", "cheat-sheet.pdf", "handbook.epub", "handbook.apkg"),
    "site.zip",
)
SITE_ZIP = "handbook-site.zip"
# what embeds, or marks a section, and is to be shown instead of carried out
EMBEDDING = re.compile(r'^(.*?)(?=--8<-- \[(?:start|end):)|^(?=--8<-- ")', re.MULTILINE)

TEXT: dict[str, dict[str, str]] = {
    "en": {
        "theory": "Theory",
        "projects": "Projects",
        "coding": "Coding",
        "industry": "Industry",
        "theory.about": "The mathematics, models and training methods that interviewers "
        "ask about: derived step by step, with the code that proves each claim.",
        "projects.about": "How to tell a project of one's own truthfully and well.",
        "coding.about": "Exercises as interviewers set them: hints one at a time, a "
        "tested solution, and a judge for what you write yourself. In a copy of the "
        "repository, `python3 -m scripts exercise list` shows them all.",
        "industry.about": "Roles and rounds, soft skills, companies and a view of the "
        "field. How it went for others: [interview reports](../reports/index.md).",
        "glossary": "Glossary",
        "glossary.about": "The terms of this handbook in English and Chinese, {count} in "
        "all. Pages use these terms, and the Chinese search splits text along them.",
        "glossary.term": "English",
        "glossary.other": "中文",
        "glossary.definition": "Meaning",
        "sources": "Sources",
        "sources.about": "The interviews and guides whose questions this handbook "
        "answers. A badge below a question names the sources that asked it.",
        "source.facts": "{author}, {year}. {where}.",
        "source.progress": "**{answered} of its {total} questions are answered so far.**",
        "reports": "Interview reports",
        "reports.about": "Interviews as candidates told them, retold question by question "
        "and linked to the answers, with the signs to read and the lessons to take.",
        "reports.caveat": "These are {reports} reports of {tellers} candidates. They show "
        "what can happen, not how often it does: no shares of a market can be read off.",
        "reports.compared": "Compared by company",
        "reports.compared.about": "One row a report; its questions are counted by pillar.",
        "reports.report": "Report",
        "reports.team": "Team then",
        "reports.outcome": "Outcome",
        "reports.count": "{pillar} {count}",
        "reports.figure": "A bar for each report, split by pillar: how many of the "
        "questions that it names are on theory, projects, coding and industry.",
        "reports.asked": "What was asked",
        "reports.asked.about": "In all {all} questions, {different} of them different: "
        "{theory} on theory, {projects} on projects, {coding} on coding and {industry} on "
        "industry. Asked by more than one company:",
        "reports.times": "{text} ({count} times)",
        "reports.teams": "By what the team did",
        "reports.teams.about": "What a team does shows in what it asks.",
        "reports.tell": "Tell of your own interview: [how to](../contributing/reports.md).",
        "team.none": "no learning team",
        "team.classical": "classical methods",
        "team.deep": "deep learning",
        "team.unknown": "not told",
        "rules": "Rules",
        "rules.description": "Every rule of the content check with its reason, an example "
        "that breaks it and one that keeps it.",
        "rules.about": "What `python3 -m scripts check` looks for, {count} rules, made from "
        "the program that checks. A rule's id keeps its meaning for ever. Messages name "
        "file, line, rule and what to do; what is marked as a debt may wait.",
        "rules.why": "**Why.** {why} **What to do:** {fix}.",
        "rules.debt": " (a debt)",
        "rules.bad": "Breaks it:",
        "rules.good": "Keeps it:",
        "F": "Files",
        "P": "Headings",
        "Q": "Questions",
        "A": "Answers",
        "M": "Formulas",
        "S": "Snippets",
        "G": "Figures and images",
        "R": "References",
        "L": "Links",
        "H": "Raw HTML",
        "N": "Navigation",
        "T": "Translation",
        "C": "Chinese typography",
        "E": "Explorations",
        "J": "Exercises",
        "I": "Interview reports",
        "D": "Data files",
        "translations": "State of the translation",
        "translations.about": "English is written first, Chinese follows. Of {total} pages, "
        "{current} are up to date in Chinese.",
        "translations.none": "Nothing is missing and nothing is behind.",
        "translations.page": "Page",
        "translations.state": "Chinese",
        "missing": "missing: the page is shown in English",
        "stale": "made from an older English text",
        "practices": "Practices",
        "practices.about": "How interviewers work and candidates prepare, by source.",
        "practice": "Practice",
        "reading": "Reading",
        "reading.about": "Books, courses and sites that the sources recommend.",
        "title": "Title",
        "where": "Told in",
        "interviews": "Interviews told",
        "interviews.company": "Company",
        "interviews.who": "Interviewers",
        "interviews.asked": "Questions",
        "questions": "Questions",
        "coverage": "Coverage",
        "coverage.about": "Every question of every source, and where it is answered. "
        "What is not answered yet is listed as such: nothing is hidden.",
        "coverage.pillar": "Pillar",
        "coverage.total": "Questions",
        "coverage.answered": "Answered",
        "coverage.open": "Not yet",
        "coverage.all": "All",
        "question": "Question",
        "asked": "Asked in",
        "answer": "Answer",
        "not-yet": "not yet",
        "and": ", ",
        "downloads": "Downloads",
        "downloads.about": "The whole handbook to take along: PDF, EPUB, flashcards and "
        "the site itself, made from the same pages by one command.",
        "downloads.none": "Not in this copy of the site: see [the public site]({url}), "
        "or make it yourself with `make offline`.",
        "handbook.pdf": "Handbook, PDF",
        "handbook.pdf.about": "Every page with all answers open, for print and for "
        "reading on a screen: contents, outline, working links, tagged.",
        "cheat-sheet.pdf": "Cheat sheet, PDF",
        "cheat-sheet.pdf.about": "Every question with its short answer, in two columns.",
        "handbook.epub": "Handbook, EPUB",
        "handbook.epub.about": "For e-readers and phones; formulas are MathML.",
        "handbook.apkg": "Flashcards, Anki",
        "handbook.apkg.about": "A card a question, in subdecks by page. Importing a newer "
        "deck updates the cards and keeps what you have learned.",
        "site.zip": "The site, zip",
        "site.zip.about": "Both languages with search: unpack it and open `index.html`, "
        "no server and no network needed.",
    },
    "zh": {
        "theory": "理论",
        "projects": "项目",
        "coding": "编程",
        "industry": "行业",
        "theory.about": "面试官会问到的数学、模型与训练方法：逐步推导，每个结论都有代码验证。",
        "projects.about": "如何真实而清楚地讲述自己的项目。",
        "coding.about": "面试中真实出现的编程题：提示逐条给出，解答经过测试，"
        "你自己写的代码可以自动评判。在仓库副本里运行 "
        "`python3 -m scripts exercise list` 可以列出全部练习。",
        "industry.about": "岗位与流程、软技能、公司选择，以及对行业的看法。"
        "别人的经历见[面试实录](../reports/index.md)。",
        "glossary": "术语表",
        "glossary.about": "本手册使用的中英文术语，共 {count} 条。各页面统一采用这些译法，"
        "中文搜索也按它们分词。",
        "glossary.term": "中文",
        "glossary.other": "English",
        "glossary.definition": "含义",
        "sources": "来源",
        "sources.about": "本手册所回答的问题来自这些面试经历与面试指南；"
        "问题标题下的标签注明它出自哪些来源。",
        "source.facts": "{author}，{year} 年。{where}。",
        "source.progress": "**其中的 {total} 道题，目前已回答 {answered} 道。**",
        "reports": "面试实录",
        "reports.about": "候选人讲述的真实面试：逐题复述并链接到答案，附值得留意的信号与启示。",
        "reports.caveat": "这里共有 {tellers} 位候选人的 {reports} 份实录，只说明面试可能是什么样，"
        "不说明各种情况有多常见，更不能当作行业统计。",
        "reports.compared": "按公司对比",
        "reports.compared.about": "每份实录一行，问题按板块计数。",
        "reports.report": "实录",
        "reports.team": "当时的团队",
        "reports.outcome": "结果",
        "reports.count": "{pillar} {count}",
        "reports.figure": "每份实录一根横条，按板块分段：实录中理论、项目、编程、行业类问题各有多少道。",
        "reports.asked": "问了什么",
        "reports.asked.about": "总共 {all} 道题，去重后 {different} 道：理论 {theory} 道、"
        "项目 {projects} 道、编程 {coding} 道、行业 {industry} 道。不止一家公司问到的有：",
        "reports.times": "{text}（{count} 次）",
        "reports.teams": "按团队的技术状况",
        "reports.teams.about": "团队在做什么，从它问的问题里看得出来。",
        "reports.tell": "也来讲讲你的面试：[怎样投稿](../contributing/reports.md)。",
        "team.none": "没有机器学习团队",
        "team.classical": "只用经典方法",
        "team.deep": "做深度学习",
        "team.unknown": "未说明",
        "rules": "检查规则",
        "rules.description": "内容检查的全部规则，每条附原因、改法、反例与正例。",
        "rules.about": "`python3 -m scripts check` 检查的全部 {count} 条规则，由检查程序自动生成。"
        "编号一经使用，含义永不改变。每条消息都会指出文件、行号、规则和改法；标明“欠账”的可以稍后再补。",
        "rules.why": "**原因。** {why}**改法：**{fix}。",
        "rules.debt": "（欠账）",
        "rules.bad": "违反：",
        "rules.good": "符合：",
        "F": "文件",
        "P": "标题",
        "Q": "问题",
        "A": "答案",
        "M": "公式",
        "S": "代码片段",
        "G": "插图",
        "R": "参考文献",
        "L": "链接",
        "H": "原始 HTML",
        "N": "导航",
        "T": "翻译",
        "C": "中文排版",
        "E": "实验笔记本",
        "J": "编程练习",
        "I": "面试实录",
        "D": "数据文件",
        "translations": "翻译进度",
        "translations.about": "先写英文，再有中文。共 {total} 个页面，其中 {current} 个的中文与英文同步。",
        "translations.none": "没有缺失，也没有落后的页面。",
        "translations.page": "页面",
        "translations.state": "中文状态",
        "missing": "缺失，暂以英文显示",
        "stale": "译自较早的英文版本",
        "practices": "实践做法",
        "practices.about": "各来源讲到的面试官做法与候选人的准备方法。",
        "practice": "做法",
        "reading": "阅读",
        "reading.about": "各来源推荐的书、课程与网站。",
        "title": "名称",
        "where": "详见",
        "interviews": "讲述的面试",
        "interviews.company": "公司",
        "interviews.who": "面试官",
        "interviews.asked": "问题",
        "questions": "问题",
        "coverage": "覆盖情况",
        "coverage.about": "所有来源的全部问题，以及各自的答案所在。尚未回答的问题如实列出。",
        "coverage.pillar": "板块",
        "coverage.total": "问题数",
        "coverage.answered": "已回答",
        "coverage.open": "尚未回答",
        "coverage.all": "合计",
        "question": "问题",
        "asked": "出处",
        "answer": "答案",
        "not-yet": "尚未回答",
        "and": "、",
        "downloads": "下载",
        "downloads.about": "整本手册可以带走：PDF、EPUB、Anki 卡片和网站本身，"
        "都由同一批页面用一条命令生成。",
        "downloads.none": "这份网站里没有该文件：请到[公开网站]({url})下载，"
        "或运行 `make offline` 自行生成。",
        "handbook.pdf": "手册 PDF",
        "handbook.pdf.about": "所有页面，答案全部展开，适合打印和屏幕阅读：含目录、"
        "书签与可点击的链接，并带有无障碍标签。",
        "cheat-sheet.pdf": "速查表 PDF",
        "cheat-sheet.pdf.about": "全部问题及其简答，双栏排版。",
        "handbook.epub": "手册 EPUB",
        "handbook.epub.about": "适合电子书阅读器和手机，公式采用 MathML。",
        "handbook.apkg": "Anki 卡片",
        "handbook.apkg.about": "每道题一张卡片，按页面分成子牌组。"
        "导入新版牌组会更新卡片，并保留学习记录。",
        "site.zip": "网站 zip 包",
        "site.zip.about": "中英文两个版本，可以搜索：解压后打开 `index.html` 即可，"
        "不需要服务器，也不需要网络。",
    },
}


@dataclass(frozen=True)
class Answered:
    """Where the questions of one language stand: id -> (page, question)."""

    found: dict[str, tuple[Page, Question]]

    @classmethod
    def of(cls, pages: list[Page]) -> "Answered":
        """Collect the questions of some pages."""
        return cls({q.id: (p, q) for p in pages for q in p.questions})

    def link(self, ident: str, text: str, start: str) -> str | None:
        """Return a Markdown link to a question as seen from the folder ``start``."""
        if ident not in self.found:
            return None
        key = self.found[ident][0].key
        up = "../" * len(PurePosixPath(start).parts)
        return f"[{text}]({up}{key}.md#{ident})"


def _head(title: str, description: str, edit: str, boost: float = 1) -> str:
    """Front matter and title of a page; ``edit`` is the file it is made from."""
    meta = {"description": description, "edit_path": edit, "search": {"boost": boost}}
    front = yaml.safe_dump(meta, allow_unicode=True, width=1000)
    return f"---\n{front}---\n\n# {title}\n"


def _table(header: list[str], rows: list[list[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines) + "\n"


def _cell(text: str) -> str:
    """Escape what would end a table cell."""
    return text.replace("|", "\\|")


def glossary(language: str, terms: list[dict[str, Any]]) -> str:
    """Return the glossary page: both languages side by side, one-line meanings."""
    text = TEXT[language]
    about = text["glossary.about"].format(count=len(terms))
    parts = [_head(text["glossary"], about, "docs/glossary.yml", boost=0.5), about]
    letters: dict[str, list[list[str]]] = {}
    for term in sorted(terms, key=lambda t: t["en"].casefold()):
        english = term["en"] + (f" ({term['abbr']})" if term.get("abbr") else "")
        chinese = "；".join([term["zh"], *term.get("also_zh", [])])
        pair = [english, chinese] if language == "en" else [chinese, english]
        row = [_cell(cell) for cell in (*pair, term[f"about_{language}"])]
        letters.setdefault(term["en"][0].upper(), []).append(row)
    header = [text[f"glossary.{k}"] for k in ("term", "other", "definition")]
    for letter, rows in sorted(letters.items()):
        parts.append(f"## {letter} {{ #{letter.lower()} }}\n\n{_table(header, rows)}")
    return "\n\n".join(parts)


def _question_rows(
    entries: list[dict[str, Any]],
    language: str,
    answered: Answered,
    sources: dict[str, Any],
    start: str,
) -> list[list[str]]:
    text, rows = TEXT[language], []
    up = "../" * len(PurePosixPath(start).parts)
    for entry in entries:
        link = answered.link(entry["id"], _cell(entry[language]), start)
        asked = [
            f"[{sources[key]['label'][language]}]({up}sources/{key}.md)"
            for key in entry["asked"]
        ]
        rows.append(
            [
                link or _cell(entry[language]),
                text["and"].join(asked),
                "✓" if link else text["not-yet"],
            ]
        )
    return rows


def page_title(key: str, language: str, pages: dict[str, Page], data: Any) -> str:
    """Return a page's title, from the page or, before it exists, from sources.yml."""
    if key in pages:
        return pages[key].title
    return str(data["pages"][key][language])


def coverage(language: str, data: dict[str, Any], pages: list[Page]) -> str:
    """Return the page that lists every question of every source and its state."""
    text, answered = TEXT[language], Answered.of(pages)
    by_key = {page.key: page for page in pages}
    parts = [
        _head(text["coverage"], text["coverage.about"], "docs/sources.yml", 0.1),
        text["coverage.about"],
    ]
    rows, total, done = [], 0, 0
    for pillar in PILLARS:
        ids = [q["id"] for qs in data["questions"][pillar].values() for q in qs]
        here = sum(ident in answered.found for ident in ids)
        rows.append([f"[{text[pillar]}](#{pillar})", *map(str, (len(ids), here))])
        rows[-1].append(str(len(ids) - here))
        total, done = total + len(ids), done + here
    rows.append([f"**{text['coverage.all']}**", *map(str, (total, done, total - done))])
    names = ("pillar", "total", "answered", "open")
    parts.append(_table([text[f"coverage.{name}"] for name in names], rows))
    header = [text["question"], text["asked"], text["answer"]]
    for pillar in PILLARS:
        parts.append(f"## {text[pillar]} {{ #{pillar} }}")
        for stem, entries in data["questions"][pillar].items():
            title = page_title(f"{pillar}/{stem}", language, by_key, data)
            table = _question_rows(entries, language, answered, data["sources"], "")
            parts.append(f"### {title} {{ #{pillar}-{stem} }}\n")
            parts.append(_table(header, table))
    return "\n\n".join([*parts, *_beyond_questions(language, data)])


def _beyond_questions(language: str, data: dict[str, Any]) -> list[str]:
    """Return the coverage of what the sources hold beside questions."""
    text, sources = TEXT[language], data["sources"]

    def source_link(key: str) -> str:
        return f"[{sources[key]['label'][language]}](sources/{key}.md)"

    def section(name: str, rows: list[list[str]], *header: str) -> list[str]:
        head = f"## {text[name]} {{ #{name} }}"
        return [head, text[f"{name}.about"], _table([text[h] for h in header], rows)]

    reports = [
        [report_link(told, language, ""), source_link(key)]
        for key, told in interviews(data)
    ]
    practices = [
        [f"[{_cell(entry[language])}]({entry['where']})", source_link(entry["source"])]
        for entry in data["practices"]
    ]
    reading = [[f"[{_cell(e[language])}]({e['where']})"] for e in data["reading"]]
    return [
        *section("reports", reports, "reports.report", "asked"),
        *section("practices", practices, "practice", "asked"),
        *section("reading", reading, "title"),
    ]


def interviews(data: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Return every interview told, each with the key of its source."""
    return [
        (key, told)
        for key, source in data["sources"].items()
        for told in source["interviews"]
    ]


def report_link(told: dict[str, Any], language: str, start: str) -> str:
    """Return a Markdown link to an interview's report as seen from a folder."""
    up = "../" * len(PurePosixPath(start).parts)
    return f"[{_cell(told['company'][language])}]({up}reports/{told['id']}.md)"


def reports(language: str, data: dict[str, Any], pages: list[Page]) -> str:
    """Return the page that compares the interviews told, by company and by question."""
    text, told = TEXT[language], [entry for _, entry in interviews(data)]
    pillar = {
        question["id"]: (name, question[language])
        for name, stems in data["questions"].items()
        for questions in stems.values()
        for question in questions
    }

    def counts(entries: list[dict[str, Any]]) -> str:
        asked = Counter(pillar[i][0] for entry in entries for i in entry["asked"])
        parts = [
            text["reports.count"].format(pillar=text[name], count=asked[name])
            for name in PILLARS
            if asked[name]
        ]
        return text["and"].join(parts)

    header = [text["reports.report"], text["interviews.who"], text["reports.team"]]
    header += [text["questions"], text["reports.outcome"]]
    rows = [
        [
            report_link(entry, language, "reports"),
            _cell(entry["interviewers"][language]),
            text[f"team.{entry['team']}"],
            counts([entry]),
            _cell(entry["outcome"][language]),
        ]
        for entry in told
    ]
    asked = Counter(ident for entry in told for ident in entry["asked"])
    different = Counter(pillar[ident][0] for ident in asked)
    answered = Answered.of(pages)
    repeated = [
        text["reports.times"].format(
            text=answered.link(ident, pillar[ident][1], "reports") or pillar[ident][1],
            count=count,
        )
        for ident, count in asked.most_common()
        if count > 1
    ]
    teams = [
        [text[f"team.{kind}"], str(len(mine)), counts(mine)]
        for kind in TEAMS
        if (mine := [entry for entry in told if entry["team"] == kind])
    ]
    tellers = len({key for key, _ in interviews(data)})
    return "\n\n".join(
        [
            _head(text["reports"], text["reports.about"], "docs/sources.yml"),
            text["reports.about"],
            text["reports.caveat"].format(reports=len(told), tellers=tellers),
            text["reports.tell"],
            f"## {text['reports.compared']} {{ #compared }}",
            text["reports.compared.about"],
            _table(header, rows),
            f"![{text['reports.figure']}](../figures/reports/questions-by-pillar.svg)"
            "{ .figure }",
            f"## {text['reports.asked']} {{ #asked }}",
            text["reports.asked.about"].format(
                all=asked.total(), different=len(asked), **different
            ),
            "\n".join(f"- {line}" for line in repeated),
            f"## {text['reports.teams']} {{ #teams }}",
            text["reports.teams.about"],
            _table([text["reports.team"], text["reports"], text["questions"]], teams),
        ]
    )


def downloads(language: str, url: str) -> str:
    """Return the page of the offline editions; `finish` fills in what was made.

    Args:
        language: ``en`` or ``zh``.
        url: the public address of the language's root, ending in a slash.
    """
    text = TEXT[language]
    about, edit = text["downloads.about"], "scripts/generate.py"
    parts = [_head(text["downloads"], about, edit, boost=0.5), about]
    none = text["downloads.none"].format(url=f"{url}downloads.html")
    for kind in EDITIONS:
        name = kind.replace(".", f"-{language}.") if kind != "site.zip" else SITE_ZIP
        parts.append(f"## {text[kind]} {{ #{kind.replace('.', '-')} }}")
        parts.append(text[f"{kind}.about"])
        parts.append(f'<p class="download" data-file="{name}" markdown>{none}</p>')
    return "\n\n".join(parts)


def rules(language: str, chinese: dict[str, dict[str, str]]) -> str:
    """Return the page of all rules, made from the registry.

    Args:
        language: ``en`` or ``zh``.
        chinese: title, why and fix of each rule in Chinese, by id.
    """
    text = TEXT[language]
    about = text["rules.about"].format(count=len(RULES))
    head = _head(text["rules"], text["rules.description"], "scripts/rules.py", 0.1)
    parts = [head, about]
    letter = ""
    for each in RULES.values():
        if each.id[0] != letter:
            letter = each.id[0]
            parts.append(f"## {text[letter]} {{ #{letter.lower()} }}")
        words = {"title": each.title, "why": each.why, "fix": each.fix}
        if language == "zh":
            words = chinese[each.id]
        debt = text["rules.debt"] if each.severity == "debt" else ""
        parts.append(f"### {each.id} {words['title']}{debt} {{ #{each.id.lower()} }}")
        parts.append(text["rules.why"].format(**words))
        for kind, example in (("bad", each.bad), ("good", each.good)):
            parts.append(f"{text[f'rules.{kind}']}\n\n````text\n{example}\n````")
    return EMBEDDING.sub(r"\1;", "\n\n".join(parts))


def translations(language: str, total: int, debts: list[tuple[str, str]]) -> str:
    """Return the page on what is missing or stale in Chinese.

    Args:
        language: ``en`` or ``zh``.
        total: the number of English pages.
        debts: state (``missing`` or ``stale``) and path of each that needs work.
    """
    text = TEXT[language]
    about = text["translations.about"].format(total=total, current=total - len(debts))
    title = text["translations"]
    rows = [
        [f"[{name}](../{name})", text[state]]
        for state, path in debts
        if (name := path.removeprefix("docs/en/"))
    ]
    table = _table([text["translations.page"], text["translations.state"]], rows)
    return "\n\n".join(
        [
            _head(title, about, "docs/zh", boost=0.1),
            about,
            table if rows else text["translations.none"],
        ]
    )


def source(language: str, key: str, data: dict[str, Any], pages: list[Page]) -> str:
    """Return the page of one source: what it is, its interviews, its questions."""
    text, answered = TEXT[language], Answered.of(pages)
    entry = data["sources"][key]
    asked = [
        question
        for stems in data["questions"].values()
        for questions in stems.values()
        for question in questions
        if key in question["asked"]
    ]
    facts = text["source.facts"].format(
        author=entry["author"][language],
        year=entry["year"],
        where=entry["where"][language].rstrip(".。"),
    )
    title, about = entry["title"][language], entry["about"][language]
    done = sum(question["id"] in answered.found for question in asked)
    parts = [
        _head(title, facts, "docs/sources.yml", boost=0.2),
        facts,
        about,
        text["source.progress"].format(answered=done, total=len(asked)),
    ]
    wording = {question["id"]: question[language] for question in asked}
    if entry["interviews"]:
        rows = []
        for told in entry["interviews"]:
            links = [
                answered.link(ident, wording[ident], "sources") or wording[ident]
                for ident in told["asked"]
            ]
            who = _cell(told["interviewers"][language])
            report = report_link(told, language, "sources")
            rows.append([report, who, "<br>".join(links)])
        names = ("company", "who", "asked")
        parts.append(f"## {text['interviews']} {{ #interviews }}")
        parts.append(_table([text[f"interviews.{name}"] for name in names], rows))
    rows = _question_rows(asked, language, answered, data["sources"], "sources")
    parts.append(f"## {text['questions']} {{ #questions }}")
    parts.append(_table([text["question"], text["asked"], text["answer"]], rows))
    return "\n\n".join(parts)


def source_index(language: str, data: dict[str, Any]) -> str:
    """Return the page that lists the sources."""
    text = TEXT[language]
    parts = [
        _head(text["sources"], text["sources.about"], "docs/sources.yml"),
        text["sources.about"],
    ]
    for key, entry in data["sources"].items():
        parts.append(f"## [{entry['title'][language]}]({key}.md) {{ #{key} }}")
        parts.append(entry["about"][language])
    parts.append(f"[{text['coverage']}](../coverage.md)")
    return "\n\n".join(parts)


def overview(language: str, pillar: str, pages: list[Page]) -> str:
    """Return a pillar's first page: its pages and their questions, in nav order."""
    text = TEXT[language]
    about = text[f"{pillar}.about"]
    parts = [_head(text[pillar], about, f"docs/{language}/{pillar}"), about]
    for page in pages:
        stem = PurePosixPath(page.key).name
        parts.append(f"## [{page.title}]({stem}.md) {{ #{stem} }}")
        parts.append(str(page.meta["description"]))
        lines = [f"- [{q.title}]({stem}.md#{q.id})" for q in page.questions]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)
