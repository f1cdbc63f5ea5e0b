"""Readers of single formats: bytes to text with page starts, no network, no heavy library."""
