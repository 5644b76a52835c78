// Tables of points: what two answers, or two people, are worth together to one criterion.

const WHOLE = 100; // what is told of a value between 0 and 1

/** Return the table of a criterion; each gesture is an edit of the form of the programme. */
function pointsTable(form, { at, label, points }) {
  const { people, most } = points;
  const parts = people ? 1 : WHOLE;
  const give = (mentor, mentee, value) => form.edit({ edit: "points", at, mentor, mentee, points: value === null ? null : value / parts });
  const table = { form, at, points, parts, most: most * parts, give };
  const drawn = points.rows.length ? grid(table) : [lines(table), more(table)];
  const lead = form.say(people ? "form_points_people" : "form_points_answers", { most: most * parts });
  return make("section", { class: "points", "aria-label": form.say("form_points_of", { name: label }) }, make("p", { class: "hint" }, lead), drawn);
}

function field({ form, at, most, points, parts }, [mentor, said], [mentee, asked], value, put) {
  const otherwise = points.otherwise === null ? "" : points.otherwise * parts;
  const own = { "data-focus": `p:${at}:${mentor}:${mentee}`, "aria-label": form.say("form_points_cell", { mentor: said, mentee: asked }) };
  const made = make("input", { type: "number", class: "blank", min: 0, max: most, step: "any", value: value ?? "", placeholder: otherwise, ...own });
  made.addEventListener("change", () => {
    if (made.validity.valid) put(made.value === "" ? null : made.valueAsNumber);
    else made.reportValidity();
  });
  return made;
}

/** Return all pairs of answers as a table. */
function grid(table) {
  const { rows, columns, lines: stated, heads } = table.points;
  const known = new Map(stated.map(([mentor, mentee, value]) => [JSON.stringify([mentor, mentee]), round(value * table.parts)]));
  const corner = make("td", { class: "soft" }, `${heads[0]} ↓ ${heads[1]} →`);
  const head = make("tr", {}, corner, columns.map(([, words]) => make("th", { scope: "col" }, words)));
  const body = rows.map((row) =>
    make("tr", {}, make("th", { scope: "row" }, row[1]), columns.map((column) => make("td", {}, field(table, row, column, known.get(JSON.stringify([row[0], column[0]])), (value) => table.give(row[0], column[0], value))))),
  );
  return make("div", { class: "wide-table", tabindex: "0", role: "group", "aria-label": table.form.say("form_points_scroll") }, make("table", { class: "grid" }, make("thead", {}, head), make("tbody", {}, body)));
}

/** Return what is stated, line by line. */
function lines(table) {
  const { form, at, points } = table;
  const items = points.lines.map(([mentor, mentee, value]) =>
    make(
      "li",
      {},
      make("span", {}, `${mentor} – ${mentee}`),
      field(table, [mentor, mentor], [mentee, mentee], round(value * table.parts), (given) => table.give(mentor, mentee, given)),
      make("button", { type: "button", class: "quiet", "data-focus": `p:${at}:${mentor}:${mentee}:remove`, "aria-label": form.say("form_remove_one", { name: `${mentor} – ${mentee}` }), on: { click: () => table.give(mentor, mentee, null) } }, form.say("form_remove")),
    ),
  );
  return items.length ? make("ul", { class: "answers" }, items) : make("p", { class: "hint" }, form.say("form_points_none"));
}

/** Return the place of one more line. */
function more(table) {
  const { form, at, points } = table;
  const who = points.heads.map((name, side) => {
    const own = { class: "blank", "data-focus": `p:${at}:add:${side}`, "aria-label": name };
    if (points.people) return make("input", { type: "text", autocomplete: "off", spellcheck: "false", placeholder: name, ...own });
    return make("select", own, make("option", { value: "" }, name), points.choices[side].map(([value, words]) => make("option", { value }, words)));
  });
  const number = make("input", { type: "number", class: "blank", min: 0, max: table.most, step: "any", value: table.most, "data-focus": `p:${at}:add:points`, "aria-label": form.say("form_unit") });
  const add = () => {
    const empty = [...who, number].find((one) => !one.value.trim() || !one.validity.valid);
    if (empty) empty.focus();
    else table.give(who[0].value.trim(), who[1].value.trim(), number.valueAsNumber);
  };
  return make("p", { class: "more-answers" }, who, number, make("button", { type: "button", "data-focus": `p:${at}:add`, on: { click: add } }, form.say("form_add")));
}

function round(value) {
  return Math.round(value * 1e6) / 1e6;
}
