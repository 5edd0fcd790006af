"""One request: who asks, what came in, and answers in one piece."""
