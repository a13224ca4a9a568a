"""State inferred from a document: which resources it has, and an answerer that remembers them.

`recognition` reads the resources out of paths, methods and schemas; `answerer` plays them over `things`, the one
generic table. Called by `stage` for every document that no service plays. It must not know any service.
"""
