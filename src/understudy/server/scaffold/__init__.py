"""Writes a service of one's own: a folder with handlers for the operations of a document, to be served and changed.

`plain` finds what can be played by remembering it, `answering` works out what the other operations answer, `code`
writes the module, `folder` the files. Called by `understudy new`.
"""
