"""Cases: requests made from a contract, each labelled by that contract, ordered so that the first show the most.

`corpus.generate` is the door: verify's examples and fuzz's files both come from it. `assemble` proposes, `label`
disposes, `order` sorts, `explain` tells which promise is covered by what. Nothing here knows a server or a file.
"""
