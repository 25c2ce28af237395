"""The instructor's desk: what people read before and after grading."""
