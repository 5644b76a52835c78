"""The service: the operations of the JSON contract over HTTP, each answered in a process of its own."""
