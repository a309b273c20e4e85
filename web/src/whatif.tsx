// What a cut would have stopped: a mode of the chain that leaves no trace in the results.
import { inCase, useLoad } from "./api";
import { SubjectLink, Wait, Yuan } from "./parts";
import { params, selected, set } from "./state";
import { b, n, t, yuan, type Both } from "./text";
import type { Subject } from "./types";

type Cut = { title: Both; source: Subject | null; reports: number; reports_known: number; reports_through: number; reports_stopped: number; loss_stopped: string; loss_left: string };
type Answer = { least: string | null; most: string | null; reports_least: number; reports_most: number; reports?: number; of: string | null; cuts: Cut[]; causes: (Cut & { id: string })[]; unknown: number };

export const cutRefs = (): string[] => (params.value.cut ?? "").split(",").filter(Boolean);
export function toggleCut(): void {
  const now = cutRefs(), all = selected.value.every((one) => now.includes(one));
  set({ cut: (all && selected.value.length ? now.filter((one) => !selected.value.includes(one)) : [...new Set([...now, ...selected.value])]).join(","), whatif: "1" });
}

export function WhatIf({ ring }: { ring: string }) {
  const causes = (params.value.cause ?? "").split(",").filter(Boolean);
  const query = new URLSearchParams({ ring });
  for (const one of cutRefs()) query.append("cut", one);
  for (const one of causes) query.append("cause", one);
  const loaded = useLoad<Answer>(inCase(`/what-if?${query}`));
  const flip = (id: string) => set({ cause: (causes.includes(id) ? causes.filter((one) => one !== id) : [...causes, id]).join(",") });
  return <div class="drawer whatif" role="dialog" aria-label={t("whatIf")}><header><h2>✂ {t("whatIf")}</h2><button type="button" class="quiet" aria-label={t("close")} onClick={() => set({ cut: "", cause: "", whatif: "" })}>✕</button></header>
    <Wait of={loaded.value}>{(it) => <>
      {it.least !== null ? <p class="verdict"><b>{t("avoided")} {it.least === it.most ? yuan(it.least) : `${yuan(it.least)} – ${yuan(it.most)}`}</b> {t("of")} <Yuan value={it.of} /> · {it.reports_least === it.reports_most ? n(it.reports_least) : `${n(it.reports_least)}–${n(it.reports_most)}`}/{n(it.reports ?? 0)} {t("reports")}</p> : <p class="hint">{t("whatIfHint")}</p>}
      <div class="tabs">{it.causes.map((one) => <button type="button" key={one.id} aria-pressed={causes.includes(one.id)} onClick={() => flip(one.id)}>{b(one.title)} · {yuan(one.loss_stopped)}</button>)}</div>
      <ul class="plain">{it.cuts.map((one, i) => <li key={i}>✂ {one.source && <SubjectLink of={one.source} />} {b(one.title)}: {n(one.reports_stopped)}/{n(one.reports)} {t("reports")}, <Yuan value={one.loss_stopped} strong /> · {t("knownOf", { n: n(one.reports_known) })}</li>)}</ul>
      {it.unknown > 0 && <p class="hint">{t("cutUnknown", { n: it.unknown })}</p>}<p class="small">{t("cutLimits")}</p></>}</Wait></div>;
}
