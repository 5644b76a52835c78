"""The addresses of the project, as whoever builds a distribution knows them: no file of the project can."""

import os

from hatchling.metadata.plugin.interface import MetadataHookInterface


class ProjectAddresses(MetadataHookInterface):
    """Takes ``PROJECT_URLS``: words such as ``Source=https://host/owner/mentormatch``; without it there are none."""

    def update(self, metadata: dict[str, object]) -> None:
        """Set the addresses; raises ValueError where a word is none."""
        told = [word.partition("=") for word in os.environ.get("PROJECT_URLS", "").split()]
        wrong = ["".join(word) for word in told if not word[0] or not word[2].startswith("https://")]
        if wrong:
            raise ValueError(f"PROJECT_URLS: {' '.join(wrong)}: expected words like Source=https://host/owner/project")
        metadata["urls"] = {name: address for name, _, address in told}
