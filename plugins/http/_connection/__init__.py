"""One HTTP/1.1 connection: heads and bodies read, answers written, streams that wait."""
