"""Effects as tagged JSON, and back. Not part of `effects` itself: nothing that reads requests may import it.

Registries contribute tags for their types: `registry.tag("money", Money, encode=..., decode=...)`.
"""

from ._codec.codec import Codec, CodecError
from ._registry.tags import Tag

__all__ = ["Codec", "CodecError", "Tag"]
