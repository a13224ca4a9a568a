"""Understudy from Python: a fake in one's own program, and the control plane of any fake that runs."""
