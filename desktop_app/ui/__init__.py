"""The window. The only room that imports Qt; it is handed its services and builds none."""
