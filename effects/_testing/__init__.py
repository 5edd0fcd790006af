"""What `effects.testing` is made of."""
