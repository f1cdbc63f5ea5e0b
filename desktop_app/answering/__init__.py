"""From a question to a checked answer: pure Python, no Qt, no numpy, nothing native."""
