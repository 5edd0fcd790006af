"""Compressed streams: which `Content-Encoding` a stream has, and what its writes go through.

A stream has a compressor of its own, or shares one with all others that have none. Either way, each write can be read
by the client as soon as it is there, and nothing that one visitor is sent shows in the size of what another is.
"""

from .choice import Compression, Compressor, Encoder, make_compressor

__all__ = ["Compression", "Compressor", "Encoder", "make_compressor"]
