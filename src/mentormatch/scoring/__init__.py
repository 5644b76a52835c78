"""People -> the score of a pair: criteria, each one file, and the table of scores they make together."""

from typing import TYPE_CHECKING

from mentormatch.doors import open_door

if TYPE_CHECKING:
    from mentormatch.scoring.criterion import ORDERED as ORDERED
    from mentormatch.scoring.criterion import AnswerTally as AnswerTally
    from mentormatch.scoring.criterion import Block as Block
    from mentormatch.scoring.criterion import Stakes as Stakes
    from mentormatch.scoring.criterion import criteria_by_kind as criteria_by_kind
    from mentormatch.scoring.criterion import defined as defined
    from mentormatch.scoring.criterion import stakes_of as stakes_of
    from mentormatch.scoring.scores import MILLION as MILLION
    from mentormatch.scoring.scores import Points as Points
    from mentormatch.scoring.scores import ScoreTable as ScoreTable
    from mentormatch.scoring.scores import contribution as contribution
    from mentormatch.scoring.scores import normalise_weights as normalise_weights
    from mentormatch.scoring.scores import score as score
else:
    __getattr__, __dir__ = open_door(__name__, __file__)
