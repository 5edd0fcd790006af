"""The command line. Each command is a module of its own. A new command needs only a line in `COMMANDS`."""
