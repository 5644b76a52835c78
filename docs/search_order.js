// Order of search results: guides, problems and explanations before names of the interface, and decisions last.
const ROOMS = { tutoriel: 30, guides: 30, problems: 30, explanation: 15, start: 15, decisions: -30, contributing: -30 };

var Scorer = {
  score: ([docname, , , , score]) => score + (ROOMS[docname.split("/")[0]] ?? 0),
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};
