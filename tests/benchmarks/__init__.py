"""Tests of `benchmarks/`: that it measures and reports as it says, never how fast anything is."""
