"""Feeds: how an address that serves data is asked for, how its pages follow each other, and what of a large file is kept.

Nothing here knows a provider: the `feed:` block of a declaration (docs/add-a-provider.md) says which of these shapes its feed has.
"""
