"""Figures of the page on pretrained language models."""

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from snippets.figures import style
from snippets.theory.pretrained_language_models import visible

LANES = (
    ("static vectors", style.MUTED),
    ("LSTM", style.GREEN),
    ("encoder", style.BLUE),
    ("encoder-decoder", style.PURPLE),
    ("decoder", style.ORANGE),
    ("post-training", style.RED),
)
MODELS = (  # name, lane, year, month of the paper
    ("word2vec", 0, 2013, 1),
    ("GloVe", 0, 2014, 10),
    ("fastText", 0, 2016, 7),
    ("ULMFiT", 1, 2018, 1),
    ("ELMo", 1, 2018, 2),
    ("BERT", 2, 2018, 10),
    ("RoBERTa", 2, 2019, 7),
    ("ELECTRA", 2, 2020, 3),
    ("ModernBERT", 2, 2024, 12),
    ("Transformer", 3, 2017, 6),
    ("T5", 3, 2019, 10),
    ("GPT", 4, 2018, 6),
    ("GPT-2", 4, 2019, 2),
    ("GPT-3", 4, 2020, 5),
    ("LLaMA", 4, 2023, 2),
    ("FLAN", 5, 2021, 9),
    ("InstructGPT", 5, 2022, 3),
    ("DPO", 5, 2023, 5),
    ("DeepSeek-R1", 5, 2025, 1),
)


def language_model_timeline() -> Figure:
    """Models by date of the paper, one lane for each kind of model."""
    figure, axes = style.panels(height=4.4)
    ax = axes[0, 0]
    for lane, (name, color) in enumerate(LANES):
        ax.axhline(-lane, color=color, linewidth=0.8, alpha=0.5)
        of_lane = [model for model in MODELS if model[1] == lane]
        years = [year + (month - 0.5) / 12 for _, _, year, month in of_lane]
        ax.plot(
            years,
            [-lane] * len(years),
            "o",
            color=color,
            markersize=6,
            label=name,
        )
        for i, (model, x) in enumerate(zip(of_lane, years, strict=True)):
            above = i % 2 == 0
            ax.annotate(
                model[0],
                (x, -lane),
                xytext=(0, 7 if above else -7),
                textcoords="offset points",
                ha="center",
                va="bottom" if above else "top",
                fontsize=8.5,
            )
    ax.set_yticks([-lane for lane in range(len(LANES))], [name for name, _ in LANES])
    ax.set_ylim(-len(LANES) + 0.4, 0.6)
    ax.set_xlim(2012, 2026.2)
    ax.set_xticks(range(2013, 2026, 2))
    ax.grid(visible=False)
    ax.set_xlabel("date of the paper or report")
    return figure


def attention_patterns() -> Figure:
    """Which position (row) may attend to which (column), for three masks."""
    n = 6
    figure, axes = style.panels(columns=3, height=2.7)
    kinds = (
        ("BERT: full", n, style.BLUE),
        ("GPT: causal", 0, style.ORANGE),
        ("prefix LM (prefix 3)", 3, style.PURPLE),
    )
    for ax, (title, prefix, color) in zip(axes[0], kinds, strict=True):
        mask = visible(n, prefix)
        for i in range(n):
            for j in range(n):
                fill = color if mask[i, j] else "none"
                ax.add_patch(_cell(j + 1, i + 1, fill))
        ax.set_xlim(0.4, n + 0.6)
        ax.set_ylim(n + 0.6, 0.4)
        ax.set_aspect("equal")
        ax.set_xticks(range(1, n + 1))
        ax.set_yticks(range(1, n + 1))
        ax.grid(visible=False)
        ax.set_title(title)
        ax.set_xlabel("attends to")
    axes[0, 0].set_ylabel("position")
    return figure


def _cell(x: float, y: float, fill: str) -> Rectangle:
    """Square of side 0.86 around (x, y), outlined, filled or not."""
    corner = (x - 0.43, y - 0.43)
    return Rectangle(
        corner, 0.86, 0.86, facecolor=fill, edgecolor=style.MUTED, linewidth=0.7
    )
