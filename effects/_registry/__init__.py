"""The registrations of a plugin, and how each is checked."""
