"""The figure of the page on architecture."""

from matplotlib.figure import Figure

from snippets.figures import diagram, style

WIDTH, TOP = 12.0, 13.0  # of the sheet


def data_flow() -> Figure:
    """What is written, above; the steps of the build; what is read, below."""
    figure, axes = style.panels(height=6.5)
    ax = axes[0, 0]
    diagram.canvas(ax, 0, WIDTH, 0, TOP)
    written = (
        (1.75, 3.1, "pages, notebooks\ndocs/en, docs/zh"),
        (5.0, 2.8, "data, references\ndocs/*.yml, docs/*.md"),
        (7.95, 2.5, "code, figures\nsnippets"),
        (10.7, 2.4, "templates, scripts\ndocs/theme"),
    )
    for x, width, text in written:
        diagram.box(ax, x, 12.4, text, style.GREEN, width, 1.1, True, 8)
    steps = (
        (10.65, "scripts/model.py reads, scripts/rules.py checks"),
        (
            8.9,
            "scripts/stage.py lays out: translations over English,\n"
            "generated pages, figures, starters, practice script",
        ),
        (
            4.8,
            "scripts/finish.py adds: question bank, search index,\n"
            "structured data; mends notebooks; writes the sitemap",
        ),
    )
    for y, text in steps:
        diagram.box(ax, 4.85, y, text, style.BLUE, 8.7, 1.1, True, 8)
    diagram.box(ax, 4.85, 6.85, "", style.ORANGE, 8.7, 1.8, True)
    about = "MkDocs and Material, once for each language"
    ax.text(4.85, 7.35, about, ha="center", va="center", fontsize=8)
    for x, text in ((2.7, "build/en: mkdocs.yml"), (7.0, "build/zh: mkdocs.zh.yml")):
        diagram.box(ax, x, 6.5, text, style.ORANGE, 3.9, 0.7, size=8)
    diagram.box(ax, 4.85, 3.2, "site", style.GREEN, 2.6, 0.8, size=8)
    diagram.box(ax, 9.3, 3.2, "scripts/offline", style.BLUE, 3.0, 0.8, True, 8)
    readers = (
        (1.35, 2.5, "practice in\nthe browser"),
        (4.15, 2.7, "PDF, printed\nin pieces"),
        (6.7, 2.0, "EPUB"),
        (8.85, 1.9, "Anki decks"),
        (10.95, 1.9, "zip of\nthe site"),
    )
    for x, width, text in readers:
        diagram.box(ax, x, 0.6, text, style.PURPLE, width, 1.1, True, 8)

    for x in (1.75, 5.0, 7.5):
        diagram.wire(ax, (x, 11.85), (x, 11.2))
    diagram.wire(ax, (4.85, 10.1), (4.85, 9.45))
    for x in (2.7, 7.0):
        diagram.wire(ax, (x, 8.35), (x, 7.75))
        diagram.wire(ax, (x, 5.95), (x, 5.35))
    # code and theme also go to the steps that draw, embed and fill in
    diagram.wire(ax, (8.7, 11.85), (8.7, 11.5), (10.7, 11.5), tip=False)
    diagram.wire(ax, (10.7, 11.85), (10.7, 6.85), (9.2, 6.85))
    diagram.wire(ax, (10.7, 8.9), (9.2, 8.9))
    diagram.wire(ax, (4.85, 4.25), (4.85, 3.6))
    diagram.wire(ax, (6.15, 3.2), (7.8, 3.2))
    diagram.wire(ax, (3.55, 3.2), (1.35, 3.2), (1.35, 1.15))
    diagram.wire(ax, (9.3, 2.8), (9.3, 1.9), tip=False)
    for x, *_ in readers[1:]:
        diagram.wire(ax, (9.3, 1.9), (x, 1.9), (x, 1.15))
    return figure
