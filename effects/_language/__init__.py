"""What a program says and what it is told: vectors, placeholders, paths, sinks, errors, results."""
