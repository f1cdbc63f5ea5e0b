"""The frame of the window: the conversation list, the header, the panels and the keys."""
