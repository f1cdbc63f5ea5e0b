"""From a file to clean text: which files are taken, the reader process, and what is taken out of its text."""
