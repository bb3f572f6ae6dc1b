"""The open-weight engines that run models: ONNX Runtime."""
