"""The generator's configuration files, one a language."""

from typing import Any

import yaml

from scripts.environment import ROOT

CONFIGS = {"en": "mkdocs.yml", "zh": "mkdocs.zh.yml"}


def read(language: str) -> dict[str, Any]:
    """Return a language's configuration, without what it inherits."""
    from mkdocs.utils.yaml import get_yaml_loader  # slow, and few commands need it

    text = (ROOT / CONFIGS[language]).read_text(encoding="utf-8")
    settings: dict[str, Any] = yaml.load(text, get_yaml_loader())
    return settings


def site_urls() -> dict[str, str]:
    """Return the absolute address of each language's root, ending in a slash."""
    return {code: read(code)["site_url"].rstrip("/") + "/" for code in CONFIGS}
