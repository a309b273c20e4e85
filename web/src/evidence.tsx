// The right pane: why a lead is one, what was weighed against it, and the very lines of the files.
import { useSignal } from "@preact/signals";
import { inCase, useLoad } from "./api";
import { Decide } from "./decide";
import { RoleSign, Score, SubjectLink, Wait, Yuan } from "./parts";
import { marked, paneOpen, params, selected, set } from "./state";
import { Assign, Note } from "./notes";
import { Why } from "./why";
import { b, day, minute, n, t, type Both, type Word } from "./text";
import type { EvidenceRow, Finding, Findings, SignalLine, StoredRow, SubjectPage } from "./types";

export function EvidencePane() {
  const f = params.value.f, first = selected.value[0];
  return (
    <aside class="pane" aria-label={t("evidence")}>
      <header class="pane-head"><h2>{t("evidence")}</h2>
        <button type="button" class="quiet" aria-label={t("close")} onClick={() => { paneOpen.value = false; }}>✕</button></header>
      <div class="pane-body" tabIndex={0}>
        {f ? <OneFinding key={f} id={f} /> : first ? <OneSubject key={first} reference={first} /> : <p class="hint">{t("selectHint")}</p>}
        <p class="lead">{t("lead")}</p>
      </div>
    </aside>
  );
}

function OneSubject({ reference }: { reference: string }) {
  const found = useLoad<Findings>(inCase(`/findings?subject=${encodeURIComponent(reference)}&limit=20`));
  const about = useLoad<SubjectPage>(inCase(`/subjects/${encodeURIComponent(reference)}`));
  return (
    <>
      <Wait of={about.value}>{(it) => <>
        <h3 class="who"><SubjectLink of={it} /></h3>
        {it.hub && <div class="notice"><b>{t("hub")}</b>: {b(it.hub.because)} ({n(it.hub.not_followed)})</div>}
        <Why reference={reference} />
      </>}</Wait>
      <Wait of={found.value}>{(it) => it.items.length
        ? <>{it.items.map((one) => <button type="button" class="card" key={one.id} onClick={() => set({ f: one.id })}>
            <RoleSign role={one.role} /> <b>{b(one.role)}</b> <Score value={one.score} /><span class="because">{b(one.because)}</span></button>)}</>
        : <p class="hint">{t("noFinding")}</p>}</Wait>
      <Wait of={about.value}>{(it) => it.links.length ? <><h4>{t("linksOf")} <span class="count">{it.links.length} {t("moreRows")} {it.links_total}</span></h4>
        {it.links.map((one, i) => <div class="link" key={i}>
          <SubjectLink of={one.source} kind={false} /> <span class="verb">{b(one.link)} →</span> <SubjectLink of={one.target} kind={false} />
          <div class="facts"><Yuan value={one.amount} /> {one.count != null && <span>{n(one.count)} {t("rows")}</span>} <span>{t("strength")} {one.strength.toFixed(2)}</span></div>
          <Rows rows={one.rows} total={one.rows_total} />
        </div>)}</> : null}</Wait>
    </>
  );
}

function OneFinding({ id }: { id: string }) {
  const loaded = useLoad<Finding>(inCase(`/findings/${id}`));
  return <Wait of={loaded.value}>{(it) => <article class="finding" key={it.id} data-id={it.id}>
    <h3 class="who"><RoleSign role={it.role} /> {b(it.role)} <SubjectLink of={it.subject} /></h3>
    <div class="facts"><Score value={it.score} threshold={it.threshold} /><span class={`state ${it.state}`}>{t(it.state)}</span>
      <Yuan value={it.amount} />{it.count != null && <span>{n(it.count)}×</span>}
      {it.first_seen && <span>{day(it.first_seen)} – {day(it.last_seen)}</span>}</div>
    <Assign of={it} />
    <Decide finding={it} many={marked.value.length > 1 ? marked.value : []} />
    <p class="told">{b(it.because)}</p>
    <Note key={it.key} of={it} />
    <h4>{t("rivals")}</h4><p class="told rival">{b(it.rivals)}</p>
    <h4>{t("signals")} <span class="count">{it.signals.length}</span></h4>
    <Signals lines={it.signals} prior={it.prior} />
    <h4>{t("evidenceRows")} <span class="count">{it.rows.length} {t("moreRows")} {n(it.rows_total)}</span></h4>
    <Rows rows={it.rows} total={it.rows_total} />
    <h4>{t("history")}</h4>
    {it.history.length ? <ul class="history">{it.history.map((one) => <li key={one.id}><b>{one.by}</b> {minute(one.at)} · {t(`verb_${one.kind}` as Word)} · “{one.reason}”</li>)}</ul> : <p class="hint">{t("noHistory")}</p>}
    <p class="small">{it.detector} v{it.version}</p>
  </article>}</Wait>;
}

function Signals({ lines, prior }: { lines: SignalLine[]; prior: number | null }) {
  const most = Math.max(1, ...lines.map((one) => Math.abs(one.weight)));
  const bar = (weight: number) => <span class="weigh" aria-hidden="true"><i class={weight < 0 ? "minus" : "plus"} style={{ width: `${Math.min(100, (100 * Math.abs(weight)) / most)}%` }} /></span>;
  const row = (key: string, title: Both | string, value: string, weight: number, missing = false) => (
    <tr key={key} class={missing ? "missing" : ""}><td class="figure">{weight >= 0 ? "+" : "−"}{Math.abs(weight).toFixed(2)}</td><td>{bar(weight)}</td>
      <td>{typeof title === "string" ? title : b(title)}</td><td class="figure">{missing ? t("tableMissing") : value}</td></tr>
  );
  return <table class="signals"><tbody>
    {lines.map((one, i) => row(String(i), one.title, one.value && `${one.value} ${b(one.unit)}`, one.weight, one.missing))}
    {prior !== null && row("prior", t("prior"), "", prior)}
  </tbody></table>;
}

export function Rows({ rows, total }: { rows: EvidenceRow[]; total: number }) {
  const open = useSignal("");
  return <ol class="rows">{rows.map((one) => {
    const on = open.value === one.row_id;
    return <li key={one.row_id}>
      <button type="button" class={`row${on ? " on" : ""}`} aria-expanded={on} onClick={() => { open.value = on ? "" : one.row_id; }}>
        <span class="place">{one.place}</span><code>{one.sha256.slice(0, 4)}…</code><span class="note">{b(one.note) || one.key}</span><span class="figure">{(one.share * 100).toFixed(1)}%</span>
      </button>
      {on && <Original table={one.table} rowId={one.row_id} />}
    </li>;
  })}{total > rows.length && <li class="hint">+ {n(total - rows.length)}</li>}</ol>;
}

export function Original({ table, rowId }: { table: string; rowId: string }) {
  const loaded = useLoad<StoredRow>(inCase(`/rows/${table}/${rowId}?around=3`));
  return <Wait of={loaded.value}>{(it) => <div class="original">
    <div class={`hash ${it.unchanged ? "good" : "bad"}`} role="status"><b aria-hidden="true">{it.unchanged ? "✓" : "✗"}</b> {t(it.unchanged ? "hashSame" : "hashDiffers")}<code>{it.sha256}</code>
      {!it.unchanged && it.sha256_now && <code>{it.sha256_now}</code>}</div>
    {it.lines.length > 0 && <div class="scroll" tabIndex={0} role="region" aria-label={t("original")}><table class="lines"><thead><tr><th scope="col">#</th>{it.header.map((one, i) => <th scope="col" key={i}>{one}</th>)}</tr></thead>
      <tbody>{it.lines.map((line) => <tr key={line.line} class={line.wanted ? "wanted" : ""}><th scope="row">{line.line}</th>{line.cells.map((cell, i) => <td key={i}>{cell}</td>)}</tr>)}</tbody></table></div>}
    {it.note && <p class="hint">{b(it.note)}</p>}
    <details><summary>{t("fields")}</summary><dl class="fields">{it.fields.map((one) => <div key={one.name}><dt title={one.meaning}>{one.name}</dt><dd>{one.subject ? <SubjectLink of={one.subject} kind={false} /> : one.value}</dd></div>)}</dl></details>
  </div>}</Wait>;
}
