"""Novapi, the site: where it lives, how it starts, what it serves."""

__version__ = "0.1.0"
