"""The instructor's desk: what people look at before and after the grading."""
