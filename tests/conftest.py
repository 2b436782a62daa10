"""Tests run side by side on few cores: one thread each, and no thread that spins while it waits."""

import os

for _name, _value in {"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE", "CTR_THREADS": "1"}.items():
    os.environ.setdefault(_name, _value)
