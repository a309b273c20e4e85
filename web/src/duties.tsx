// The third door: what this case's findings ask of whom, by when, and who did not do it.
import { useSignal } from "@preact/signals";
import { call, inCase, Refused, useLoad } from "./api";
import { Matter } from "./matter";
import { Button, Section, SubjectLink, Wait, Yuan } from "./parts";
import { caseId, changed, params, set, status } from "./state";
import { b, minute, n, partyName, t, yuan, type Both, type Word } from "./text";
import type { Subject } from "./types";

type Draft = { id: string; procedure: Both; procedure_id: string; subject: Subject; role: string; party: string | null; saves: string | null; because: Both; changed: number };
export type Duty = { matter: string; duty: string; procedure: Both; title: Both; party: string; due: string; certainty: string; state: string; overdue: boolean; clause: string };
type MatterRow = { matter: string; procedure: Both; subject: Subject; state: Both; proposals: number };
type Score = { party: string; duties: number; done: number; late: number; breached: number; open: number; median_hours: number | null };
type DutiesPage = { drafts: Draft[]; drafts_total: number; saves: string; duties: (Duty & { subject: Subject })[]; duties_total: number; matters: MatterRow[]; matters_total: number; parties: Score[]; moment: string };

export function DutiesScreen() {
  const loaded = useLoad<DutiesPage>(inCase("/duties"));
  const open = params.value.m ?? "";
  const draw = async () => {
    try { const got = await call<{ new: number; changed: number; same: number }>("POST", inCase("/duties/drafts"), {}); status.value = t("drawn", { n: got.new, c: got.changed, s: got.same }); }
    catch (error) { status.value = (error as Refused).told; }
    changed.value += 1;
  };
  if (open) return <Matter id={open} root={`/cases/${caseId.value}`} close={() => set({ m: "" })} />;
  return <Wait of={loaded.value}>{(it) => <div class="duties">
    <div class="toolbar"><h1>{t("duties")}</h1><span class="small">{minute(it.moment)}</span><span class="grow" /><Button word="drawDrafts" class={it.drafts_total ? "" : "primary"} onClick={() => void draw()} /></div>
    <Drafts of={it} />
    {it.matters.length > 0 && <Section title={t("matters")} count={`${n(it.matters.length)} ${t("of")} ${n(it.matters_total)}`}><table class="sheet"><tbody>{it.matters.map((one) => <tr key={one.matter}><td><button type="button" class="link-like" onClick={() => set({ m: one.matter })}>{b(one.procedure)}</button></td><td><SubjectLink of={one.subject} /></td><td>{b(one.state)}</td><td>{one.proposals > 0 && <span class="tag">{t("proposals")} {one.proposals}</span>}</td></tr>)}</tbody></table></Section>}
    <Section title={t("openDuties")} count={it.duties_total ? `${n(it.duties.length)} ${t("of")} ${n(it.duties_total)}` : ""}>{it.duties.length ? <DutyTable duties={it.duties} open={(matter) => set({ m: matter })} /> : <p class="hint">{t("dutiesNone")}</p>}</Section>
    {it.parties.length > 0 && <Section title={t("whoDidNot")}><table class="sheet"><thead><tr><th scope="col">{t("owes")}</th>{(["duties", "inTime", "late", "breached", "openN", "medianHours"] as const).map((one) => <th key={one} scope="col" class="number">{t(one)}</th>)}</tr></thead>
      <tbody>{it.parties.map((one) => <tr key={one.party}><td>{partyName(one.party)}</td><td class="number">{n(one.duties)}</td><td class="number">{n(one.done)}</td><td class="number">{n(one.late)}</td><td class={`number${one.breached ? " attention" : ""}`}>{n(one.breached)}</td><td class="number">{n(one.open)}</td><td class="number">{one.median_hours ?? "–"}</td></tr>)}</tbody></table></Section>}
  </div>}</Wait>;
}

function Drafts({ of }: { of: DutiesPage }) {
  const chosen = useSignal<string[]>([]);
  const reason = useSignal("");
  const error = useSignal("");
  const only = params.value.procedure ?? "";
  const shown = of.drafts.filter((one) => !only || one.procedure_id === only);
  const kinds = [...new Map(of.drafts.map((one) => [one.procedure_id, one.procedure])).entries()];
  const flip = (id: string) => { chosen.value = chosen.value.includes(id) ? chosen.value.filter((one) => one !== id) : [...chosen.value, id]; };
  const known = shown.filter((one) => one.party);
  const all = known.length > 0 && known.every((one) => chosen.value.includes(one.id));
  const send = async (work: () => Promise<unknown>, word: Word) => {
    if (reason.value.trim().length < 2) { error.value = t("needReason"); return; }
    try { await work(); chosen.value = []; error.value = ""; status.value = t(word); }
    catch (refused) { error.value = (refused as Refused).told; }
    changed.value += 1;
  };
  const confirm = () => send(() => call("POST", inCase("/duties/confirmations"), { drafts: chosen.value, reason: reason.value.trim() }), "doneAct");
  const drop = () => send(async () => { for (const draft of chosen.value) await call("POST", inCase("/duties/refusals"), { draft, reason: reason.value.trim() }); }, "doneAct");
  return <Section title={t("drafts")} count={of.drafts_total ? `${n(shown.length)} ${t("of")} ${n(of.drafts_total)} · ${t("savesNow")} ${yuan(of.saves)}` : ""}>
    <p class="hint">{t("draftsHint")}</p>
    {of.drafts.length > 0 && <>
      <div class="toolbar"><div class="tabs"><button type="button" aria-pressed={!only} onClick={() => set({ procedure: "" })}>{t("allDrafts")}</button>{kinds.map(([id, title]) => <button type="button" key={id} aria-pressed={only === id} onClick={() => set({ procedure: id })}>{b(title)}</button>)}</div></div>
      <div class="toolbar"><label class="grow">{t("reason")} <input value={reason.value} maxLength={400} onInput={(event) => { reason.value = event.currentTarget.value; }} /></label>
        <button type="button" class="primary" disabled={!chosen.value.length} onClick={() => void confirm()}>{t("confirmN", { n: chosen.value.length })}</button><Button word="dropIt" disabled={!chosen.value.length} onClick={() => void drop()} /></div>
      {error.value && <p class="notice bad" role="alert">{error.value}</p>}
      <div class="scroll drafts" tabIndex={0} role="region" aria-label={t("drafts")}><table class="sheet"><thead><tr><th scope="col"><input type="checkbox" aria-label={t("all")} checked={all} onChange={() => { chosen.value = all ? [] : known.map((one) => one.id); }} /></th><th scope="col">{t("procedure")}</th><th scope="col">{t("whom")}</th><th scope="col">{t("recipient")}</th><th scope="col" class="number">{t("savesNow")}</th><th scope="col">{t("because")}</th></tr></thead>
        <tbody>{shown.map((one) => <tr key={one.id} class={chosen.value.includes(one.id) ? "on" : ""}><td><input type="checkbox" aria-label={`${b(one.procedure)} ${one.subject.label}`} disabled={!one.party} checked={chosen.value.includes(one.id)} onChange={() => flip(one.id)} /></td><td>{b(one.procedure)}</td><td><SubjectLink of={one.subject} kind={false} /></td><td>{one.party ?? <em>{t("recipientUnknown")}</em>}</td><td class="number"><Yuan value={one.saves} /></td><td>{b(one.because)}</td></tr>)}</tbody></table></div></>}
  </Section>;
}

export function DutyTable({ duties, open }: { duties: (Duty & { subject?: Subject; about?: Both })[]; open: (matter: string) => void }) {
  return <table class="sheet cards"><thead><tr><th scope="col">{t("due")}</th><th scope="col">{t("owes")}</th><th scope="col">{t("duty")}</th><th scope="col">{t("whom")}</th><th scope="col">{t("state")}</th></tr></thead>
    <tbody>{duties.map((one) => <tr key={one.matter + one.duty} class={one.overdue ? "overdue" : ""}><td class="figure">{one.due ? minute(one.due) : "–"} {one.overdue && <b class="attention">{t("overdue")}</b>} <small>{one.certainty === "exact" ? "" : t(`due_${one.certainty}` as Word)}</small></td><td>{partyName(one.party)}</td><td><button type="button" class="link-like" onClick={() => open(one.matter)}>{b(one.title)}</button></td><td>{one.subject ? <SubjectLink of={one.subject} kind={false} /> : b(one.about)}</td><td>{t(`dutyIs_${one.state}` as Word)}</td></tr>)}</tbody></table>;
}

type OwnPage = { parties: string[]; items: (Duty & { about: Both })[]; total: number };

/** What an organisation's own people see: their duties, and the form by which they answer. */
export function OwnDuties() {
  const loaded = useLoad<OwnPage>("/duties");
  const open = useSignal("");
  if (open.value) return <Matter id={open.value} root="" close={() => { open.value = ""; changed.value += 1; }} />;
  return <Wait of={loaded.value}>{(it) => <div><h1>{t("ownDuties")} <small>{it.parties.join("、")}</small></h1><p class="hint">{it.parties.length ? t("ownDutiesHint") : t("noParty")}</p>
    {it.items.length ? <Section title={t("openDuties")} count={`${n(it.items.length)} ${t("of")} ${n(it.total)}`}><DutyTable duties={it.items} open={(matter) => { open.value = matter; }} /></Section> : it.parties.length > 0 && <p class="notice">{t("ownNone")}</p>}</div>}</Wait>;
}
