"""The command speaks English where that is asked for."""

import pytest

from mentormatch.cli.serve import announce, cannot_listen
from mentormatch.languages import language
from tests.english import assert_english
