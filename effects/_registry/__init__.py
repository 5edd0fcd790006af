"""What a plugin registers, and how a registration is checked."""
