"""The settings dialog, made from the declared options."""
