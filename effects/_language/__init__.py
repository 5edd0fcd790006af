"""The words of a program and of its answers: vectors, placeholders, paths, sinks, errors, results."""
