"""What the user can choose, where it is kept, and where everything on disk lies."""
