"""Searches a deployment for broken properties with Schemathesis, our contract being the judge."""
