"""What runs inside the sandbox before any student's code does.

This folder, and nothing else of the staff's code, is mounted in there: standard library only, no secrets.
"""
