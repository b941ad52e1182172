"""The staff's tools: build a release, grade a class, report on it. Never in a student wheel."""
