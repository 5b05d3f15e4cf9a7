"""The one error that computations raise for input they cannot use."""

from __future__ import annotations


class Unusable(ValueError):
    """Input that cannot be used: says what is wrong, where, and how to mend it.

    `text` says what happened and where, `mend` what to do about it. Neither holds a person-level
    value. The command line ends with exit code 2, a page shows both sentences.
    """

    def __init__(self, text: str, *, mend: str = "", where: str = "") -> None:
        self.text = text
        self.mend = mend
        self.where = where
        super().__init__(" ".join(part for part in (where and f"{where}:", text, mend) if part))
