"""Grades and feedback for the platforms that courses use."""
