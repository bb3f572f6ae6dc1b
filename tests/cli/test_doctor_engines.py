import json
from pathlib import Path

import pytest

from adtailor.cli.diagnosis.engines import engine_findings
from adtailor.cli.diagnosis.finding import Finding
from adtailor.testing.stand_in_server import StandInServer, answers

KEY = "sk-canary"


def one(data: Path, **environ: str) -> Finding:
    (finding,) = (one for one in engine_findings(data, environ) if one.name == "language model")
    return finding


def test_without_an_engine_it_says_who_reads(tmp_path: Path) -> None:
    finding = one(tmp_path)
    assert (finding.state, finding.found) == ("ok", "none: the embedded models read alone")


def test_a_server_is_reachable_with_its_model_or_said_not_to_be_and_the_key_is_never_shown(tmp_path: Path) -> None:
    with StandInServer(answers(200, json.dumps({"data": [{"id": "toy"}]}).encode())) as there:
        told = {
            "ADTAILOR_MODELS_TEXT_ENGINE": "openai_compatible",
            "ADTAILOR_ENGINE_BASE_URL": there.base_url,
            "ADTAILOR_ENGINE_KEY": KEY,
        }
        good = one(tmp_path, **told, ADTAILOR_ENGINE_MODEL="toy")
        other = one(tmp_path, **told, ADTAILOR_ENGINE_MODEL="absent")
    down = one(tmp_path, **told, ADTAILOR_ENGINE_MODEL="toy")
    assert (good.state, other.state, down.state) == ("ok", "missing", "missing")
    assert "reachable, on this machine" in good.found
    assert "with key" in good.found
    assert other.hint == "set engine.model to one it offers: toy"
    assert "cannot be reached" in down.found
    assert not down.is_fatal  # the default readings stand
    assert KEY not in json.dumps([finding.as_json() for finding in (good, other, down)])


def test_a_server_elsewhere_that_was_not_named_is_fatal(tmp_path: Path) -> None:
    finding = one(
        tmp_path,
        ADTAILOR_MODELS_TEXT_ENGINE="openai_compatible",
        ADTAILOR_ENGINE_BASE_URL="http://gpu-box:8000/v1",
    )
    assert finding.is_fatal
    assert "gpu-box" in finding.found


def test_a_file_that_is_not_there_is_fatal(tmp_path: Path) -> None:
    finding = one(tmp_path, ADTAILOR_MODELS_TEXT_ENGINE="llama_cpp", ADTAILOR_ENGINE_GGUF=str(tmp_path / "none.gguf"))
    assert finding.is_fatal
    assert "none.gguf is missing" in finding.found


@pytest.mark.llm
def test_a_file_in_a_package_is_whole(tmp_path: Path) -> None:
    finding = one(tmp_path, ADTAILOR_MODELS_TEXT_ENGINE="llama_cpp")
    assert finding.state == "ok"
    assert "SmolLM2-135M-Instruct.Q4_1.gguf (llama), 98.4 MB, sha256 verified" in finding.found
