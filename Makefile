# Thin over `python -m scripts`, which sets up .venv and installs what a command needs.
# PYTHON: any Python 3.11 or newer. PORT: where serve and live listen.
PYTHON ?= python3
PORT ?= 8000
RUN = $(PYTHON) -m scripts

.PHONY: help serve live site offline check test bench

help: ## what there is
	@$(RUN) --help

serve: ## build both languages and serve them on 127.0.0.1:8000
	@$(RUN) serve --port $(PORT)

live: ## English with rebuild on save; Chinese: make live LANG=zh
	@$(RUN) live --port $(PORT) --language "$(LANG)"

site: ## build both languages into site/
	@$(RUN) site

offline: ## PDF, EPUB, Anki decks and a zip into site/downloads/
	@$(RUN) offline

check: ## the content rules alone, in seconds
	@$(RUN) check $(ARGS)

test: ## every test, browser tests included
	@$(RUN) test $(ARGS)

bench: ## measure build, search and page weight
	@$(RUN) bench
