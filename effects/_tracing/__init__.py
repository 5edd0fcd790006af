"""Traces: the steps of a dispatch, as a tree."""
