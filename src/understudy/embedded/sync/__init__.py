"""The control plane of a running fake, for programs that wait; written from its twin in `understudy.embedded.aio`.

A test holds the two together and says how to write this one anew. Change the twin, never these modules.
"""
