"""Judge: places and customer kinds, coverage, the rule table, confidence -> verdicts. Imports records alone."""
