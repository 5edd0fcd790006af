"""The insides of `effects.testing`."""
