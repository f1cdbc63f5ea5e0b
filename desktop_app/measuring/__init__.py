"""Evaluation sets, metrics and reports: what `candor measure` and the batch commands are made of."""
