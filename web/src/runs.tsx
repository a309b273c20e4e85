// A run started from the screen: its steps as they are done, a stop, and how it ended.
import { signal } from "@preact/signals";
import { call, inCase, type Refused } from "./api";
import { Button } from "./parts";
import { b, n, t, type Both, type Word } from "./text";
import { status } from "./state";

export type Step = { title: Both; state: string; done: number; total: number | null; rows?: number; seconds?: number };
export type Job<Answer = unknown> = {
  state: "idle" | "running" | "stopping" | "stopped" | "done" | "failed"; by: string; seconds: number; steps: Step[];
  answer: Answer | null; error: (Both & { try_en?: string; try_zh?: string }) | null; version: number;
};

export const job = signal<Job | null>(null);
export const jobOpen = signal(false);
export const busy = (one: Job | null): boolean => one?.state === "running" || one?.state === "stopping";

async function ask(verb: "POST" | "DELETE"): Promise<void> {
  try { await call(verb, inCase("/runs"), {}); jobOpen.value = true; }
  catch (error) { status.value = (error as Refused).told; }
}
export const startRun = (): Promise<void> => ask("POST");

/** In the header: starts a run, or says how far it is. */
export function RunButton({ unheard, may }: { unheard: number; may: boolean }) {
  const now = job.value;
  if (busy(now)) {
    const done = now!.steps.filter((one) => one.state === "done").length;
    return <button type="button" class="run on" aria-expanded={jobOpen.value} onClick={() => { jobOpen.value = !jobOpen.value; }}>
      <span class="spin" aria-hidden="true" />{t(`runIs_${now!.state}`)} {n(done)}</button>;
  }
  if (!unheard) return null;
  return <span class="stale">{t("stale", { n: unheard })}{may && <button type="button" onClick={() => void startRun()}>{t("runAgain")}</button>}</span>;
}

export function RunDrawer() {
  const now = job.value;
  if (!jobOpen.value || !now) return null;
  return <section class="run-drawer" role="dialog" aria-label={t("runTitle")}>
    <header><h2>{t(`runIs_${now.state}` as Word)}</h2>{now.by && <span class="small">{t("runBy", { who: now.by })}</span>}<span class="grow" />
      {busy(now) && <Button word="stop" disabled={now.state === "stopping"} onClick={() => void ask("DELETE")} />}
      <button type="button" class="quiet" aria-label={t("close")} onClick={() => { jobOpen.value = false; }}>✕</button></header>
    {now.error && <p class="notice bad" role="alert">{b(now.error)}</p>}
    {busy(now) && <p class="hint">{t("runHint")}</p>}
    <ol class="steps" aria-live="polite">{now.steps.map((one, i) => <li key={i} class={one.state}>
      <span class="mark" aria-hidden="true">{one.state === "done" ? "✓" : busy(now) ? "…" : "–"}</span><span>{b(one.title)}</span>
      {one.state === "done" ? <span class="figure">{n(one.rows ?? 0)} {t("rows")} · {(one.seconds ?? 0).toFixed(1)} {t("seconds")}</span>
        : one.total ? <progress max={one.total} value={one.done} /> : <span />}</li>)}</ol>
  </section>;
}
