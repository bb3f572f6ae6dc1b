"""Settings come from one file and the environment, and a key that means nothing is refused."""

from pathlib import Path

import pytest

from adtailor.config.settings import Settings, data_folder, load_settings
from adtailor.errors import InvalidInput


def load(tmp_path: Path, text: str | None = None, **environ: str) -> Settings:
    if text is not None:
        (tmp_path / "adtailor.toml").write_text(text, "utf-8")
    return load_settings(tmp_path, environ=environ, here=tmp_path / "elsewhere")


def test_without_a_file_it_listens_on_loopback_only(tmp_path: Path) -> None:
    settings = load(tmp_path)
    assert (settings.server.host, settings.server.port, settings.currency) == ("127.0.0.1", 8765, "EUR")


def test_the_environment_overrides_the_file(tmp_path: Path) -> None:
    settings = load(tmp_path, "[server]\nport = 1\n[models]\nbatch = 8\n", ADTAILOR_SERVER_PORT="9000")
    assert (settings.server.port, settings.models.batch) == (9000, 8)


def test_the_file_here_comes_before_the_one_in_the_data_folder(tmp_path: Path) -> None:
    here = tmp_path / "here"
    here.mkdir()
    (here / "adtailor.toml").write_text('currency = "CHF"\n', "utf-8")
    (tmp_path / "adtailor.toml").write_text('currency = "USD"\n', "utf-8")
    assert load_settings(tmp_path, environ={}, here=here).currency == "CHF"


def test_providers_are_listed_with_commas(tmp_path: Path) -> None:
    settings = load(tmp_path, ADTAILOR_MODELS_PROVIDERS="CUDAExecutionProvider,CPUExecutionProvider")
    assert settings.models.providers == ("CUDAExecutionProvider", "CPUExecutionProvider")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[server]\nprot = 1\n", "prot"),
        ("[servers]\nport = 1\n", "servers"),
        ('[server]\nport = "many"\n', "server.port"),
        ("[server]\nport = 70000\n", "server.port"),
        ("[deciding]\nexploration = 0.9\n", "deciding.exploration"),
        ("[models]\nthreads = 0\n", "models.threads"),
        ("[server\n", "not TOML"),
    ],
)
def test_what_means_nothing_is_refused_by_name(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        load(tmp_path, text)
    assert said in str(refused.value)
    assert refused.value.hint


def test_a_misspelt_variable_is_refused_and_the_known_ones_are_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="ADTAILOR_SERVER_PORT"):
        load(tmp_path, ADTAILOR_SERVER_PROT="1")
    load(tmp_path, ADTAILOR_REQUIRE="browser", ADTAILOR_CURRENCY="CHF", OTHER="1")


def test_another_address_asks_for_a_token(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no token"):
        load(tmp_path, ADTAILOR_SERVER_HOST="0.0.0.0")
    settings = load(tmp_path, ADTAILOR_SERVER_HOST="0.0.0.0", ADTAILOR_SERVER_TOKEN="s" * 32)
    assert settings.server.host == "0.0.0.0"


def test_the_data_folder_is_told_or_found(tmp_path: Path) -> None:
    assert data_folder(tmp_path, {"ADTAILOR_DATA": "elsewhere"}) == tmp_path
    assert data_folder(None, {"ADTAILOR_DATA": "elsewhere"}) == Path("elsewhere")
    assert data_folder(None, {}).name == "adtailor"
