"""What the image has, made by its Dockerfile's own instructions without a container."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from settings import ROOT

DOCKERFILE = ROOT / "deploy" / "image" / "Dockerfile"


def instructions() -> list[list[tuple[str, str]]]:
    """Of each stage, its first `FROM` too: (`RUN`, `uv venv …`)."""
    lines = [line for line in DOCKERFILE.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    stages: list[list[tuple[str, str]]] = []
    for line in "\n".join(lines).replace("\\\n", "").splitlines():
        name, _, words = line.partition(" ")
        if name == "FROM":
            stages.append([])
        stages[-1].append((name, words))
    return stages


def copied() -> list[str]:
    """What `COPY . .` takes along."""
    listed = DOCKERFILE.with_name("Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    return [line.removeprefix("!") for line in listed if line.startswith("!")]


def build(folder: Path) -> dict[str, str]:
    """Play the first stage, with `folder` for the root; the environment of a program in the image. uv is that of development."""
    app, packages = folder / "app", folder / "opt/redress"
    app.mkdir(parents=True)
    own = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "HOME": os.environ["HOME"]}
    for name, words in instructions()[0]:
        if name == "COPY" and words == ". .":
            for entry in copied():
                source = ROOT / entry
                if source.is_dir():
                    shutil.copytree(source, app / entry, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
                else:
                    shutil.copy(source, app)
        elif name == "COPY":
            for entry in words.split()[:-1]:
                shutil.copy(ROOT / entry, app)
        elif name == "RUN" and "uv.txt" not in words:
            command = words.replace("/opt/redress", str(packages)).replace("/app", str(app))
            subprocess.run(["sh", "-euc", command], cwd=app, env=os.environ | own, check=True, capture_output=True)
    return {"PATH": f"{packages / 'bin'}{os.pathsep}/usr/bin:/bin", "HOME": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
