"""The answer key, one folder a lab. Never in a wheel that students get before the lab is due."""
