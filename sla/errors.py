"""What is raised when something given to `sla` makes no sense."""


class SlaError(ValueError):
    """One or more problems with one input, told as whole sentences.

    All problems of an input are collected before raising, so that a person mends a file once, not line by line.
    """

    problems: tuple[str, ...]

    def __init__(self, *problems: str) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems
