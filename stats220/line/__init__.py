"""Two processes and the pipe between them: what crosses between checks and a student's code, and how."""
