// People to warn, rules, the dossier, and who did what.
import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { call, inCase, Refused, useLoad } from "./api";
import { layKeys } from "./keys";
import { Button, Score, Section, SubjectLink, Wait, Yuan } from "./parts";
import { SignOn } from "./sign_on";
import { caseId, changed, params, selected, set, status } from "./state";
import { b, lang_, second, n, t, type Both, type Word } from "./text";
import type { Me, Subject } from "./types";

type Warned = { ref: string; phone: string; order: string; source: Subject; score: number; because: Both; version: number; state: string; by: string };
type Warn = { items: Warned[]; total: number; offset: number; done: number; sources: { subject: Subject; count: number }[] };
const CALLS = ["", "warned", "unreached", "wrongNumber", "duplicate"] as const;

export function WarnScreen() {
  const at = Number(params.value.at ?? 0);
  const loaded = useLoad<Warn>(inCase(`/at-risk?limit=100&offset=${at}`));
  const keep = async (one: Warned, state: string) => {
    try { await call("PUT", inCase(`/things/warn/${one.ref}`), { state }, { "if-match": String(one.version) }); changed.value += 1; }
    catch (error) { status.value = (error as Refused).told; changed.value += 1; }
  };
  return <Wait of={loaded.value}>{(it) => <div><div class="toolbar"><h1>{t("warn")}</h1><span class="small">{t("shown")} {n(it.items.length)} {t("of")} {n(it.total)} · {t("doneN", { n: n(it.done) })}</span><span class="grow" />
      <button type="button" disabled={!at} onClick={() => set({ at: String(Math.max(0, at - 100)) })} aria-label={t("previousPage")}>←</button><button type="button" disabled={at + 100 >= it.total} onClick={() => set({ at: String(at + 100) })} aria-label={t("nextPage")}>→</button></div>
    <p class="hint spaced">{it.sources.map((one) => <span key={one.subject.ref}><SubjectLink of={one.subject} /> {n(one.count)} </span>)}</p>
    <table class="sheet"><thead><tr><th scope="col">{t("phone")}</th><th scope="col">{t("score")}</th><th scope="col">{t("because")}</th><th scope="col">{t("call")}</th></tr></thead>
      <tbody>{it.items.map((one) => <tr key={one.ref}><td class="figure">{one.phone}</td><td><Score value={one.score} /></td><td>{b(one.because)}</td><td><select aria-label={`${t("call")} ${one.phone}`} value={one.state} onChange={(event) => void keep(one, event.currentTarget.value)}>{CALLS.map((state) => <option key={state} value={state}>{state ? t(state) : "–"}</option>)}</select> <small>{one.by}</small></td></tr>)}</tbody></table></div>}</Wait>;
}

type Rule = { id: string; title: Both; answers: Record<string, number> };
type Rules = { rules: Rule[]; answers: (Both & { id: string; sign: string })[]; items: { subject: Subject; on: string; answer: string; value: number | null; limit: number | null; reason: Both; source: string }[]; total: number };

export function RulesScreen() {
  const rule = params.value.rule ?? "";
  const loaded = useLoad<Rules>(inCase(`/compliance?limit=200${rule ? `&rule_id=${encodeURIComponent(rule)}` : ""}`));
  return <Wait of={loaded.value}>{(it) => <div><div class="toolbar"><h1>{t("rules")}</h1></div>
    <table class="sheet"><thead><tr><th scope="col">{t("rules")}</th>{it.answers.map((one) => <th scope="col" class="number" key={one.id}>{one.sign} {b(one)}</th>)}</tr></thead>
      <tbody>{it.rules.map((one) => <tr key={one.id} class={rule === one.id ? "on" : ""}><td><button type="button" class="link-like" onClick={() => set({ rule: one.id })}>{b(one.title)}</button></td>{it.answers.map((answer) => <td class="number" key={answer.id}>{one.answers[answer.id] ? n(one.answers[answer.id]!) : "·"}</td>)}</tr>)}</tbody></table>
    {rule && <Section title={b(it.rules.find((one) => one.id === rule)?.title)} count={`${n(it.items.length)} ${t("of")} ${n(it.total)}`}><table class="sheet"><tbody>{it.items.map((one, i) => <tr key={i}><td>{it.answers.find((answer) => answer.id === one.answer)?.sign}</td><td><SubjectLink of={one.subject} /></td><td>{one.on}</td><td class="number">{one.value ?? ""}{one.limit !== null && ` / ${one.limit}`}</td><td>{b(one.reason)}</td></tr>)}</tbody></table></Section>}</div>}</Wait>;
}

type BoardLine = { id: string; note: string; by: string; version: number; hidden: boolean };

export function ReportScreen() {
  const loaded = useLoad<{ state: string; error: (Both & { try_en?: string; try_zh?: string }) | null; items: { name: string; bytes: number }[] }>(inCase("/dossiers"));
  const boards = useLoad<{ items: BoardLine[] }>(inCase("/things/board"));
  const format = useSignal("html");
  const left = useSignal<string[]>([]);
  const error = useSignal("");
  const shown = boards.value.data?.items.filter((one) => !one.hidden) ?? [];
  const flip = (id: string) => { left.value = left.value.includes(id) ? left.value.filter((one) => one !== id) : [...left.value, id]; };
  const bind = async () => {
    const own = shown.filter((one) => !left.value.includes(one.id)).slice(0, 20).map((one) => one.id);
    try { await call("POST", inCase("/dossiers"), { format: format.value, language: lang_(), boards: own }); error.value = ""; status.value = t("binding"); changed.value += 1; }
    catch (refused) { error.value = (refused as Refused).told; }
  };
  return <Wait of={loaded.value}>{(it) => <div><div class="toolbar"><h1>{t("report")}</h1></div><Section title={t("bind")}><p class="hint">{t("bindHint")}</p>
    {shown.length > 0 && <fieldset><legend>{t("boardsInDossier")}</legend>{shown.map((one) => <label key={one.id}><input type="checkbox" checked={!left.value.includes(one.id)} onChange={() => flip(one.id)} /> {one.note} <span class="small">{t("versionBy", { v: one.version, who: one.by })}</span></label>)}</fieldset>}
    <div class="toolbar"><label>{t("form")} <select value={format.value} onChange={(event) => { format.value = event.currentTarget.value; }}>{["html", "docx", "pdf"].map((one) => <option key={one}>{one}</option>)}</select></label><button type="button" class="primary" disabled={it.state === "running"} onClick={() => void bind()}>{t(it.state === "running" ? "binding" : "bind")}</button>{it.state === "failed" && <span class="notice bad" role="alert">{t("failed")} {it.error && (lang_() === "zh" ? `${it.error.zh}${it.error.try_zh ?? ""}` : `${it.error.en} ${it.error.try_en ?? ""}`)}</span>}</div>
    {error.value && <p class="notice bad" role="alert">{error.value}</p>}</Section>
    <Section title={t("made")} count={it.items.length}>{it.items.length ? <ul class="plain">{it.items.map((one) => <li key={one.name}><a href={`/api/v1${inCase(`/dossiers/${one.name}`)}`} download>{one.name}</a> <span class="small">{n(Math.round(one.bytes / 1024))} KB</span></li>)}</ul> : <p class="hint">{t("madeNone")}</p>}</Section></div>}</Wait>;
}

type Wish = { id: string; by: string; subjects: string[]; purpose: Both; reason: string; basis: string; minutes: number; state: string; approver: string; seconds_left: number; mine: boolean };
type Wishes = { items: Wish[]; purposes: (Both & { id: string })[] };
export type Event_ = { sequence: number; at: string; who: string; kind: string; title: Both; subject: string; detail: { person?: string; given?: string[]; ended?: string[]; role?: string; party?: string }; hash: string };

export function AuditScreen() {
  const me = useLoad<Me>("/me");
  return <Wait of={me.value}>{(it) => {
    const posts = it.cases.find((one) => one.id === caseId.value)?.posts ?? [];
    const reads = posts.some((one) => one !== "auditor" && one !== "admin");
    return <div><div class="toolbar"><h1>{t("audit")}</h1></div>{reads && <Reveals posts={posts} name={it.name} alone={it.alone} />}{posts.some((one) => one === "auditor" || one === "supervisor") && <Ledger />}</div>;
  }}</Wait>;
}

function Reveals({ posts, name, alone }: { posts: string[]; name: string; alone: boolean }) {
  const loaded = useLoad<Wishes>(inCase("/reveals"));
  const error = useSignal("");
  const send = async (work: () => Promise<unknown>) => { try { await work(); error.value = ""; changed.value += 1; } catch (refused) { const it = refused as Refused; error.value = it.told; if (it.problem.prove) proving.value = true; } };
  const proving = useSignal(false);
  const wish = (event: SubmitEvent) => { event.preventDefault(); const form = new FormData(event.currentTarget as HTMLFormElement); void send(() => call("POST", inCase("/reveals"), { subjects: selected.value, purpose: form.get("purpose"), reason: form.get("reason"), basis: form.get("basis"), minutes: Number(form.get("minutes")) })); };
  const prove = (event: SubmitEvent) => { event.preventDefault(); const form = new FormData(event.currentTarget as HTMLFormElement); void send(async () => { await call("POST", "/session/proof", { password: form.get("password") }); proving.value = false; }); };
  return <Section title={t("reveals")}><p class="hint">{t(alone ? "revealAlone" : "revealHint")}</p>
    {error.value && <p class="notice bad" role="alert">{error.value}</p>}
    {proving.value && <form class="toolbar" onSubmit={prove}><input hidden name="name" autocomplete="username" value={name} readOnly /><label>{t("password")} <input type="password" name="password" required autocomplete="current-password" /></label><button type="submit" class="primary">{t("signIn")}</button><SignOn fresh /></form>}
    <Wait of={loaded.value}>{(it) => <>{!alone && posts.some((one) => one === "investigator" || one === "supervisor") && <form class="wish" onSubmit={wish}>
      <label>{t("purpose")} <select name="purpose">{it.purposes.map((one) => <option key={one.id} value={one.id}>{b(one)}</option>)}</select></label><label>{t("reason")} <input name="reason" minLength={10} maxLength={400} required /></label><label>{t("basis")} <input name="basis" minLength={2} required /></label><label>{t("minutes")} <input name="minutes" type="number" min={1} max={480} value={30} /></label>
      <button type="submit" disabled={!selected.value.length}>{t("askReveal", { n: selected.value.length })}</button></form>}
      <table class="sheet"><tbody>{it.items.map((one) => <tr key={one.id}><td>{one.by}</td><td>{b(one.purpose)} · {one.basis}</td><td>{one.reason}</td><td>{one.subjects.length} × {one.minutes} min</td><td>{t(one.state as "waiting")}{one.approver && ` · ${one.approver}`}{one.seconds_left > 0 && ` · ${Math.ceil(one.seconds_left / 60)} min`}</td>
        <td>{one.state === "waiting" && posts.includes("supervisor") && <><button type="button" onClick={() => void send(() => call("POST", inCase(`/reveals/${one.id}/answer`), { granted: true }))}>{t("grant")}</button> <button type="button" onClick={() => void send(() => call("POST", inCase(`/reveals/${one.id}/answer`), { granted: false }))}>{t("refuse")}</button></>}
          {one.state === "granted" && <Button word="end" onClick={() => void send(() => call("POST", inCase(`/reveals/${one.id}/end`), {}))} />}</td></tr>)}</tbody></table></>}</Wait></Section>;
}

function Ledger() {
  const events = useLoad<{ items: Event_[]; total: number }>(inCase("/ledger?limit=200"));
  const verdict = useLoad<{ whole: boolean; events: number; root: string; faults: { sequence: number | null; text: Both }[] }>(inCase("/ledger/verdict"));
  return <><Wait of={verdict.value}>{(it) => <div class={`notice ${it.whole ? "" : "bad"}`} role="status"><b>{it.whole ? "✓" : "✗"} {t(it.whole ? "ledgerWhole" : "ledgerBroken")}</b> · {t("total", { n: n(it.events) })} · <code>{it.root.slice(0, 32)}…</code>{it.faults.map((one, i) => <div key={i}>#{one.sequence} {b(one.text)}</div>)}</div>}</Wait>
    <Wait of={events.value}>{(it) => <Section title={t("ledger")} count={`${n(it.items.length)} ${t("of")} ${n(it.total)}`}><EventTable items={it.items} /></Section>}</Wait></>;
}

/** Whom a change of people was about, and which posts were given (+) and ended (−). */
const about = (of: Event_["detail"]): string => [of.person, ...(of.given ?? []).map((one) => `+${t(`post_${one}` as Word)}`), ...(of.ended ?? []).map((one) => `−${t(`post_${one}` as Word)}`), of.party].filter(Boolean).join(" ");

export function EventTable({ items }: { items: Event_[] }) {
  return <table class="sheet"><thead><tr><th scope="col">#</th><th scope="col">{t("byTime")}</th><th scope="col">{t("auditWho")}</th><th scope="col">{t("auditAct")}</th><th scope="col">{t("auditAbout")}</th><th scope="col">{t("auditHash")}</th></tr></thead><tbody>{items.map((one) => <tr key={one.sequence}><td class="figure">{one.sequence}</td><td class="figure">{second(one.at)}</td><td>{one.who}</td><td title={one.kind}>{b(one.title)}</td><td>{one.subject || about(one.detail)}</td><td><code>{one.hash.slice(0, 10)}</code></td></tr>)}</tbody></table>;
}

type Series = { items: { report: string; series: string; ring: string | null; strength: number; because: Both; loss: string | null; at: string }[]; total: number; series: number };
type Decided = { items: { id: string; at: string; by: string; kind: string; reports: string[]; reason: string; heard: boolean; takes_back: string | null }[] };

/** Reports side by side: put together or taken apart by a new row, which the next run obeys. */
export function ReportsScreen() {
  const loaded = useLoad<Series>(inCase("/series"));
  const decided = useLoad<Decided>(inCase("/decisions"));
  const chosen = useSignal<string[]>([]);
  const reason = useSignal("");
  const error = useSignal("");
  const field = useRef<HTMLInputElement>(null);
  const say = async (kind: "merge" | "split" | "undo", decision = "") => {
    if (kind !== "undo" && !reason.value.trim()) { error.value = t("needReason"); field.current?.focus(); return; }
    try { await call("POST", inCase("/decisions"), { kind, reports: kind === "undo" ? [] : chosen.value, decision, reason: reason.value.trim() || t("takeBack") }); chosen.value = []; reason.value = ""; error.value = ""; status.value = t("decided_", { what: t(kind === "undo" ? "takeBack" : kind) }); changed.value += 1; }
    catch (refused) { error.value = (refused as Refused).told; }
  };
  useLayoutEffect(() => layKeys({ M: () => void say("merge"), S: () => void say("split") }), []);
  const flip = (id: string) => { chosen.value = chosen.value.includes(id) ? chosen.value.filter((one) => one !== id) : [...chosen.value, id]; };
  return <Wait of={loaded.value}>{(it) => <div><div class="toolbar"><h1>{t("seriesScreen")}</h1><span class="small">{n(it.total)} {t("reports")} · {n(it.series)} {t("seriesCount")}</span></div>
    <div class="toolbar"><span class="small">{t("selected", { n: chosen.value.length })}</span><label>{t("reason")} <input ref={field} value={reason.value} maxLength={400} onInput={(event) => { reason.value = event.currentTarget.value; }} /></label>
      <Button word="merge" keys="M" disabled={chosen.value.length < 2} onClick={() => void say("merge")} /><Button word="split" keys="S" disabled={chosen.value.length < 2} onClick={() => void say("split")} />{error.value && <span class="notice bad" role="alert">{error.value}</span>}</div>
    <table class="sheet"><thead><tr><th scope="col"><span class="sr">{t("select")}</span></th><th scope="col">{t("reportNo")}</th><th scope="col">{t("byTime")}</th><th scope="col" class="number">{t("loss")}</th><th scope="col">{t("ring")}</th><th scope="col">{t("strength")}</th><th scope="col">{t("because")}</th></tr></thead>
      <tbody>{it.items.map((one, i) => <tr key={one.report} class={`${chosen.value.includes(one.report) ? "on" : ""}${i && it.items[i - 1]!.series !== one.series ? " first" : ""}`}><td><input type="checkbox" aria-label={one.report} checked={chosen.value.includes(one.report)} onChange={() => flip(one.report)} /></td><td>{one.report}</td><td class="figure">{one.at.slice(0, 10)}</td><td class="number"><Yuan value={one.loss} /></td><td>{one.ring ?? "–"}</td><td>{one.strength.toFixed(2)}</td><td>{b(one.because)}</td></tr>)}</tbody></table>
    <Wait of={decided.value}>{(all) => { const own = all.items.filter((one) => one.reports.length); const back = new Set(all.items.map((one) => one.takes_back)); return own.length ? <Section title={t("history")} count={own.length}><ul class="plain">{own.map((one) => <li key={one.id}><b>{one.by}</b> {t(one.kind as "merge")} {one.reports.join(" + ")} · “{one.reason}” {back.has(one.id) ? <span class="small">{t("tookBack")}</span> : <Button word="takeBack" onClick={() => void say("undo", one.id)} />}</li>)}</ul></Section> : null; }}</Wait></div>}</Wait>;
}
