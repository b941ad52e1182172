"""What students call beside the checks: where they are, whether a notebook can be handed in, what their machine lacks."""
