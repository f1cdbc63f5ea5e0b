"""What each command does: the same parts as the window, driven from a terminal or a script."""
