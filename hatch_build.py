"""Compiles the inner loops of reading (nlp/_*.pyx) when chipwatch is installed, where Cython and a C compiler are at hand; where they are not, it says so, and chipwatch reads with its Python code: the same, slower."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


def compile_loops(root: Path) -> list[Path]:
    """Makes an extension module beside each source; returns them.

    Raises ImportError without Cython or setuptools, OSError and distutils' and Cython's errors where compiling fails.
    """
    from Cython.Build import cythonize
    from setuptools import Distribution, Extension

    sources = sorted((root / "nlp").glob("_*.pyx"))
    # The digest of its source stands in the module: one that was made from another source is not used, see nlp/compiled.py.
    extensions = [Extension(f"nlp.{path.stem}", [str(path.relative_to(root))], define_macros=[("SOURCE_DIGEST", f'"{hashlib.sha256(path.read_bytes()).hexdigest()}"')], extra_compile_args=["-g0"]) for path in sources]
    command = Distribution({"name": "chipwatch", "ext_modules": cythonize(extensions, build_dir=str(root / "build"), quiet=True)}).get_command_obj("build_ext")
    command.inplace, command.force, command.build_temp = True, True, str(root / "build")
    command.ensure_finalized()
    command.run()
    return [Path(command.get_ext_fullpath(extension.name)) for extension in extensions]


class CompileHook(BuildHookInterface):
    """Hatchling's hook `custom`: of a wheel and of an editable installation."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compiles; adds what was made to a wheel, which is then one for this platform."""
        if self.target_name != "wheel":
            return
        try:
            made = compile_loops(Path(self.root))
        except Exception as exc:                               # noqa: BLE001  # whatever a compiler, its headers or a linker lack
            print(f"chipwatch: its inner loops were not compiled, reading takes longer: {type(exc).__name__}: {exc}", file=sys.stderr)
            return
        build_data["artifacts"] += [path.resolve().relative_to(Path(self.root).resolve()).as_posix() for path in made]
        build_data["pure_python"], build_data["infer_tag"] = False, True
