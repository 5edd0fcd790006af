"""How one dispatch runs, from the first vector to the last."""
