"""Pages derived from data: glossary, sources, coverage, an overview a pillar."""

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import yaml

from scripts.model import Page, Question

EDITIONS = (
    *("handbook.pdf", "cheat-sheet.pdf", "handbook.epub", "handbook.apkg"),
    "site.zip",
)
SITE_ZIP = "handbook-site.zip"
PILLARS = ("theory", "projects", "coding", "industry")

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
        "repository, `python -m scripts exercise list` shows them all.",
        "industry.about": "Companies, reports of interviews and views of the field.",
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
        "`python -m scripts exercise list` 可以列出全部练习。",
        "industry.about": "公司、面试经历与对行业的看法。",
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
    return "\n\n".join(parts)


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
            who = [told["company"][language], told["interviewers"][language]]
            rows.append([*map(_cell, who), "<br>".join(links)])
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
