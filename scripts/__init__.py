"""The handbook's own tool: ``python -m scripts COMMAND``."""
