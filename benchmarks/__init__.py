"""Ours and a peer's side by side, one file a comparison. ``python -m benchmarks`` prints one table."""
