"""How a command ends when it cannot go on: a sentence for the person, and an exit code."""


class CommandError(Exception):
    """What was wrong and what to do next, in the language of the terminal."""

    def __init__(self, sentence: str, code: int = 1) -> None:
        super().__init__(sentence)
        self.code = code
