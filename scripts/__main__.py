"""The command line: ``python -m scripts COMMAND``. It sets up what a command needs.

Only the standard library is imported here; a command's module is imported when it runs,
inside the project's environment. The syntax of this file is kept old enough that an old
Python can print the message below instead of a traceback.
"""

import argparse
import sys

if sys.version_info < (3, 11):
    sys.exit(
        "The handbook needs Python 3.11 or newer; this is Python %d.%d. Install a "
        "newer one and name it, for example: make serve PYTHON=python3.12"
        % sys.version_info[:2]
    )

from scripts import environment
from scripts.environment import ROOT, Stop, say


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scripts", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, about: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=about, description=about)

    for name, about in (
        ("serve", "build both languages and serve them on 127.0.0.1"),
        ("live", "serve one language, rebuilt on every save"),
    ):
        add(name, about).add_argument("--port", type=int, default=8000)
    commands.choices["live"].add_argument(
        "--language", default="en", help="en, or zh (any locale name that begins so)"
    )
    add("site", "build both languages into site/")
    add("offline", "build the site, then PDF, EPUB, Anki decks and a zip of it")
    checking = add("check", "check the content rules: seconds, no torch, no browser")
    checking.add_argument("--strict", action="store_true", help="debts fail as well")
    checking.add_argument("--format", choices=("text", "github"), default="text")
    mending = "first mend blanks, Chinese punctuation and tables, and show what changed"
    checking.add_argument("--fix", action="store_true", help=mending)
    checking.add_argument("paths", nargs="*", metavar="FILE", help="these files only")
    testing = add("test", "run every test; arguments after -- go to pytest")
    testing.add_argument("pytest", nargs="*", default=[])
    add("bench", "measure build, search and page weight, as ratios within one run")
    add("successor", "build with Zensical and compare questions and headings")
    translating = add(
        "translate", "status: what is missing or stale; done PAGE: it fits"
    )
    translating.add_argument("action", choices=("status", "done"))
    page = "after done: the page, such as theory/normalization"
    translating.add_argument("page", nargs="?", default="", help=page)
    _new_parser(add("new", "begin a question, page, report or exercise"))
    _exercise_parser(add("exercise", "practice: list, start, check, hint, diff"))
    vendoring = add(
        "vendor", "refresh or verify the vendored scripts, styles and fonts"
    )
    vendoring.add_argument("--verify", action="store_true", help="only verify")
    add("links", "ask every outside address whether it still answers (network)")
    add("lock", "resolve requirements/*.in into the pinned *.txt files")
    return parser


FLAGS = {  # of `new`
    "page": "such as theory/normalization",
    "title": "in English",
    "title-zh": "in Chinese",
    "id": "permanent; made from the title unless named",
    "level": "basic, advanced or expert",
    "asked": "keys of docs/sources.yml that asked it; in a report: ids of questions",
    "group": "id of a second-level heading; the last one unless named",
    "source": "a key of docs/sources.yml; readers, unless named",
    "company": "kind of company, no name",
    "company-zh": "the same in Chinese",
    "interviewers": "who asked",
    "interviewers-zh": "the same in Chinese",
    "outcome": "how it ended",
    "outcome-zh": "the same in Chinese",
    "team": "none, classical, deep or unknown",
    "told": "published, or consented: the teller agreed",
}


def _new_parser(parser: argparse.ArgumentParser) -> None:
    """Add what ``new`` begins; at a terminal, missing flags are asked for."""
    kinds = parser.add_subparsers(dest="kind", required=True, metavar="KIND")
    both = ("title", "title-zh", "id")
    for name, about, flags in (
        (
            "question",
            "a question on a page",
            ("page", *both, "level", "asked", "group"),
        ),
        ("page", "a page with its first question", ("page", *both, "level")),
        (
            "report",
            "the report of an interview",
            (
                *("source", "id", "company", "company-zh", "interviewers"),
                *("interviewers-zh", "outcome", "outcome-zh", "team", "told", "asked"),
            ),
        ),
        (
            "exercise",
            "a coding exercise with solution and cases",
            ("page", *both, "level", "asked", "group"),
        ),
    ):
        kind = kinds.add_parser(name, help=about, description=about)
        for flag in flags:
            kind.add_argument(f"--{flag}", help=FLAGS[flag])
        about = "leave the Chinese page to others"
        kind.add_argument("--english-only", action="store_true", help=about)
    kinds.choices["page"].add_argument(
        "--code", action="store_true", help="with a snippet module and its test"
    )


def _exercise_parser(parser: argparse.ArgumentParser) -> None:
    """Add the actions of ``exercise``."""
    parser.add_argument(
        "--language", help="en or zh; as the system speaks if not named"
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="by page, with level and what is done")
    listing.add_argument("--page", default="", help="such as arrays-and-strings")
    listing.add_argument("--level", default="", help="basic, advanced or expert")
    for name, about in (
        ("start", "write its starter into exercises/, never over your work"),
        ("check", "judge your file case by case; without a name, all you started"),
        ("hint", "the next hint"),
        ("diff", "your file against the handbook's, once it has passed"),
    ):
        action = actions.add_parser(name, help=about, description=about)
        count = "?" if name == "check" else None
        action.add_argument("name", nargs=count, default="", help="such as two-sum")
    actions.choices["check"].add_argument(
        "--limit", type=float, default=10.0, help="seconds for one case"
    )
    actions.choices["diff"].add_argument(
        "--anyway", action="store_true", help="show it although yours has not passed"
    )


def _run(options: argparse.Namespace) -> int:
    """Run a command inside the environment and return its exit code."""
    command = options.command
    if command == "check":
        from scripts import check

        return check.run(
            *(ROOT, options.strict, options.format, options.paths, options.fix)
        )
    if command == "serve":
        from scripts import serve

        return serve.serve(options.port)
    if command == "live":
        from scripts import serve

        language = "zh" if options.language.startswith("zh") else "en"
        return serve.live(options.port, language)
    if command == "site":
        from scripts import site

        site.build()
    elif command == "offline":
        from scripts.offline import build

        build.run()
    elif command == "test":
        from scripts import suite

        return suite.run(options.pytest)
    elif command == "bench":
        from scripts import bench

        bench.run()
    elif command == "successor":
        from scripts import successor

        return successor.run()
    elif command == "translate":
        from scripts import translate

        if options.action == "status":
            say(translate.status())
        else:
            mark = translate.done(options.page)
            say(f"{options.page} is a translation of {mark}")
    elif command == "new":
        from scripts import new

        return new.run(options)
    elif command == "exercise":
        from scripts.exercise.command import Desk, language_of

        desk = Desk(language_of(options.language))
        if options.action == "list":
            return desk.list(options.page, options.level)
        if options.action == "check":
            return desk.check(options.name, options.limit)
        if options.action == "diff":
            return desk.diff(options.name, options.anyway)
        return (
            desk.start(options.name)
            if options.action == "start"
            else desk.hint(options.name)
        )
    elif command == "vendor":
        from scripts import vendor

        return vendor.run(verify_only=options.verify)
    elif command == "links":
        from scripts import links

        return links.run(ROOT)
    elif command == "lock":
        from scripts import lock

        lock.run()
    return 0


def main(arguments: list[str]) -> int:
    """Parse the command line, set up, run; return the exit code."""
    options = _parser().parse_args(arguments)
    needs = "test" if options.command in ("test", "bench", "successor") else "site"
    if options.command == "offline":
        needs = "offline"
    try:
        environment.install(needs)
        if not environment.inside_venv():
            return environment.rerun_inside_venv(arguments)
        return _run(options)
    except Stop as error:
        say(f"{options.command}: {error}")
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
