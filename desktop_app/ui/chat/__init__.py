"""The conversation: what was asked, what was answered, what it rests on, and the place to ask next."""
