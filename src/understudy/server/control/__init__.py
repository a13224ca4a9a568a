"""The control plane: what the fake says of itself, and what a test may do to it.

A part like any other, described by `spec/understudy/control.yaml`, routed by Connexion, judged by the same gate. One
module per group of operations; `answerer` lists them all.
"""
