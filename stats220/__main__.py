"""``python -m stats220`` is ``stats220``."""

from stats220.staff.cli import main

main()
