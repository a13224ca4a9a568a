"""Compares two documents: what breaks clients, what does not, and what is only prose.

`documents.compare` is the door. Schemas are compared as sets of values, so that two ways of writing one set are no
change; everything else part by part. Nothing here prints, and nothing knows where the documents come from.
"""
