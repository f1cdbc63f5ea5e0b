"""The right side of the window: the documents and the source of a citation."""
