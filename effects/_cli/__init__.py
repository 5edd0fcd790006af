"""The command line. Each command is a module of its own; a new one has its line in `COMMANDS`, and nothing else."""
