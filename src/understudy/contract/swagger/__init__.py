"""Swagger 2.0, written as OpenAPI 3.0.

Called by `document` when one is loaded; nobody behind it knows that there ever was another version. There is no Python
library for it that is kept and works without a connection, so this is ours.
"""
