"""Everything that a dispatch can tell without running anything."""
