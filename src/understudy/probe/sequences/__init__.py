"""Sequences: cases whose later requests use what earlier answers said.

`derive` makes them from a contract's links and from what its operations answer, `from_scenarios` from scenario files;
`play` sends one. Nothing here knows a file of cases.
"""
