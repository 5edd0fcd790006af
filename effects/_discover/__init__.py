"""The questions that a dispatch answers without running anything."""
