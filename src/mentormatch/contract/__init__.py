"""The JSON contract: what other applications send and get, alike in files, on the command line and over HTTP."""
