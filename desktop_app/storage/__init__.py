"""Everything that says SELECT: conversations and documents in SQLite, safe on disk when a call returns."""
