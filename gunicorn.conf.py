"""What the server itself writes: real failures.

Each request has its line from the application, and needs no second one.

A warning of gunicorn's would quote a request that it cannot read.
"""

accesslog = None
loglevel = "error"
