"""GGUF files: finding them, reading their headers, telling what they need."""
