"""Figures of the handbook, drawn by code: one module per page, one function per figure.

A public function without arguments that returns a Matplotlib ``Figure`` is a figure;
``nchw_axes`` in ``snippets/figures/normalization.py`` becomes
``figures/normalization/nchw-axes.svg`` on the site.
"""
