"""Scores of pairs: criteria, and the table of scores that they make together."""

from typing import TYPE_CHECKING

from mentormatch.doors import open_door

if TYPE_CHECKING:
    from mentormatch.scoring.criterion import ORDERED_KINDS as ORDERED_KINDS
    from mentormatch.scoring.criterion import AnswerTally as AnswerTally
    from mentormatch.scoring.criterion import Block as Block
    from mentormatch.scoring.criterion import ItemWeights as ItemWeights
    from mentormatch.scoring.criterion import criteria_by_kind as criteria_by_kind
    from mentormatch.scoring.criterion import defined as defined
    from mentormatch.scoring.criterion import item_weights_of_sides as item_weights_of_sides
    from mentormatch.scoring.scores import MILLION as MILLION
    from mentormatch.scoring.scores import Points as Points
    from mentormatch.scoring.scores import ScoreTable as ScoreTable
    from mentormatch.scoring.scores import contribution as contribution
    from mentormatch.scoring.scores import normalise_weights as normalise_weights
    from mentormatch.scoring.scores import score as score
else:
    __getattr__, __dir__ = open_door(__name__, __file__)
