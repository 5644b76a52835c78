"""A file of answers -> a first programme, or a first mapping: proposals for people to confirm, never used as such.

Everything that is guessed stands beside a comment that says so; a matching never guesses.
"""

from typing import TYPE_CHECKING

from mentormatch.doors import open_door

if TYPE_CHECKING:
    from mentormatch.programme.drafts.capacity import may_count_places as may_count_places
    from mentormatch.programme.drafts.capacity import taking_side as taking_side
    from mentormatch.programme.drafts.kinds import Guess as Guess
    from mentormatch.programme.drafts.mapping_draft import mapping_text as mapping_text
    from mentormatch.programme.drafts.mapping_draft import propose as propose
    from mentormatch.programme.drafts.programme_draft import Draft as Draft
    from mentormatch.programme.drafts.programme_draft import StatedDraft as StatedDraft
    from mentormatch.programme.drafts.programme_draft import draft as draft
    from mentormatch.programme.drafts.samples import QuestionSample as QuestionSample
    from mentormatch.programme.drafts.samples import Tables as Tables
    from mentormatch.programme.drafts.samples import sample_questions as sample_questions
    from mentormatch.programme.drafts.sensitivity import subject_of as subject_of
    from mentormatch.programme.drafts.uses import guess as guess
else:
    __getattr__, __dir__ = open_door(__name__, __file__)
