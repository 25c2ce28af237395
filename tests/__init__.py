import autograder  # noqa: F401  (before anything imports jsonschema, which it makes quick to import)
