/** Form of an appeal: its level, and the requirements of the level: conditions, the person who decided, duration, and the numbers on its paper. */
import { html, nothing } from "../../../../vendor/lit-html/lit-html.js";
import { n, t } from "../../../core/i18n.js";
import { label } from "../../../core/labels.js";
import { conditionText, rulesOf } from "../../../core/rules/appeal_rules.js";
import { HOUR_MS, serverNow } from "../../../core/time.js";
import { deciderRows } from "../../../forms/decider_rows.js";
import { otherChangeNotice, row, rows } from "../../../forms/form_row.js";
import { deciderName } from "../../../format/decision_text.js";
import { formatUntil } from "../../../format/time_elements.js";
import { appealMeaning } from "./appeal.js";

/** @param {Form} form @param {LiveBoardView} view */
export function appealBody(form, view) {
  const chosen = form.raw("appeal.level"), rules = rulesOf(chosen);
  const pick = (/** @type {string} */ level) => () => {
    form.edit("appeal.level", level);
    // a level with a maximum duration does not keep the dates of another appeal
    if (rulesOf(level).max_hours !== null && level !== view.model.search.state.appeal.level) for (const path of ["appeal.from", "appeal.until"]) form.edit(path, "");
    view.draw();
  };
  return html`<fieldset class="ladder" data-field="appeal.level">
      <legend>${t("Who is asked to look out? Decide with the police, the prosecutor and the family.")}</legend>
      ${label.level.codes.map((level) => html`<label class="check">
        <input type="radio" name="level" value=${level} ?autofocus=${chosen === level} .checked=${chosen === level} @change=${pick(level)} />
        <span><b>${label.level(level)}</b> <small>${appealMeaning(level)}</small></span>
      </label>`)}
    </fieldset>
    ${otherChangeNotice(form, form.field("appeal.level"), view)}
    ${chosen === "none" ? nothing : html`${conditions(form, rules, view)} ${noPhoto(form, rules, view)} ${deciders(form, rules, view)} ${period(form, rules, view)} ${numbers(rules)}`}
    ${row(form, "reason", view)}`;
}

/** @param {Form} form @param {AppealLevelRules} rules @param {LiveBoardView} view */
function conditions(form, { conditions: keys }, view) {
  if (!keys.length) return nothing;
  return html`<fieldset class="conditions" data-testid="conditions"><legend>${n("One condition, with its basis", "All {count} conditions, each with its basis", keys.length)}</legend>
    ${keys.map((key) => condition(form, key, view))}
  </fieldset>`;
}

/** @param {Form} form @param {string} key @param {LiveBoardView} view */
function condition(form, key, view) {
  const path = `appeal.met.${key}`, basis = `appeal.conditions.${key}`, text = conditionText(key);
  const tick = (/** @type {ControlEvent} */ { target }) => {
    form.edit(path, /** @type {any} */ (target).checked);
    view.draw();
  };
  return html`<div class="condition" data-condition=${key}>
    <label class="check"><input type="checkbox" name=${path} .checked=${form.raw(path) === true} @change=${tick} /> <span>${text}</span></label>
    ${row(form, basis, view, label.field("worrying_basis", "search"))}
  </div>`;
}

/** @param {Form} form @param {AppealLevelRules} rules @param {LiveBoardView} view */
function noPhoto(form, { photo }, view) {
  if (!photo || view.model.search.state.photo) return nothing;
  return row(form, "appeal.no_photo", view);
}

/** @param {Form} form @param {AppealLevelRules} rules @param {LiveBoardView} view */
function deciders(form, { decided_by: roles, required }, view) {
  const who = roles.length ? t("Decided by: {who}", { who: roles.map(deciderName).join(", ") }) : "";
  return deciderRows(form, "appeal.decided_by", view, { hint: who, required });
}

/** @param {Form} form @param {AppealLevelRules} rules @param {LiveBoardView} view */
function period(form, rules, view) {
  return html`<div class="grid">${rows(form, ["appeal.from", "appeal.until"], view)}</div>
    ${rules.max_hours === null ? nothing : html`<ol class="periods" data-testid="periods">${periods(form, rules, view).map((period) => html`<li>${periodButton(form, period, rules, view)}</li>`)}</ol>
      <p class="hint">${t("Each prolongation is decided again, by name.")} ${rules.ends ? t("It ends by itself at its time, with a task to say so.") : nothing}</p>`}`;
}

/** @param {Form} form @param {{ index: number, from: IsoTime, until: IsoTime }} period @param {AppealLevelRules} rules @param {LiveBoardView} view */
function periodButton(form, { index, from, until }, rules, view) {
  const choose = () => {
    form.edit("appeal.until", until);
    view.draw();
  };
  const isChosen = form.value("appeal.until") === until || (!index && !form.value("appeal.until"));
  return html`<button type="button" data-act="until-${index}" class=${index ? "later" : ""} aria-pressed=${isChosen ? "true" : "false"} @click=${choose}>
    <b>${index ? t("to {time}", { time: formatUntil(until) }) : t("{from} to {time}", { from: formatUntil(from), time: formatUntil(until) })}</b>
    <small>${index ? n("{count} prolongation", "{count} prolongations", index) : t("{hours} hours at most", { hours: rules.max_hours })}</small></button>`;
}

/** Return the first period and the prolongations. @param {Form} form @param {AppealLevelRules} rules @param {LiveBoardView} view */
function periods(form, { max_hours: hours, prolongations }, view) {
  const { appeal } = view.model.search.state, isRunning = appeal.level === form.raw("appeal.level") && appeal.from;
  const from = isRunning ? appeal.from : form.value("appeal.from") ?? serverNow().toISOString();
  const at = (/** @type {number} */ index) => new Date(Date.parse(from) + index * (hours ?? 0) * HOUR_MS).toISOString();
  return Array.from({ length: prolongations + 1 }, (_, index) => ({ index, from, until: at(index + 1) }));
}

/** @param {AppealLevelRules} rules */
function numbers({ numbers: list }) {
  return list.length ? html`<p class="hint" data-testid="appeal-numbers">${t("On its paper: {numbers}", { numbers: list.join(" · ") })}</p>` : nothing;
}

/** Return the text of the button. @param {Form} form */
export function sendAppealText(form) {
  const level = form.raw("appeal.level"), { max_hours: hours } = rulesOf(level);
  if (hours === null) return t("Set appeal");
  const until = form.value("appeal.until") ?? new Date(Number(serverNow()) + hours * HOUR_MS).toISOString();
  return t("Set the {level} until {time}", { level: label.level(level), time: formatUntil(until) });
}
