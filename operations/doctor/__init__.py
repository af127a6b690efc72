"""The checks before anything can fail."""

from operations.doctor.examination import Check, Examination, Outcome
from operations.doctor.examining import examine

__all__ = ["Check", "Examination", "Outcome", "examine"]
