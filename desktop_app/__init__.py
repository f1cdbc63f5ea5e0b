"""Candor: a chat assistant on your own laptop that says when it does not know and checks what it said."""

__version__ = "0.1.0"
