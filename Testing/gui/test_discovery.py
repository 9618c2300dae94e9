"""What Slicer does at start-up, long before anybody registers anything: it imports the module's file."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TESTING = Path(__file__).resolve().parents[1]
MODULE_FILE = TESTING.parent / "ElastixRegistration" / "ElastixRegistration.py"

DISCOVERY = """
import os, sys, time
import SlicerHost
host = SlicerHost.install()
import importlib.metadata, logging, pathlib, unittest, vtk
from slicer.ScriptedLoadableModule import *

before = dict(os.environ)
seconds = []
for _ in range(3):  # a busy machine slows one, hardly all
    for name in [name for name in sys.modules if name.startswith("ElastixRegistration")]:
        del sys.modules[name]
    others = set(sys.modules)
    start = time.process_time()
    import ElastixRegistration
    seconds.append(time.process_time() - start)
ours = sorted(name for name in sys.modules if name.startswith("ElastixRegistrationLib"))
print(min(seconds), len(ours), *sorted(set(sys.modules) - others - set(ours)))
host.loadModule(sys.argv[1])
assert dict(os.environ) == before, set(os.environ.items()) ^ set(before.items())
assert not any(name.split(".")[0] in ("itk", "numpy.random") for name in set(sys.modules) - others)
"""


def test_discovery_takes_no_time_and_leaves_the_process_as_it_was():
    paths = [str(TESTING), str(MODULE_FILE.parent)]
    run = subprocess.run(
        [sys.executable, "-c", DISCOVERY, str(MODULE_FILE)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(paths), "ITK_AUTOLOAD_PATH": "/plugins/of/slicer"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    seconds, ours, *others = run.stdout.splitlines()[0].split()
    assert float(seconds) < 0.05
    assert int(ours) <= 12  # the package, its errors, and what the methods of the Logic are spelled in
    assert [name for name in others if name != "ElastixRegistration"] == []
