// One matter of the office: how it stands, who owes what by when, what may be done, with its forms.
import { useSignal } from "@preact/signals";
import { call, Refused, useLoad } from "./api";
import { Button, SubjectLink, Wait } from "./parts";
import { changed, status } from "./state";
import { b, minute, partyName, t, type Both, type Word } from "./text";
import type { Subject } from "./types";

type Field = { name: string; title: Both; type: string; words: string[] | null; optional: boolean; personal: boolean };
type Act = { act: string; title: Both; four_eyes: boolean; reasons: Both[]; asks: Both[]; form: Field[] };
type MatterPage = {
  matter: string; procedure: Both; about: Both; state: Both; subject?: Subject; about_whom?: string;
  parties: { role: Both; party: string }[]; duties: { duty: string; title: Both; party: string; due: string; certainty: string; state: string; cited: string; quality: string }[];
  measures: { name: Both; since: string; until: string; ended: string }[]; acts: Act[];
  proposals: { number: number; act: Both; by: string; mine: boolean; at: string }[];
  events: { number: number; at: string; title: Both; proposed: boolean; by: string; overtaken: boolean }[]; version: number;
};

/** `root` is where its routes begin: a case's, or none for an organisation's own duties. */
export function Matter({ id, root, close }: { id: string; root: string; close: () => void }) {
  const path = `${root}/matters/${id}`;
  const loaded = useLoad<MatterPage>(path);
  const error = useSignal("");
  const send = async (work: () => Promise<{ proposed: boolean }>) => {
    try { const done = await work(); error.value = ""; status.value = t(done.proposed ? "proposed" : "doneAct"); }
    catch (refused) { error.value = (refused as Refused).told; }
    changed.value += 1;
  };
  return <Wait of={loaded.value}>{(it) => {
    const open = it.acts.filter((one) => !one.reasons.length), shut = it.acts.filter((one) => one.reasons.length);
    return <article class="matter">
      <header class="toolbar"><button type="button" class="quiet" onClick={close}>← {t("backToList")}</button><h2>{b(it.procedure)}</h2>{it.subject ? <SubjectLink of={it.subject} /> : <b class="figure">{it.about_whom}</b>}</header>
      <p class="hint">{b(it.about)}</p>
      <p class="notice"><b>{b(it.state)}</b> <span class="small">{it.parties.map((one) => `${b(one.role)}: ${partyName(one.party)}`).join(" · ")}</span></p>
      {error.value && <p class="notice bad" role="alert">{error.value}</p>}
      {it.duties.length > 0 && <table class="sheet cards"><tbody>{it.duties.map((one) => <tr key={one.duty}><td><b>{b(one.title)}</b></td><td>{partyName(one.party)}</td><td class="figure">{minute(one.due)} <small>{one.certainty === "exact" ? "" : t(`due_${one.certainty}` as Word)}</small></td><td>{t(`dutyIs_${one.state}` as Word)}</td><td class="small">{one.cited}</td></tr>)}</tbody></table>}
      {it.proposals.length > 0 && <section><h3>{t("proposals")}</h3><ul class="plain">{it.proposals.map((one) => <li key={one.number} class="slip"><span><b>{b(one.act)}</b> {one.by} <small>{minute(one.at)}</small></span>
        {one.mine ? <span class="hint">{t("ownProposal")}</span> : <Button word="approve" class="primary" onClick={() => void send(() => call("POST", `${path}/approvals`, { proposal: one.number }))} />}</li>)}</ul></section>}
      <section><h3>{t("acts")}</h3>{open.map((one) => <ActForm key={one.act} act={one} send={(fields) => void send(() => call("POST", `${path}/acts`, { act: one.act, fields }))} />)}</section>
      {shut.length > 0 && <details><summary>{t("notYet")} ({shut.length})</summary><dl class="shut">{shut.map((one) => <div key={one.act}><dt>{b(one.title)}</dt><dd>{one.reasons.map((reason) => b(reason)).join(" ")}</dd></div>)}</dl></details>}
      {it.measures.length > 0 && <section><h3>{t("measures")}</h3><ul class="plain">{it.measures.map((one, i) => <li key={i}><b>{b(one.name)}</b> {minute(one.since)} – {minute(one.ended || one.until)}</li>)}</ul></section>}
      <section><h3>{t("happened")}</h3><ol class="history">{it.events.map((one) => <li key={one.number}><span class="figure">{minute(one.at)}</span> <b>{b(one.title)}</b>{one.proposed && ` · ${t("fourEyes")}`} · {one.by}{one.overtaken && ` · ${t("overtaken")}`}</li>)}</ol></section>
    </article>;
  }}</Wait>;
}

function ActForm({ act, send }: { act: Act; send: (fields: Record<string, string | boolean>) => void }) {
  const open = useSignal(false);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const fields: Record<string, string | boolean> = {};
    for (const one of act.form) {
      const value = String(form.get(one.name) ?? "").trim();
      if (value) fields[one.name] = one.type === "bool" ? value === "true" : one.type === "time" ? `${value}${value.length === 16 ? ":00" : ""}` : value;
    }
    send(fields);
    open.value = false;
  };
  return <div class="act"><button type="button" aria-expanded={open.value} onClick={() => { open.value = !open.value; }}>{b(act.title)}{act.four_eyes && <small> · {t("fourEyes")}</small>}</button>
    {open.value && <form class="act-form" onSubmit={submit}>{act.form.map((one) => <label key={one.name}><span>{b(one.title)} {one.optional && <small>{t("optional")}</small>}</span><Input of={one} /></label>)}
      <button type="submit" class="primary">{t(act.four_eyes ? "propose" : "doIt")}</button></form>}</div>;
}

function Input({ of }: { of: Field }) {
  if (of.type === "bool") return <select name={of.name}><option value="">{t("unknown")}</option><option value="true">{t("yes")}</option><option value="false">{t("no")}</option></select>;
  if (of.words) return <select name={of.name} required={!of.optional}><option value="" />{of.words.map((one) => <option key={one}>{one}</option>)}</select>;
  const own = { name: of.name, required: !of.optional, autocomplete: "off" };
  if (of.type === "time") return <input {...own} type="datetime-local" />;
  if (of.type === "day") return <input {...own} type="date" />;
  if (of.type === "int") return <input {...own} type="number" />;
  if (of.type === "money") return <input {...own} type="text" inputMode="decimal" placeholder="0.00" pattern="[0-9]+(\.[0-9]{1,2})?" />;
  return <input {...own} type="text" />;
}
