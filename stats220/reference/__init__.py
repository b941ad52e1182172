"""The answer key, one folder per lab. Never in a wheel that students get before the lab is due."""
