"""The tagged codec: vectors as JSON, and back. Nothing that reads requests may import it."""
