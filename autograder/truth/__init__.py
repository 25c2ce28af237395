"""The mathematics that every answer is compared with."""
