"""Deployments that are broken on purpose, each one bug away from correct, and correct ones that look unlike ours.

The whole list stands in `broken_deployments`, one module up. What a verifier finds on them is its worth.
"""
