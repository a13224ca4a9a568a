"""What is wrong with a document, and what of it hinders serving.

`objections` says everything that the rules of OpenAPI object to, `table` which of it hinders, `mending` sets the rest
right. Called by `document` when one is loaded.
"""
