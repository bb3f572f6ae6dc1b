import hashlib

import pytest

from adtailor.engines.model_files import ModelFile, find_model_file, package_folder, verified
from adtailor.errors import ModelUnavailable

BYTES = b"the very bytes"
SHA256 = hashlib.sha256(BYTES).hexdigest()


def test_a_file_with_the_expected_bytes_is_found(tmp_path):
    (tmp_path / "m.onnx").write_bytes(BYTES)
    assert find_model_file(ModelFile(package="none", path="m.onnx", sha256=SHA256), folder=tmp_path).name == "m.onnx"


def test_a_changed_file_is_refused_with_both_hashes_and_the_remedy(tmp_path):
    (tmp_path / "m.onnx").write_bytes(BYTES + b"!")
    with pytest.raises(ModelUnavailable) as caught:
        verified(tmp_path / "m.onnx", sha256=SHA256)
    found = hashlib.sha256(BYTES + b"!").hexdigest()
    assert SHA256 in str(caught.value)
    assert found in str(caught.value)
    assert "m.onnx" in str(caught.value)
    assert "make install" in caught.value.hint


def test_a_missing_file_is_named_with_what_was_expected(tmp_path):
    with pytest.raises(ModelUnavailable, match=r"m\.onnx is missing: expected sha256 .*found no file"):
        verified(tmp_path / "m.onnx", sha256=SHA256)


def test_a_folder_in_place_of_a_file_is_an_error_with_a_remedy(tmp_path):
    with pytest.raises(ModelUnavailable, match="cannot be read"):
        verified(tmp_path, sha256=SHA256)


def test_a_package_that_is_not_installed_is_named():
    with pytest.raises(ModelUnavailable, match="no_such_package"):
        package_folder("no_such_package")


def test_the_package_with_the_models_is_found_without_being_imported():
    import subprocess
    import sys

    code = (
        "import sys; from adtailor.engines.model_files import package_folder; "
        "package_folder('adtailor_weights'); sys.exit('adtailor_weights' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
