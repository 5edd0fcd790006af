"""The tagged codec: vectors as JSON, and back. No module that reads requests may import it."""
