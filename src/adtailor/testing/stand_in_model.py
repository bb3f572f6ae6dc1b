"""A language model that says what a test tells it to, and remembers every prompt."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from adtailor.ports import Prompt

Says = Callable[[Prompt, Mapping[str, object]], bytes]
Weighs = Callable[[Prompt, Sequence[str]], Mapping[str, float] | None]


@dataclass(slots=True)
class StandInModel:
    """Port `LanguageModel`: `says` and `weighs` are asked in its place."""

    says: Says = lambda _prompt, _schema: b"{}"
    weighs: Weighs = lambda _prompt, _choices: None
    name: str = "stand-in@1"
    at_once: int = 1
    prompts: list[Prompt] = field(default_factory=list[Prompt])
    schemas: list[Mapping[str, object]] = field(default_factory=list[Mapping[str, object]])
    closed: int = 0

    def answer(self, prompt: Prompt, *, schema: Mapping[str, object], most_tokens: int, seed: int = 0) -> bytes:
        """What `says` says."""
        del most_tokens, seed
        self.prompts.append(prompt)
        self.schemas.append(schema)
        return self.says(prompt, schema)

    def weigh(self, prompt: Prompt, choices: Sequence[str]) -> Mapping[str, float] | None:
        """What `weighs` says."""
        self.prompts.append(prompt)
        return self.weighs(prompt, choices)

    def close(self) -> None:
        """Counted."""
        self.closed += 1

    @property
    def shown(self) -> str:
        """All that it was ever shown."""
        return "\n".join(f"{prompt.instructions}\n{prompt.material}" for prompt in self.prompts)
