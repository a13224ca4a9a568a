"""Makes values from schemas: seeded, aware of names and formats, bounded in depth and size.

`values` is the door: a `Generator` of one document draws a value for any schema in it. Pure data in, pure
data out: nothing here knows HTTP, an operation, or the contract, which has the last word on every value.
"""
