"""What an annotation says: which values fit it, and where effects may stand in them."""
