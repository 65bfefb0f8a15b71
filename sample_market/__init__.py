"""The sample market: a small fictional web of invented GPU clouds on `*.example` hosts, served on loopback, with the truth of what stands on its pages."""
