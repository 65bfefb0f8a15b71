"""The notebook of docs/notebooks is run from top to bottom on the sample market, and what it shows is looked at."""

from __future__ import annotations

import base64
import struct
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from sample_market.market import truth

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOK = ROOT / "docs/notebooks/five-questions.ipynb"


def test_the_notebook_answers_five_questions_with_plots(visits, monkeypatch, tmp_path):
    monkeypatch.setenv("CHIPWATCH_DATA", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    (tmp_path / "chipwatch.sqlite").write_bytes(visits[1].database.read_bytes())
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    assert not any(c.get("outputs") for c in notebook.cells), "commit the notebook without outputs"
    NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(ROOT)}}).execute()
    outputs = [o for c in notebook.cells if c.cell_type == "code" for o in c.outputs]
    images = [base64.b64decode(o.data["image/png"]) for o in outputs if "image/png" in o.get("data", {})]
    assert len(images) == 5
    assert all(min(struct.unpack(">II", image[16:24])) > 100 for image in images)               # width and height of the PNG
    text = "".join(o.text for o in outputs if o.output_type == "stream" and o.name == "stdout")
    assert text.startswith("SAMPLE DATA: invented companies.")
    want = sum(t.verdicts["cn_company"] == "V0" for t in truth(1).values())
    assert next(line.split()[2] for line in text.splitlines() if line.startswith("not assessed")) == str(want)
