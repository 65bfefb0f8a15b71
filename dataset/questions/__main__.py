"""`python -m dataset.questions`: docs/questions.md on stdout."""

from dataset.questions import markdown

print(markdown(), end="")
