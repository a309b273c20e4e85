// The chain as the report draws it: SVG, so that focus, print and screen readers work.
import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { inCase, useLoad } from "./api";
import { layKeys } from "./keys";
import { Button, RoleSign, SubjectLink, Wait, Yuan } from "./parts";
import { Boards } from "./boards";
import { clearPlaces, follow, openPlaces, places, setPlaces, shift } from "./places";
import { act, params, select, selected, set, status } from "./state";
import { b, n, t } from "./text";
import type { Box, Home, Plan } from "./types";
import { cutRefs, toggleCut, WhatIf } from "./whatif";
import { WideView } from "./wide";

const WIDE = 132;
const list = (text: string | undefined): string[] => (text ?? "").split(",").filter(Boolean);

export function ChainScreen() {
  const { ring = "", fold, unfold } = params.value;
  const query = new URLSearchParams(ring ? { ring } : {});
  for (const one of list(fold)) query.append("fold", one);
  for (const one of list(unfold)) query.append("unfold", one);
  const wide = params.value.view === "wide";
  const loaded = useLoad<Plan>(wide ? null : inCase(`/plan?${query}`));
  if (wide) return <WideView ring={ring} />;
  return <Wait of={loaded.value}>{(plan) => <Board plan={plan} />}</Wait>;
}

function change(label: string, next: { fold?: string[]; unfold?: string[] }): void {
  const before = { fold: params.value.fold ?? "", unfold: params.value.unfold ?? "" };
  const after = { fold: next.fold ? next.fold.join(",") : before.fold, unfold: next.unfold ? next.unfold.join(",") : before.unfold };
  act({ label, do: () => set(after), undo: () => set(before) });
}

function Board({ plan }: { plan: Plan }) {
  const view = useSignal({ x: plan.view[0], y: plan.view[1], k: 1 });
  const size = useSignal<[number, number]>([1000, 560]);
  const open = useSignal("");
  const lasso = useSignal(false);
  const area = useSignal<number[] | null>(null);
  const boards = useSignal(false);
  const home = useLoad<Home>(inCase(""));
  openPlaces(plan.ring);
  const svg = useRef<SVGSVGElement>(null);
  const chosen = new Set(selected.value);
  const keyOf = (one: Box) => (one.refs.length === 1 ? one.refs[0]! : `${one.kind}-${one.role}`);
  const fit = () => { const [x, y, w, h] = plan.view, it = svg.current!; view.value = { x: x - 6, y: y - 4, k: Math.max(0.62, Math.min(1.25, it.clientWidth / (w + 12), it.clientHeight / (h + 8))) }; };
  useEffect(() => { const it = svg.current!, watch = new ResizeObserver(() => { size.value = [it.clientWidth, it.clientHeight]; }); watch.observe(it); size.value = [it.clientWidth, it.clientHeight]; fit(); return () => watch.disconnect(); }, [plan.ring]);
  // The pane that opens takes room from the right and moves nothing; only who would be hidden by it is brought into sight.
  useEffect(() => {
    const one = plan.boxes.find((box) => box.refs.length === 1 && box.refs[0] === selected.value.at(-1)), now = view.peek();
    if (!one) return;
    const right = now.x + size.value[0] / now.k, need = one.x + (places.peek()[keyOf(one)]?.[0] ?? 0) + WIDE + 10;
    if (need > right) view.value = { ...now, x: now.x + need - right };
  }, [selected.value.join(), size.value[0]]);
  const people = plan.boxes.filter((one) => one.kind === "person");
  const foldThese = (boxes: Box[]) => {
    const refs = boxes.flatMap((one) => one.refs);
    if (refs.length) change(`${t("fold")} ${refs.length}`, { fold: [...new Set([...list(params.value.fold), ...refs])], unfold: list(params.value.unfold).filter((one) => !refs.includes(one)) });
  };
  const takeOut = (refs: string[]) => change(`${t("unfold")} ${refs.length}`, { unfold: [...new Set([...list(params.value.unfold), ...refs])], fold: list(params.value.fold).filter((one) => !refs.includes(one)) });
  const selectedBoxes = () => people.filter((one) => one.refs.some((ref) => chosen.has(ref)));
  const movable = (one: Box) => one.kind !== "none";
  const byId = new Map(plan.boxes.map((one) => [one.id, one]));
  const shiftOf = (id: string) => { const one = byId.get(id); return one && places.value[keyOf(one)]; };
  const nudge = (x: number, y: number) => { const keys = plan.boxes.filter((one) => movable(one) && one.refs.some((ref) => chosen.has(ref))).map(keyOf); if (keys.length) shift(keys, [x, y], places.value, t("moveBoxes", { n: keys.length })); };
  const movedKeys = Object.keys(places.value);
  const extend = (step: number) => { const order = [...people].sort((one, two) => one.x - two.x || one.y - two.y), last = order.findIndex((one) => one.refs[0] === selected.value.at(-1)); const next = order[Math.max(0, Math.min(order.length - 1, last + step))]; if (next && !chosen.has(next.refs[0]!)) select(next.refs, true); };
  useLayoutEffect(() => layKeys({
    L: () => { lasso.value = !lasso.value; }, P: () => { const keys = selectedBoxes().map(keyOf).filter((key) => places.value[key]); if (keys.length) clearPlaces(keys, t("unpin")); }, "Ctrl+S": () => { boards.value = true; },
    "Ctrl+ArrowLeft": () => nudge(-20, 0), "Ctrl+ArrowRight": () => nudge(20, 0), "Ctrl+ArrowUp": () => nudge(0, -20), "Ctrl+ArrowDown": () => nudge(0, 20),
    "Shift+ArrowDown": () => extend(1), "Shift+ArrowRight": () => extend(1), "Shift+ArrowUp": () => extend(-1), "Shift+ArrowLeft": () => extend(-1),
    F: () => foldThese(selectedBoxes()), "Shift+F": () => foldThese(people.filter((one) => !one.refs.some((ref) => chosen.has(ref)) && sameKind(one, selectedBoxes(), plan))),
    E: () => { const hidden = selected.value.filter((ref) => plan.hidden.some((group) => group.subjects.some((one) => one.ref === ref))); if (hidden.length) takeOut(hidden); else open.value = plan.hidden[0]?.box ?? ""; },
    X: toggleCut, F2: fit, Escape: () => { if (params.value.whatif) set({ cut: "", cause: "", whatif: "" }); else if (boards.value) boards.value = false; else if (lasso.value) lasso.value = false; else if (open.value) open.value = ""; else select([]); },
  }), [plan, selected.value.join(), movedKeys.join()]);
  const near = new Set(plan.boxes.filter((one) => one.refs.some((ref) => chosen.has(ref))).map((one) => one.id));
  const anyChosen = near.size > 0;
  const zoom = (event: WheelEvent) => {
    if (!event.ctrlKey && !event.shiftKey && Math.abs(event.deltaX) > Math.abs(event.deltaY)) return;
    event.preventDefault();
    const { x, y, k } = view.value, area = svg.current!.getBoundingClientRect();
    const next = Math.max(0.15, Math.min(4, event.deltaY > 0 ? k / 1.12 : k * 1.12)), dx = event.clientX - area.left, dy = event.clientY - area.top;
    view.value = { x: x + dx / k - dx / next, y: y + dy / k - dy / next, k: next };
  };
  useEffect(() => { const it = svg.current!; it.addEventListener("wheel", zoom, { passive: false }); return () => it.removeEventListener("wheel", zoom); }, []);
  const point = (event: PointerEvent) => { const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.current!.getScreenCTM()!.inverse()); return [at.x, at.y] as const; };
  const track = (move: (to: PointerEvent) => void, stop: (to: PointerEvent) => void) => {
    const end = (to: PointerEvent) => { removeEventListener("pointermove", move); removeEventListener("pointerup", end); stop(to); };
    addEventListener("pointermove", move); addEventListener("pointerup", end);
  };
  const dragBox = (one: Box, event: PointerEvent) => {
    if (event.button !== 0 || lasso.value || !movable(one)) return;
    event.stopPropagation();
    const before = places.value, from = point(event);
    const all = one.refs.some((ref) => chosen.has(ref)) ? plan.boxes.filter((box) => movable(box) && box.refs.some((ref) => chosen.has(ref))) : [one];
    const keys = [...new Set(all.map(keyOf))];
    let by: [number, number] = [0, 0];
    track((to) => { const now = point(to); by = [now[0] - from[0], now[1] - from[1]]; if (Math.hypot(...by) > 5) places.value = { ...before, ...Object.fromEntries(keys.map((key) => { const [x, y] = before[key] ?? [0, 0]; return [key, [Math.round(x + by[0]), Math.round(y + by[1])] as [number, number]]; })) }; },
      () => { if (Math.hypot(...by) > 5) { dragged = Date.now(); setPlaces(before); shift(keys, by, before, t("moveBoxes", { n: keys.length })); } });
  };
  const drag = (event: PointerEvent) => {
    if (event.button !== 0 || (!lasso.value && (event.target as Element).closest(".box"))) return;
    if (lasso.value) {
      const from = point(event);
      track((to) => { const now = point(to); area.value = [Math.min(from[0], now[0]), Math.min(from[1], now[1]), Math.abs(now[0] - from[0]), Math.abs(now[1] - from[1])]; },
        (to) => { const it = area.value; area.value = null; lasso.value = false; dragged = Date.now(); if (!it) return;
          const inside = people.filter((one) => { const [dx, dy] = places.value[keyOf(one)] ?? [0, 0], x = one.x + dx + WIDE / 2, y = one.y + dy + one.height / 2; return x > it[0]! && x < it[0]! + it[2]! && y > it[1]! && y < it[1]! + it[3]!; }).flatMap((one) => one.refs);
          select(to.ctrlKey || to.metaKey ? [...new Set([...selected.value, ...inside])] : inside); });
      return;
    }
    const start = view.value, from = [event.clientX, event.clientY] as const;
    track((to) => { view.value = { ...start, x: start.x - (to.clientX - from[0]) / start.k, y: start.y - (to.clientY - from[1]) / start.k }; }, () => undefined);
  };
  const changedFold = list(params.value.fold).length + list(params.value.unfold).length;
  const group = plan.hidden.find((one) => one.box === open.value);
  return <div class="board">
    <div class="toolbar">
      <h1>{t("chain")} <small>{plan.ring}</small></h1>
      <span class="small">{n(plan.reports)} {t("reports")} · <Yuan value={plan.loss} /></span>
      <span class="grow" />
      <Button word="fit" keys="F2" onClick={fit} /><Button word="fold" keys="F" disabled={!selectedBoxes().length} onClick={() => foldThese(selectedBoxes())} />
      <Button word="foldOthers" keys="⇧F" onClick={() => foldThese(people.filter((one) => !one.refs.some((ref) => chosen.has(ref)) && sameKind(one, selectedBoxes(), plan)))} />
      <Button word="whatIf" keys="X" class={params.value.whatif ? "primary" : ""} onClick={() => (selected.value.length ? toggleCut() : set({ whatif: params.value.whatif ? "" : "1" }))} />
      <Button word="lasso" keys="L" class={lasso.value ? "primary" : ""} onClick={() => { lasso.value = !lasso.value; }} />
      <Button word="board" keys="Ctrl+S" onClick={() => { boards.value = !boards.value; }} /><Button word="wide" onClick={() => set({ view: "wide" })} />
      {movedKeys.length > 0 && <button type="button" onClick={() => clearPlaces(null, t("unpin"))}>{t("pinned", { n: movedKeys.length })} · {t("unpin")}</button>}
      {changedFold > 0 && <Button word="tidy" onClick={() => change(t("tidy"), { fold: [], unfold: [] })} />}
    </div>
    <svg ref={svg} class={`chain${anyChosen ? " chosen" : ""}${lasso.value ? " picking" : ""}`} viewBox={`${view.value.x} ${view.value.y} ${size.value[0] / view.value.k} ${size.value[1] / view.value.k}`} onPointerDown={drag} role="group" aria-label={`${t("chain")} ${plan.ring}`}>
      <g class="edges" aria-hidden="true">{plan.edges.map((one, i) => <path key={i} d={follow(one.path, shiftOf(one.origin), shiftOf(one.target))} class={`${one.layer}${near.has(one.origin) || near.has(one.target) ? " near" : ""}`} stroke-width={one.width}><title>{b(one.title)}</title></path>)}</g>
      {plan.heads.map((one, i) => <g key={i} aria-hidden="true"><text class="head" x={one.x} y={one.y}>{b(one.text)}<tspan class="head-n" dx="7">{one.count}</tspan></text></g>)}
      {plan.boxes.map((one) => <BoxMark key={one.id} box={one} by={shiftOf(one.id)} on={near.has(one.id)} open={() => { open.value = one.id; }} grab={(event) => dragBox(one, event)} />)}
      {area.value && <rect class="lasso" x={area.value[0]} y={area.value[1]} width={area.value[2]} height={area.value[3]} />}
    </svg>
    <div class="legend"><span class="key money">{t("money_")}</span><span class="key information">{t("information")}</span><span class="key people">{t("people")}</span><span class="key resale">{t("resale")}</span><span class="small">{t("width")}</span>
      <span class="grow" /><button type="button" class="counter" onClick={() => { open.value = open.value ? "" : plan.hidden[0]?.box ?? ""; }} aria-expanded={!!group} disabled={!plan.hidden.length}>{t("shown")} {n(plan.shown_total)} {t("of")} {n(plan.shown_total + plan.hidden_total)} · {n(plan.hidden_total)} {t("hidden")} ▸</button></div>
    {params.value.whatif && <WhatIf ring={plan.ring} />}
    {boards.value && !params.value.whatif && <Boards generation={home.value.data?.generation ?? ""} close={() => { boards.value = false; }} />}
    {group && !params.value.whatif && !boards.value && <div class="drawer" role="dialog" aria-label={t("hiddenList")}><header><h2><RoleSign role={group.role} /> {b(group.role)}: {n(group.subjects.length)} {t("hidden")}</h2>
      <div class="tabs">{plan.hidden.map((one) => <button type="button" key={one.box} aria-pressed={one.box === open.value} onClick={() => { open.value = one.box; }}>{b(one.role)} {n(one.subjects.length)}</button>)}</div>
      <button type="button" class="quiet" aria-label={t("close")} onClick={() => { open.value = ""; }}>✕</button></header>
      <p class="hint">{t("whyFolded")}</p>
      <ul class="plain">{group.subjects.map((one) => <li key={one.ref}><SubjectLink of={one} /> <Yuan value={one.amount} /> <span class="small">{n(one.rows)} {t("rows")}</span> <Button word="unfold" onClick={() => { takeOut([one.ref]); status.value = `${t("unfold")} ${one.name || one.label}`; }} /></li>)}</ul></div>}
  </div>;
}

/** Others are those of the same column where something is selected; everyone where nothing is; beside the ring the column to its right. */
function sameKind(one: Box, chosen: Box[], plan: Plan): boolean {
  const ring = plan.boxes.find((box) => box.kind === "ring" && box.refs.some((ref) => selected.value.includes(ref)));
  if (ring) return one.x === Math.min(...plan.boxes.filter((box) => box.kind === "person" && box.x > ring.x).map((box) => box.x));
  return !chosen.length || chosen.some((box) => box.role === one.role);
}

/** When something was dragged last: the click that follows is none. */
let dragged = 0;

function BoxMark({ box, by, on, open, grab }: { box: Box; by: [number, number] | undefined; on: boolean; open: () => void; grab: (event: PointerEvent) => void }) {
  const choose = (event: MouseEvent | KeyboardEvent) => { if (Date.now() - dragged < 250) return; if (box.kind === "more") open(); else if (box.refs.length) select(box.refs, event.ctrlKey || event.metaKey); };
  const live = box.kind === "person" || box.kind === "more" || box.kind === "ring";
  return <g class={`box ${box.kind} tone-${box.tone}${on ? " on" : ""}${box.refs.some((one) => cutRefs().includes(one)) && box.kind === "person" ? " cut" : ""}${box.strength !== null && box.strength < 0.6 ? " weak" : ""}${by ? " moved" : ""}`} transform={`translate(${box.x + (by?.[0] ?? 0)} ${box.y + (by?.[1] ?? 0)})`} onPointerDown={grab} data-role={box.role} data-ref={box.refs.length === 1 ? box.refs[0] : undefined}
    {...(live ? { role: "button", tabindex: 0, "aria-pressed": on, onClick: choose, onKeyDown: (event: KeyboardEvent) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); event.stopPropagation(); choose(event); } } } : {})}>
    <title>{b(box.title)}</title><rect width={WIDE} height={box.height} rx={box.kind === "ring" ? 10 : 4} />
    {box.kind === "person" && <rect class="edge" width={4} height={box.height} rx={2} />}
    <text class="first" x={12} y={box.height / 2 - 3}>{b(box.first)}</text><text class="second" x={12} y={box.height / 2 + 13}>{b(box.second)}</text></g>;
}
