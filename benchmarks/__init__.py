"""Scripts that measure. Each says what it measures, on which machine, and can be run by anyone."""
