"""The service: the operations of the JSON contract over HTTP, each in a worker process, and the staff page."""
