"""Compressed streams: the `Content-Encoding` of a stream, and the encoder that its writes go through.

A stream has a compressor of its own, or shares one with all streams that have none. Either way, the client can read
each write as soon as it arrives, and the size of a stream shows nothing of what other visitors are sent.
"""

from .choice import Compression, Compressor, Encoder, make_compressor

__all__ = ["Compression", "Compressor", "Encoder", "make_compressor"]
