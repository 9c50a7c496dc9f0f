"""Our own way from the logs of storage nodes into the events: read, pair, write, follow."""
