"""Compiles the inner loops of reading (nlp/_*.pyx) when chipwatch is installed, where Cython and a C compiler are at hand; where they are not, it says so, and chipwatch reads with its Python code: the same, slower."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class NotCompiled(Exception):
    """What a compiler, its headers or a linker lack."""


def compile_loops(root: Path) -> list[Path]:
    """Makes an extension module beside each source; returns them.

    Raises NotCompiled where Cython, setuptools or a C compiler is missing, or fails.
    """
    try:
        from Cython.Build import cythonize
        from Cython.Compiler.Errors import CompileError
        from setuptools import Distribution, Extension
        from setuptools.errors import BaseError, CCompilerError
    except ImportError as exc:
        raise NotCompiled(str(exc)) from exc
    sources = sorted((root / "nlp").glob("_*.pyx"))
    shared = (root / "nlp" / "compiled.pxi").read_bytes()
    # The digest of its source stands in the module: one that was made from another source is not used, see nlp/compiled.py.
    extensions = [Extension(f"nlp.{path.stem}", [str(path.relative_to(root))], define_macros=[("SOURCE_DIGEST", f'"{hashlib.sha256(path.read_bytes() + shared).hexdigest()}"')], extra_compile_args=["-g0"]) for path in sources]
    try:
        with contextlib.chdir(root):
            command = Distribution({"name": "chipwatch", "ext_modules": cythonize(extensions, build_dir="build", quiet=True, force=True)}).get_command_obj("build_ext")
            command.force, command.build_lib, command.build_temp = True, "build/made", "build"
            command.ensure_finalized()
            command.run()
            made = [Path(command.get_ext_fullpath(extension.name)) for extension in extensions]
            for path in made:                                  # at once: half a module would end every command
                os.replace(path, root / "nlp" / path.name)
    except (OSError, CompileError, BaseError, CCompilerError) as exc:
        raise NotCompiled(f"{type(exc).__name__}: {exc}") from exc
    return [root / "nlp" / path.name for path in made]


class CompileHook(BuildHookInterface):
    """Hatchling's hook `custom`: of a wheel and of an editable installation."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compiles; adds what was made to a wheel, which is then one for this platform."""
        if self.target_name != "wheel":
            return
        try:
            made = compile_loops(Path(self.root))
        except NotCompiled as exc:
            print(f"chipwatch: its inner loops were not compiled, reading takes longer: {exc}", file=sys.stderr)
            return
        build_data["artifacts"] += [path.resolve().relative_to(Path(self.root).resolve()).as_posix() for path in made]
        build_data["pure_python"], build_data["infer_tag"] = False, True
