"""scripts/setup.sh, with a stand-in for Python and pip: what an installation that is interrupted leaves behind, and what the next one makes of it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
from test_cli import ROOT

LOCK = "absent==1.0 \\\n    --hash=sha256:00\npip==99.1 \\\n    --hash=sha256:01\nmissing==2.0 \\\n    --hash=sha256:02\nsetuptools==98.0 \\\n    --hash=sha256:03\nnowhere==3.0 \\\n    --hash=sha256:04\n"
# What it is called for: a version of Python that will do, pip's version, packages of a lock file (kept in $LOG, with the process that took them), chipwatch itself.
STAND_IN = """#!/bin/bash
case "$*" in
  *" install "*" -r "*)
    echo x > "$TMPDIR/half-a-wheel"
    printf '%s %s\\n' "$$" "$(grep -oE '^[a-z]+' "${@: -1}" | paste -sd,)" >> "$LOG"
    case "$PIP" in hangs) [[ "${@: -1}" = */first ]] || exec sleep 60 ;; fails) exit 1 ;; esac ;;
esac
"""


@pytest.fixture
def clone(tmp_path, monkeypatch) -> Path:
    """A folder with the script, a lock file and a virtual environment that is a stand-in; Debian's packages are said to be installed, and cores to be two."""
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "setup.sh", tmp_path / "scripts")
    (tmp_path / "requirements.lock").write_text(LOCK)
    (tmp_path / "pyproject.toml").write_text("")
    for path, text in ((".venv/bin/python", STAND_IN), ("bin/dpkg-query", "#!/bin/sh\necho install ok installed\n"), ("bin/nproc", "#!/bin/sh\necho 2\n")):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
        (tmp_path / path).chmod(0o755)
    for name, value in {"PATH": f"{tmp_path}/bin:{os.environ['PATH']}", "PYTHON": f"{tmp_path}/.venv/bin/python", "VENV": ".venv", "LOG": f"{tmp_path}/log"}.items():
        monkeypatch.setenv(name, value)
    return tmp_path


def started(clone: Path, pip: str, *heeded: signal.Signals) -> subprocess.Popen:
    def heed() -> None:                                        # bash cannot catch what was ignored when it began, as under nohup
        for one in heeded:
            signal.signal(one, signal.SIG_DFL)

    return subprocess.Popen([str(clone / "scripts" / "setup.sh")], env={**os.environ, "PIP": pip}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, preexec_fn=heed)


def taken(clone: Path, count: int) -> list[tuple[int, str]]:
    """(process, packages) of the first calls of pip, when there were so many."""
    patience = time.monotonic() + 30
    while time.monotonic() < patience:
        lines = (clone / "log").read_text().splitlines() if (clone / "log").exists() else []
        if len(lines) >= count:
            return [(int(process), packages) for process, packages in map(str.split, lines)]
        time.sleep(0.02)
    raise AssertionError(f"pip was not called {count} times: {lines}")


def gone(process: int) -> bool:
    """Whether a process has ended, be it that nobody has asked for its exit code yet."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_pip_is_there_before_others_are_installed_side_by_side(clone):
    begun = clone / ".venv/lib/python3.11/site-packages"
    for name, files in {"whole-1.dist-info": ("METADATA", "INSTALLER"), "torn-1.dist-info": ("METADATA",)}.items():
        (begun / name).mkdir(parents=True)
        for file in files:
            (begun / name / file).touch()
    said, _ = (running := started(clone, "works")).communicate(timeout=60)
    assert (running.returncode, said.count(b"\n")) == (0, 1), said
    first, *rest = [packages for _, packages in taken(clone, 3)]
    assert first == "pip,setuptools" and sorted(rest) == ["absent,nowhere", "missing"]
    assert not (clone / ".venv/.parts").exists() and (clone / ".venv/.installed").read_text().strip()
    assert [path.name for path in begun.iterdir()] == ["whole-1.dist-info"]      # what pip did not come to the end of is installed anew
    assert started(clone, "fails").wait(60) == 0                                 # and a second call has nothing to do


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_what_is_interrupted_leaves_nothing_and_says_so(clone, sent, code):
    running = started(clone, "hangs", sent)
    processes = [process for process, _ in taken(clone, 3)]
    running.send_signal(sent)
    assert running.wait(30) == code
    assert not (clone / ".venv/.parts").exists() and not (clone / ".venv/.installed").exists() and all(map(gone, processes))


def test_what_fails_leaves_nothing_and_says_so(clone):
    said, _ = (running := started(clone, "fails")).communicate(timeout=60)
    assert running.returncode == 1 and b"could not install the pinned packages" in said
    assert not (clone / ".venv/.parts").exists() and not (clone / ".venv/.installed").exists()


def test_a_second_one_waits_for_the_first(clone):
    first = started(clone, "hangs")
    processes = [process for process, _ in taken(clone, 3)]
    second = started(clone, "works")
    assert second.stdout.readline().startswith(b"setup: waiting for another one")
    assert (clone / ".venv/.parts/half-a-wheel").exists() and len(taken(clone, 3)) == 3
    for process in processes[1:]:
        os.kill(process, signal.SIGTERM)                       # so one pip takes the whole list, and would hang as well
    os.kill(taken(clone, 4)[3][0], signal.SIGTERM)
    assert (first.wait(30), second.wait(30)) == (1, 0) and not (clone / ".venv/.parts").exists() and (clone / ".venv/.installed").exists()


def test_what_a_killed_one_left_is_removed_by_the_next(clone):
    running = started(clone, "hangs")
    processes = [process for process, _ in taken(clone, 3)]
    running.kill()
    running.wait(30)
    for process in processes:
        if not gone(process):
            os.kill(process, signal.SIGKILL)
    assert (clone / ".venv/.parts/half-a-wheel").exists()
    assert started(clone, "works").wait(60) == 0 and not (clone / ".venv/.parts").exists()
