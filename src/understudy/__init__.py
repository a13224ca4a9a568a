"""Understudy: a contract-testing fake driven directly by an OpenAPI document."""

__version__ = "0.1.0"
