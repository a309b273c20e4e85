// The inbox: one lead after the other, by keyboard, back to the same place.
import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { call, inCase, Refused, useLoad } from "./api";
import { afterDecision } from "./decide";
import { layKeys } from "./keys";
import { Button, RoleSign, Score, Wait, Yuan } from "./parts";
import { changed, marked, paneOpen, params, set, status } from "./state";
import { b, n, t } from "./text";
import type { FindingItem, Findings } from "./types";

export function LeadsScreen() {
  const { role = "", state = "", ring = "", whose = "" } = params.value;
  const query = new URLSearchParams({ ...(whose && { assignee: whose }), ...(role && { role }), ...(state && { state }), ...(ring && { ring }), limit: "100" });
  const loaded = useLoad<Findings>(inCase(`/findings?${query}`));
  const more = useSignal<{ key: string; items: FindingItem[]; next: string | null } | null>(null);
  const key = query.toString();
  const data = loaded.value.data;
  const extra = more.value?.key === key ? more.value : null;
  const items = [...(data?.items ?? []), ...(extra?.items ?? [])];
  const next = extra ? extra.next : data?.next ?? null;
  const place = () => items.findIndex((one) => one.id === params.value.f);
  const at = place();
  const list = useRef<HTMLDivElement>(null);
  const open = (index: number) => {
    const one = items[Math.max(0, Math.min(index, items.length - 1))];
    if (one) { set({ f: one.id, sel: one.subject.ref }, true); paneOpen.value = true; document.getElementById(`lead-${one.id}`)?.scrollIntoView({ block: "nearest" }); }
  };
  useLayoutEffect(() => layKeys({ A: () => void takeNext(), M: () => { const one = items[place()]; if (one) flip(one.id); }, J: () => open(place() + 1), K: () => open(place() - 1), ArrowDown: () => open(place() + 1), ArrowUp: () => open(place() - 1) }), [items.length, key]);
  useEffect(() => { afterDecision.run = () => open(state === "open" ? at : at + 1); return () => { afterDecision.run = null; }; }, [at, items.length, key]);
  useEffect(() => { marked.value = []; return () => { marked.value = []; }; }, [key]);
  const flip = (id: string) => { marked.value = marked.value.includes(id) ? marked.value.filter((one) => one !== id) : [...marked.value, id]; };
  const takeNext = async () => {
    try { const got = await call<{ id: string; ref: string }>("POST", inCase("/leads/next"), { role }); set({ whose: "me", f: got.id, sel: got.ref }); paneOpen.value = true; }
    catch (error) { status.value = (error as Refused).told; }
    changed.value += 1;
  };
  const loadMore = async () => {
    const page = await call<Findings>("GET", inCase(`/findings?${query}&cursor=${encodeURIComponent(next ?? "")}`));
    more.value = { key, items: [...(extra?.items ?? []), ...page.items], next: page.next };
  };
  return <div class="leads">
    <div class="toolbar">
      <h1>{t("leads")}</h1>
      <label>{t("role")} <select value={role} onChange={(event) => set({ role: event.currentTarget.value, f: "" })}>
        <option value="">{t("all")}</option>{data?.roles.map((one) => <option key={one.id} value={one.id}>{b(one)} ({n(one.count ?? 0)})</option>)}</select></label>
      <div class="tabs" role="group" aria-label={t("state")}>{(["", "open", "confirmed", "rejected"] as const).map((one) => <button type="button" key={one} aria-pressed={state === one} onClick={() => set({ state: one, f: "" })}>{one ? t(one) : t("all")}</button>)}</div>
      <label>{t("assignee")} <select value={whose} onChange={(event) => set({ whose: event.currentTarget.value, f: "" })}><option value="">{t("anyone")}</option><option value="me">{t("mine")}</option><option value="none">{t("nobody")}</option></select></label>
      <Button word="takeNext" keys="A" onClick={() => void takeNext()} />
      {marked.value.length > 0 && <span class="chip">{t("selected", { n: marked.value.length })} <button type="button" class="quiet" aria-label={t("close")} onClick={() => { marked.value = []; }}>✕</button></span>}
      {data && <span class="small">{t("shown")} {n(items.length)} {t("of")} {n(data.total)}</span>}
    </div>
    <Wait of={loaded.value}>{(it) => <div class="list" ref={list}>
      {items.map((one, i) => <div key={one.id} class="lead-line">
        {i > 0 && items[i - 1]!.decided && !one.decided && <div class="line"><span>{t("below")} · {n(it.total - it.over_threshold)}</span></div>}
        <input type="checkbox" aria-label={`${t("select")} ${one.subject.label}`} checked={marked.value.includes(one.id)} onChange={() => flip(one.id)} />
        <button type="button" id={`lead-${one.id}`} class={`lead-row${at === i ? " on" : ""}`} aria-current={at === i} onClick={() => open(i)}>
          <RoleSign role={one.role} /><span class="figure score-n">{one.score.toFixed(2)}</span>
          <span class="who"><b>{one.subject.name || one.subject.label}</b>{one.subject.name && <span class="id"> {one.subject.label}</span>}<small>{b(one.role)}{one.ring && ` · ${one.ring}`}</small></span>
          <span class="because">{b(one.because)}</span>
          <span class="right"><Yuan value={one.amount} /><span class={`state ${one.state}`}>{t(one.state)}</span>{one.assignee && <span class="tag">{one.assignee}</span>}</span>
        </button></div>)}
      {next && <button type="button" class="more" onClick={() => void loadMore()}>{t("next")} · {n(it.total - items.length)}</button>}
    </div>}</Wait>
  </div>;
}
export { Score };
