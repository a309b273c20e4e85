// Time, cells and rows under one brush and one selection.
import { useSignal, type Signal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { inCase, useLoad } from "./api";
import { Original } from "./evidence";
import { layKeys } from "./keys";
import { SubjectLink, Wait, Yuan } from "./parts";
import { act, params, select, selected, set } from "./state";
import { day, lang_, minute, n, t } from "./text";
import type { Subject } from "./types";

type Row = { at: string; kind: string; from: Subject | null; to: Subject | null; amount: string | null; cell: string; row_id: string };
type Page = { total: number; of: number; offset: number; items: Row[]; kinds: { id: string; zh: string; count: number }[]; span: [string, string]; bins: number[][]; bin_count: number; before: number; cells: { cell: string; count: number }[]; cells_total: number };
const PAGE = 100;
/** The lanes: room for words, width of the time drawn, height of one. */
const LEFT = 108, WIDE = 900, ROW = 22;

const brush = (next: string): void => {
  const before = params.value.t ?? "";
  if (next !== before) act({ label: `${t("time")} ${next.replace("..", " – ") || t("all")}`, do: () => set({ t: next, at: "" }), undo: () => set({ t: before, at: "" }) });
};

export function TimeScreen() {
  const { t: span = "", kinds = "", sort = "time", at = "0" } = params.value;
  const [since = "", until = ""] = span.split("..");
  const query = new URLSearchParams({ sort, offset: at, limit: String(PAGE), ...(since && { since }), ...(until && { until }) });
  for (const one of selected.value) query.append("sel", one);
  for (const one of kinds.split(",").filter(Boolean)) query.append("kind", one);
  const loaded = useLoad<Page>(inCase(`/events?${query}`));
  useLayoutEffect(() => layKeys({ Escape: () => { if (params.value.t) brush(""); else select([]); } }), []);
  return <div class="time">
    <div class="toolbar"><h1>{t("time")}</h1>
      {span && <span class="chip">{day(since)} – {day(until)} <button type="button" class="quiet" aria-label={t("close")} onClick={() => brush("")}>✕</button></span>}
      {selected.value.length > 0 && <span class="chip">{t("selected", { n: selected.value.length })} <button type="button" class="quiet" aria-label={t("close")} onClick={() => select([])}>✕</button></span>}
      <span class="grow" /><label>{t("sort")} <select value={sort} onChange={(event) => set({ sort: event.currentTarget.value, at: "" })}><option value="time">{t("byTime")}</option><option value="amount">{t("amount")}</option></select></label></div>
    <Wait of={loaded.value}>{(it) => <>
      <Lanes page={it} since={since} until={until} chosen={kinds} />
      <div class={it.cells.length ? "split" : ""}><Grid page={it} offset={Number(at)} />
        {it.cells.length > 0 && <div class="cells"><h2>{t("cells")} <span class="count">{it.cells.length} {t("of")} {n(it.cells_total)}</span></h2><ol>{it.cells.map((one, i) => <li key={i}><span>{one.cell}</span><i style={{ width: `${(100 * one.count) / (it.cells[0]?.count || 1)}%` }} /><span class="figure">{n(one.count)}</span></li>)}</ol></div>}</div>
    </>}</Wait></div>;
}

function Grid({ page, offset }: { page: Page; offset: number }) {
  const open = useSignal("");
  return <div class="grid">
    <div class="toolbar small"><span>{t("shown")} {n(page.items.length ? page.offset + 1 : 0)}–{n(page.offset + page.items.length)} {t("of")} {n(page.total)} ({n(page.of)} {t("rows")})</span><span class="grow" />
      <label>{t("jump")} <input type="number" min={1} max={page.total} value={page.offset + 1} onChange={(event) => set({ at: String(Math.max(0, Math.min(page.total - 1, Number(event.currentTarget.value) - 1))) })} /></label>
      <button type="button" disabled={!offset} onClick={() => set({ at: String(Math.max(0, offset - PAGE)) })} aria-label={t("previousPage")}>←</button><button type="button" disabled={offset + PAGE >= page.total} onClick={() => set({ at: String(offset + PAGE) })} aria-label={t("nextPage")}>→</button></div>
    <div class="scroll tall" tabIndex={0} role="region" aria-label={t("rows")}><Sheet page={page} open={open} /></div></div>;
}

/** Rows that any window shows at once; those below follow when they are painted. */
const FIRST = 30;

/** Rows by their place: the next page changes words in the rows that stand, and makes none. */
function Sheet({ page, open }: { page: Page; open: Signal<string> }) {
  const later = useSignal(page);
  useEffect(() => {
    const follow = () => { later.value = page; };
    if (!window.requestIdleCallback) { const id = setTimeout(follow, 30); return () => clearTimeout(id); }
    const id = requestIdleCallback(follow, { timeout: 200 });
    return () => cancelIdleCallback(id);
  }, [page]);
  return <table class="sheet"><thead><tr><th scope="col">{t("byTime")}</th><th scope="col">{t("kind")}</th><th scope="col">{t("from")}</th><th scope="col">{t("to")}</th><th scope="col" class="number">{t("amount")}</th><th scope="col">{t("cell")}</th></tr></thead>
    <tbody>{page.items.slice(0, FIRST).map((one, i) => <Line key={i} of={one} kind={kindName(page, one.kind)} open={open} />)}</tbody><Below of={later} open={open} /></table>;
}

function Below({ of, open }: { of: Signal<Page>; open: Signal<string> }) {
  const page = of.value;
  return <tbody>{page.items.slice(FIRST).map((one, i) => <Line key={i} of={one} kind={kindName(page, one.kind)} open={open} />)}</tbody>;
}

function Line({ of, kind, open }: { of: Row; kind: string; open: Signal<string> }) {
  const on = open.value === of.row_id;
  return <><tr class={on ? "on" : ""}><td><button type="button" class="link-like figure" aria-expanded={on} onClick={() => { open.value = on ? "" : of.row_id; }}>{minute(of.at)}</button></td><td>{kind}</td><td>{of.from && <SubjectLink of={of.from} kind={false} />}</td><td>{of.to && <SubjectLink of={of.to} kind={false} />}</td><td class="number"><Yuan value={of.amount} /></td><td>{of.cell}</td></tr>
    {on && <tr><td colSpan={6}><Original key={of.row_id} table={of.kind} rowId={of.row_id} /></td></tr>}</>;
}

const kindName = (page: Page, id: string): string => (lang_() === "zh" ? page.kinds.find((one) => one.id === id)?.zh ?? id : id);

function Lanes({ page, since, until, chosen }: { page: Page; since: string; until: string; chosen: string }) {
  const box = useRef<SVGSVGElement>(null);
  const drawn = useSignal<[number, number] | null>(null);
  const shown = page.kinds.map((one, i) => ({ ...one, bins: page.bins[i]! })).filter((one) => one.bins.some(Boolean) || one.count);
  const first = Date.parse(page.span[0]), last = Date.parse(page.span[1]), tall = shown.length * ROW + 18;
  const x = (moment: string) => LEFT + ((Date.parse(moment) - first) / (last - first)) * WIDE;
  const when = (share: number) => { const moment = new Date(first + share * (last - first)); const offset = /([+-])(\d\d):(\d\d)$/.exec(page.span[0]); const shift = offset ? (offset[1] === "-" ? -1 : 1) * (Number(offset[2]) * 60 + Number(offset[3])) : 0; return new Date(moment.getTime() + shift * 60000).toISOString().slice(0, 10); };
  const share = (event: PointerEvent) => { const area = box.current!.getBoundingClientRect(); return Math.max(0, Math.min(1, (((event.clientX - area.left) / area.width) * (LEFT + WIDE + 8) - LEFT) / WIDE)); };
  const down = (event: PointerEvent) => {
    const from = share(event);
    const move = (to: PointerEvent) => { drawn.value = [Math.min(from, share(to)), Math.max(from, share(to))]; };
    const stop = () => { removeEventListener("pointermove", move); removeEventListener("pointerup", stop); const now = drawn.value; drawn.value = null;
      if (now && now[1] - now[0] > 0.004) { const end = new Date(Date.parse(when(now[1])) + 864e5).toISOString().slice(0, 10); brush(`${when(now[0])}..${end}`); } };
    addEventListener("pointermove", move); addEventListener("pointerup", stop);
  };
  const toggle = (id: string) => { const now = chosen.split(",").filter(Boolean); set({ kinds: (now.includes(id) ? now.filter((one) => one !== id) : [...now, id]).join(","), at: "" }); };
  return <div class="lanes"><svg ref={box} viewBox={`0 0 ${LEFT + WIDE + 8} ${tall}`} onPointerDown={down} role="group" aria-label={t("time")}>
    {shown.map((one, i) => { const off = chosen && !chosen.split(",").includes(one.id); return <g key={one.id} class={off ? "dim" : ""}>
      <text x={LEFT - 6} y={i * ROW + 16} text-anchor="end" role="button" tabindex={0} aria-pressed={!off} onPointerDown={(event) => event.stopPropagation()} onClick={() => toggle(one.id)} onKeyDown={(event) => { if (event.key === "Enter") toggle(one.id); }}>{lang_() === "zh" ? one.zh : one.id} {n(one.count)}</text>
      <path d={bars(one.bins, (i + 1) * ROW)} /></g>; })}
    {[0, 0.25, 0.5, 0.75, 1].map((one) => <text key={one} class="tick" x={LEFT + one * WIDE} y={tall - 4} text-anchor={one === 0 ? "start" : one === 1 ? "end" : "middle"}>{when(one)}</text>)}
    <Span drawn={drawn} kept={since ? `${x(since)} ${x(until)}` : ""} tall={tall - 16} />
  </svg>{page.before > 0 && <p class="small">{t("before", { n: n(page.before) })} {day(page.span[0])}</p>}</div>;
}

/** A lane's bars as one shape: a hundred and twenty rectangles would be looked at with each answer. */
const bars = (bins: number[], foot: number): string => {
  const most = Math.max(1, ...bins), step = WIDE / bins.length, wide = Math.max(step - 1, 1);
  return bins.map((count, k) => { const tall = Math.max(1.5, (ROW - 4) * Math.sqrt(count / most)); return count ? `M${(LEFT + k * step).toFixed(2)} ${foot}v${(-tall).toFixed(2)}h${wide.toFixed(2)}v${tall.toFixed(2)}z` : ""; }).join("");
};

/** What the hand draws, else what is chosen; while it is drawn nothing else is made anew. */
function Span({ drawn, kept, tall }: { drawn: Signal<[number, number] | null>; kept: string; tall: number }) {
  const [from = 0, to = 0] = drawn.value ? drawn.value.map((one) => LEFT + one * WIDE) : kept.split(" ").map(Number);
  return drawn.value || kept ? <rect class="brush" x={from} width={Math.max(2, to - from)} y={0} height={tall} /> : null;
}
