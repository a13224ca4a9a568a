"""Answers over HTTP. The only door to Connexion and Starlette; it names no service."""
