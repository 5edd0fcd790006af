"""Traces: what a dispatch did, as a tree."""
