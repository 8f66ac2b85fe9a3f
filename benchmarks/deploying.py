"""What an operator waits for and pulls: from nothing to the first archived cases, the image's wheels, a worker's cold start.

The image is built and the Compose file's commands are run as docs/deploying.md says, without containers, by what tests/deploy does it with.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.processes import cpu_seconds
from tests.support.processes.compose_host import carried, running_host
from tests.support.processes.image import build

MB = 1_000_000
LISTED = "import importlib.metadata as m; print(*(f'{d.name}=={d.version}' for d in m.distributions() if d.name != 'redress'), sep='\\n')"


def measure() -> dict[str, float]:
    """Seconds of each step, and of all together; MB; processor seconds."""
    with tempfile.TemporaryDirectory(prefix="redress-deploying-") as place:
        folder = Path(place)
        begun = time.perf_counter()
        image = folder / "image", build(folder / "image")
        figures = {"image: packages installed and compiled": time.perf_counter() - begun, **_wheels(folder, image[1])}
        (folder / "host").mkdir()
        begun = last = time.perf_counter()
        with running_host(folder / "host", image) as host:
            for step in carried(host):
                figures[f"step: {step}"], last = time.perf_counter() - last, time.perf_counter()
                if step == "worker is healthy":
                    figures["worker, cold start, CPU"] = cpu_seconds(host.running["worker"].pid)
        return figures | {"from empty PostgreSQL and cluster to archived cases": last - begun}


def _wheels(folder: Path, own: dict[str, str]) -> dict[str, float]:
    """How many the image installs, and how large they are."""
    listed = subprocess.run(["python", "-c", LISTED], env=own, capture_output=True, text=True, check=True).stdout
    wheels = folder / "wheels"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(wheels), *listed.split()]
    subprocess.run(command, check=True)
    sizes = [wheel.stat().st_size for wheel in wheels.iterdir()]
    return {"wheels of the image": len(sizes), "wheels of the image, MB": sum(sizes) / MB}
