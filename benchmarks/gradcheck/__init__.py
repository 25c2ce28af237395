"""How fast, how accurate and how sure gradient checks are: ours, the seed's, the frameworks' own.

Every checker is asked the same thing: is this gradient, written by hand, that of this network's
cost? `python -m benchmarks.gradcheck` measures all of them in turn, on one thread each.
"""

import os

# Libraries read these once, so they are set before any of them is imported.
for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
