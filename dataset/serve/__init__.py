"""The data set in a browser: Datasette, read-only, with pages of our own for providers, verdicts and the evidence of a clause.

Needs the package datasette, which only `chipwatch serve` imports.
"""
