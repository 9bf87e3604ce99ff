"""Scripts that run in the pages of a comparison: the claims that a page makes, and the sentences that it must say."""

# Each claim of a page: [place, what it is about, fact, what is said].
READ = r"""() => {
  const claims = [], HELD = ["alarm.taken", "alarm.extended", "alarm.handed_over"];
  const add = (place, about, fact, said) => {
    const text = (said instanceof Element ? said.textContent : said)?.replace(/\s+/g, " ").trim();
    if (text) claims.push([place, about, fact, text]);
  };
  const each = (selector, read) => document.querySelectorAll(selector).forEach(read);
  const owners = (place, about, within) =>
    within.querySelectorAll("[data-testid=owner]").forEach((one) => add(place, about, "owner", one));
  each("article.card[data-card]", (card) => {
    const { dataset: { card: id, kind } } = card, find = (selector) => card.querySelector(selector);
    add("card", id, "name", find(".kind > b"));
    owners("card", id, card);
    if (kind !== "sighting") return;
    add("card", id, "grade", find(".grade")?.getAttribute("aria-label"));
    add("card", id, "seen", find(".when > b"));
    add("card", id, "queue", find("[data-queue]")?.dataset.queue);
    add("card", id, "assessment", find(".confirmed, .assessed"));
  });
  each(".panel[data-panel]", (panel) => {
    const id = panel.dataset.panel, find = (selector) => panel.querySelector(selector);
    const chosen = find("[data-field=assignee] select")?.selectedOptions[0];
    add("panel", id, "name", find(".panel-bar .kind"));
    owners("panel", id, panel);
    add("panel", id, "grade", find("[data-testid=grade] .grade")?.getAttribute("aria-label"));
    if (panel.classList.contains("sighting")) add("panel", id, "seen", find("[data-testid=times] dd"));
    if (chosen) add("panel", id, "assignee", chosen.value || "nobody");
  });
  each("[data-entry]", (entry) => {
    const { dataset: { entry: id, queue } } = entry;
    add("list", id, "name", entry.querySelector(".kind b"));
    owners("list", id, entry);
    add("list", id, "seen", entry.querySelector(".when"));
    add("list", id, "queue", queue);
  });
  each(".work-row[data-card]", (row) => {
    const { dataset: { card: id } } = row, find = (selector) => row.querySelector(selector);
    add("row", id, "name", find(".number"));
    owners("row", id, row);
    add("row", id, "grade", find(".grade")?.getAttribute("aria-label"));
    add("row", id, "seen", find(".seen"));
    add("row", id, "queue", find("[data-queue]")?.dataset.queue);
    add("row", id, "assessment", find(".confirmed, .assessed"));
  });
  each(".own-work [data-work]", (item) => {
    const { dataset: { work: id } } = item;
    const [owner, next] = item.querySelector("[data-testid=owner]").textContent.split("\u00a0· ");
    add("own", id, "owner", owner);
    add("own", id, "next", next);
  });
  each(".watch-line [data-alarm]", (alarm) => {
    const id = alarm.dataset.alarm;
    owners("line", id, alarm);
    if (!alarm.matches(".promise-due")) add("line", id, "seen", alarm.querySelector(".what .detail"));
    add("line", id, "since", alarm.querySelector("time.for")?.dateTime);
    add("line", id, "name", alarm.querySelector(".which"));
  });
  each("[data-testid=calm]", () => add("line", "", "calm", "calm"));
  each("[data-testid=others-asked]", (others) => add("line", "", "others", others));
  each("li[data-search]", (search) => {
    const { dataset: { search: id, status } } = search;
    add("home", id, "status", status);
    owners("home", id, search);
    add("home", id, "name", search.querySelector(".need:is(.alarm, .others, .urgent) b"));
    add("home", id, "since", search.querySelector(".need:is(.alarm, .others) time.since")?.dateTime);
  });
  const { board } = document.body.dataset, newest = document.querySelector("li[data-type^='alarm.']");
  each("[data-testid=head][data-status]", (head) => add("head", board, "status", head.dataset.status));
  each("[data-testid=on-duty] [data-in-charge]", (row) => add("here", "", "holder", row.dataset.account));
  each("[data-testid=holder][data-holder]", (holder) => add("handover", "", "holder", holder.dataset.holder));
  each("[data-shift] .who, [data-testid=duty]", (shift) => add("shift", "", "shift", shift));
  each("[data-testid=open-now]", (list) => add("report", "", "listed", String(list.querySelectorAll("[data-alarm]").length)));
  each("[data-testid=open-now][data-signed]", () => add("report", "", "signed", "true"));
  each("[data-testid=open-now] [data-alarm] [data-testid=owner] > span", (owner) =>
    add("report", owner.closest("[data-alarm]").dataset.alarm, "owner", owner));
  if (newest) add("history", board, "is taken", String(HELD.includes(newest.dataset.type)));
  if (newest) add("history", board, "alarm", newest.querySelector("[data-sentence]"));
  each(".search-tile, .single-search", (tile) => add("wall", tile.dataset.search, "status", "open"));
  each(":is(.search-tile, .single-search) :is(.promised, .alarmed) > *", (said) => {
    const fact = said.matches(".promised > *") ? "promise" : "owner";
    if (said.checkVisibility()) add("tile", said.closest("[data-search]").dataset.search, fact, said);
  });
  each(".alarm-row", (row) => {
    add("wall", row.dataset.alarmOf, "owner", row.querySelector(".alarm-text"));
    add("wall", row.dataset.alarmOf, "since", row.querySelector(".alarm-time").dateTime);
  });
  return claims;
}"""

# The sentences for what the server has, as this reader must be told them.
SAY = """async ({ cards, alarms, accounts, me, holder, duties, listed }) => {
  const from = (path) => import(`/static/js/${path}.js`);
  const [{ loadCatalogue, t }, { untakenText }, { waitsSince }, { clock }, { label }] =
    await Promise.all(["core/i18n", "core/rules/has_anybody", "core/rules/alarms", "core/time", "core/labels"].map(from));
  const [ownership, { namedAlarm, othersText, shortAlarm }, { cardName }, { onDuty }] =
    await Promise.all(["format/ownership", "format/alarm_text", "format/values", "display/on_duty"].map(from));
  const { isLapsed, ownerOf, whoHadIt, whoHasCard, whoHasIt } = ownership;
  await (window.sentences ??= loadCatalogue(document.body.dataset.catalogue));
  const session = { accounts: new Map(Object.entries(accounts).map(([id, name]) => [id, { id, name }])) };
  const named = (id) => (id ? { id, name: accounts[id] } : null);
  const ownerOfCard = (alarm, assignee) => ({ assignee: named(assignee), alarm: alarm && ownerOf(alarm, assignee, session) });
  const byId = new Map(cards.map((card) => [card.id, card])), open = new Map(alarms.map(({ state }) => [state.about.id, state]));
  const ofCard = ({ id, kind, state }) => {
    const { assignee, assessment, grade, queue, seen_at: seen } = state, alarm = open.get(id);
    return {
      name: cardName({ kind, state }), assignee: assignee ?? "nobody", queue, seen: seen ? clock(seen) : null,
      owner: alarm ? whoHasIt(ownerOf(alarm, assignee, session), me) : accounts[assignee] ?? null, isAlarmed: Boolean(alarm),
      own: assignee === me || alarm?.taken_by === me ? whoHasCard(ownerOfCard(alarm, assignee), me) : null,
      next: queue && label.queue(queue),
      grade: grade && t("Grade {grade}", { grade: grade.source + grade.content }),
      assessment: (assessment ?? "unassessed") === "unassessed" ? null : label.assessment(assessment),
    };
  };
  const ofAlarm = ({ id, board, state }) => {
    const card = byId.get(state.about.id), about = { ...state, about: { ...state.about, number: card?.state.number ?? null } };
    return {
      board, card: state.about.id, isOpen: !state.taken_by, name: namedAlarm(about), short: shortAlarm(about),
      owner: whoHasIt(ownerOf(state, card?.state.assignee, session), me), since: waitsSince(state),
      unnamed: untakenText(Boolean(card?.state.assignee), isLapsed(state)), isListed: listed[me]?.includes(id) ?? false,
      reported: whoHasIt(ownerOf(state, card?.state.assignee, session), ""),
      signed: whoHadIt(ownerOf(state, card?.state.assignee, session)),
      taker: state.taken_by && whoHasIt({ taken_by: named(state.taken_by), until: state.until }, ""),
      promise: state.taken_by && [accounts[state.taken_by], clock(state.until)],
    };
  };
  const all = (list, say) => Object.fromEntries(list.map((each) => [each.id, say(each)]));
  const urgent = alarms.filter(({ state }) => state.occasion === "sighting_urgent" && !state.taken_by);
  const elsewhere = urgent.filter(({ id }) => !listed[me]?.includes(id)).length;
  const others = elsewhere ? othersText(elsewhere) : null, held = holder && { name: accounts[holder] };
  const onWall = onDuty({ shift: held, duties: duties.map((id) => ({ name: accounts[id] })) });
  const shift = me ? held && t("Shift: {name}", held) : onWall;
  return { cards: all(cards, ofCard), alarms: all(alarms, ofAlarm), others, shift };
}"""
