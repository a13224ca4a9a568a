"""Asks: sends what it makes to a deployment and has the contract judge what comes back. Knows no server of ours."""
