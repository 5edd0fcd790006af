"""What a dispatch can tell without running anything."""
