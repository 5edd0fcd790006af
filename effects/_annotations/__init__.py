"""The meaning of annotations: which values fit one, and where effects may stand in them."""
