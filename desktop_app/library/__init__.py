"""Documents in, passages out: reading, cutting, embedding, searching, and the evidence checker."""
