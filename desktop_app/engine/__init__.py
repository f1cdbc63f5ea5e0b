"""Language models behind one port: one in a worker process, and one that follows a script."""
