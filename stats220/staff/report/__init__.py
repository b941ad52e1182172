"""The pages people read after grading: each student's feedback and the class report, each one file without scripts."""

from stats220.staff.report.classreport import write_report
from stats220.staff.report.feedback import write_feedback

__all__ = ["write_feedback", "write_report"]
