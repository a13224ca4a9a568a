"""Failures asked for on purpose: one fault per file, rules that say whom they hit, and a layer that lets them.

`noop.py` is the template for another fault; `catalogue.py` lists them all.
"""
