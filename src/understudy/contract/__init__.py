"""Judges messages by a document. The only door to openapi-core; it knows no server and no service."""
