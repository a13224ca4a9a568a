"""The proxy: a deployment answers, and every message is judged on its way.

It stands beside the ASGI stack, not in it: ASGI keeps no header's case, no reason phrase, no 1xx answer, no cut
connection, and the gate holds a message until it is whole. Here messages pass as they come, and are judged afterwards
by the contract that guards our own server. `serving` is the way in.
"""
