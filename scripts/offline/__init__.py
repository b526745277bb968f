"""The offline editions: PDF, EPUB, Anki decks and a zip, made from the built site."""
