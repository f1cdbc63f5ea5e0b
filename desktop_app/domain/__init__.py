"""Plain values, events, errors and ports: what every room agrees on. Standard library only."""
