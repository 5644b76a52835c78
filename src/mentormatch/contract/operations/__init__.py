"""The operations of the contract; a file contains the requests, responses and work of one subject."""
