"""A chat model in this process: any GGUF file, run by llama.cpp through xllamacpp (the extra `llm`)."""

import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from adtailor.engines.chat import answer_request, checked_choices, content_of, failed, weigh_request, weights_of
from adtailor.engines.gguf import GgufHead, checked_gguf
from adtailor.errors import InvalidInput, ModelUnavailable
from adtailor.ports import Prompt

EXTRA_HINT = "install the extra: pip install 'adtailor[llm]', or `make test` once in a checkout"
ALTERNATIVES = 100
"""In process more of the likely words can be asked for than a server tells."""
MOST_CONTEXT = 32_768
MOST_THREADS = 256


class LlamaCpp:
    """Port `LanguageModel` in process. Threads take turns; the file is checked at once and loaded at the first prompt.

    The library opens a port on loopback beside it and cannot be told not to; here it takes no call but with a key that
    is drawn anew each time and that nobody is told, and shows neither prompts nor pages.
    """

    def __init__(self, gguf: Path, *, sha256: str | None = None, threads: int = 1, context: int = 4096) -> None:
        """ModelUnavailable if the file is not whole, not the expected, or of a kind that cannot chat."""
        if not 1 <= threads <= MOST_THREADS:
            raise InvalidInput(f"{threads} threads", hint=f"1 to {MOST_THREADS}", field="engine.threads")
        if not 256 <= context <= MOST_CONTEXT:
            raise InvalidInput(f"{context} tokens of context", hint=f"256 to {MOST_CONTEXT}", field="engine.context")
        self.head: GgufHead = checked_gguf(gguf, sha256=sha256)
        self._gguf = gguf
        self._threads = threads
        self._context = min(context, self.head.context or context)
        self._lock = threading.Lock()
        self._server: Any = None
        self._unloadable: ModelUnavailable | None = None

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return f"{self._gguf.stem}@llama.cpp"

    @property
    def at_once(self) -> int:
        """One: a prompt uses all the threads there are."""
        return 1

    def answer(self, prompt: Prompt, *, schema: Mapping[str, object], most_tokens: int, seed: int = 0) -> bytes:
        """What it says to the prompt; see `ports.LanguageModel`."""
        return content_of(
            self._asked(answer_request(prompt, model="", schema=schema, most_tokens=most_tokens, seed=seed))
        )

    def weigh(self, prompt: Prompt, choices: Sequence[str]) -> Mapping[str, float] | None:
        """How likely each choice is as the next word; see `ports.LanguageModel`."""
        checked_choices(choices)
        return weights_of(self._asked(weigh_request(prompt, model="", alternatives=ALTERNATIVES)), choices)

    def close(self) -> None:
        """Free the model; the next prompt loads it again."""
        with self._lock:
            self._server = None  # its threads end and its memory goes with the last reference
            self._unloadable = None

    @property
    def is_loaded(self) -> bool:
        """Whether it takes memory now."""
        return self._server is not None

    def _asked(self, body: dict[str, Any]) -> bytes:
        if any(isinstance(message["content"], list) for message in body["messages"]):
            raise failed("it sees no pictures", hint="use models.look_engine = 'openai_compatible' for photos")
        with self._lock:
            self._load()
            try:
                answered = self._server.handle_chat_completions(body)
            except Exception as error:
                raise failed(f"llama.cpp failed ({type(error).__name__})") from None
        if not isinstance(answered, dict) or "error" in answered:
            raise failed("llama.cpp refused the prompt", hint="it may be longer than engine.context allows")
        return msgspec.json.encode(answered)

    def _load(self) -> None:
        """Once; what could not be loaded then is not tried again for each post."""
        if self._unloadable is not None:
            raise self._unloadable
        if self._server is None:
            try:
                self._server = _loaded(self._gguf, threads=self._threads, context=self._context)
            except ModelUnavailable as error:
                self._unloadable = error
                raise


def _loaded(gguf: Path, *, threads: int, context: int) -> Any:
    library = needed()
    params = library.CommonParams()
    params.model.path = str(gguf)
    params.n_ctx = context
    params.n_parallel = 1
    params.cpuparams.n_threads = threads
    params.cpuparams_batch.n_threads = threads
    params.n_threads_http = 1
    params.warmup = False
    params.verbosity = -1  # its log quotes prompts
    params.cache_ram_mib = 0  # nor does it keep those of other posts
    params.offline = True
    params.api_keys = [secrets.token_urlsafe(32)]
    params.endpoint_slots = False
    params.ui = False
    try:
        return library.Server(params)
    except Exception as error:
        raise ModelUnavailable(
            f"llama.cpp cannot load {gguf.name}: {type(error).__name__}",
            hint="its header is right and its weights are not, or there is too little memory: check its sha256",
        ) from None


def needed() -> Any:
    """The library, or an error that says how to get it."""
    load: Callable[[str], Any] = __import__
    try:
        return load("xllamacpp")
    except ImportError:
        raise ModelUnavailable("xllamacpp, which runs GGUF models, is not installed", hint=EXTRA_HINT) from None
