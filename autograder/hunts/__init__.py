"""Bug hunts: what the notebook of that name holds. numpy alone, and of ours only `truth`.

Its modules are written into the notebook one after the other, without their imports of each other.
"""
