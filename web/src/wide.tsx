// Every link of a ring on a canvas: drawn once into a bitmap, which panning only moves.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { inCase, useLoad } from "./api";
import { layKeys } from "./keys";
import { Button, Wait } from "./parts";
import { select, selected, set, theme } from "./state";
import { b, n, t, type Both } from "./text";

type Node = [ref: string, label: string, name: string, role: string, x: number, y: number];
type Picture = { ring: string; width: number; height: number; nodes: Node[]; edges: [number, number, number, number][]; heads: { x: number; role: string; text: Both; count: number }[]; tones: Record<string, string>; left_out: number; most: number };

const LAYERS = ["--money", "--information", "--people", "--resale"];
const R = 4.5, REACH = 9;
/** Circles of one path: fifty paths of 500 are filled sooner than one of 25,000. */
const SLICE = 500;
/** Radius in pixels of the screen below which a square of the same area is drawn. */
const DOT = 1.5;

export function WideView({ ring }: { ring: string }) {
  const loaded = useLoad<Picture>(inCase(`/wide?${new URLSearchParams(ring ? { ring } : {})}`));
  return <Wait of={loaded.value}>{(picture) => <Canvas picture={picture} />}</Wait>;
}

function Canvas({ picture }: { picture: Picture }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const told = useSignal("");
  const view = useRef({ x: 0, y: 0, k: 1 });
  const paint = useRef<(sharp: boolean) => void>(() => undefined);
  const fit = () => { const it = canvas.current!; const k = Math.min(it.clientWidth / (picture.width + 160), it.clientHeight / (picture.height + 80)); view.current = { x: 60, y: 46, k: Math.min(k, 2.5) }; paint.current(true); };
  useEffect(() => {
    const it = canvas.current!, own = new Path(picture);
    paint.current = own.painter(it, view, () => new Set(selected.value));
    const size = () => {
      const ratio = devicePixelRatio || 1, wide = Math.round(it.clientWidth * ratio), tall = Math.round(it.clientHeight * ratio);
      if (it.width === wide && it.height === tall) return; // an observer's first word is no change
      it.width = wide; it.height = tall; paint.current(true);
    };
    const watch = new ResizeObserver(size);
    watch.observe(it); size(); fit();
    const stop = own.listen(it, view, paint, (node, add) => { if (node) select([node[0]], add); else select([]); }, (text) => { told.value = text; });
    const keys = layKeys({ F2: fit });
    return () => { watch.disconnect(); stop(); keys(); };
  }, [picture]);
  useEffect(() => paint.current(true), [selected.value.join(), theme.value]);
  return <div class="board wide"><div class="toolbar"><h1>{t("wide")} <small>{picture.ring}</small></h1><span class="small">{n(picture.nodes.length)} + {n(picture.edges.length)} {t("marks")}</span><span class="grow" />
      <Button word="fit" keys="F2" onClick={fit} /><Button word="narrow" onClick={() => set({ view: "" })} /></div>
    <canvas ref={canvas} class="canvas" tabIndex={0} role="img" aria-label={`${t("wide")} ${picture.ring}: ${picture.heads.map((one) => `${b(one.text)} ${one.count}`).join(", ")}`} />
    <div class="legend"><span class="key money">{t("money_")}</span><span class="key information">{t("information")}</span><span class="key people">{t("people")}</span><span class="small">{t("wideHint", { n: n(picture.most) })}</span><span class="grow" /><span role="status">{told.value}</span>{picture.left_out > 0 && <span>{t("notDrawnMarks", { n: n(picture.left_out) })}</span>}</div></div>;
}

type View = { current: { x: number; y: number; k: number } };

/** The picture's own geometry: what to draw, and what lies under the pointer. */
class Path {
  private readonly grid = new Map<number, number[]>();
  constructor(private readonly of: Picture) {
    of.nodes.forEach((node, i) => { const key = this.cell(node[4], node[5]); const there = this.grid.get(key); if (there) there.push(i); else this.grid.set(key, [i]); });
  }

  private cell(x: number, y: number): number { return Math.floor(x / 20) * 100003 + Math.floor(y / 20); }

  at(x: number, y: number, reach: number): Node | null {
    let found: Node | null = null, best = reach;
    for (let dx = -1; dx <= 1; dx += 1) for (let dy = -1; dy <= 1; dy += 1) for (const i of this.grid.get(this.cell(x + dx * 20, y + dy * 20)) ?? []) {
      const node = this.of.nodes[i]!, far = Math.hypot(node[4] - x, node[5] - y);
      if (far < best) { best = far; found = node; }
    }
    return found;
  }

  painter(it: HTMLCanvasElement, view: View, chosen: () => Set<string>): (sharp: boolean) => void {
    const bitmap = document.createElement("canvas");
    let drawn = { x: 0, y: 0, k: 1 }, asked = 0, stale = true;
    const draw = () => {
      stale = false;
      bitmap.width = it.width; bitmap.height = it.height;
      drawn = { ...view.current };
      this.draw(bitmap.getContext("2d")!, drawn, chosen());
    };
    return (sharp) => {
      stale ||= sharp;
      cancelAnimationFrame(asked);
      asked = requestAnimationFrame(() => {
        if (stale) draw(); // however many asked for it: once a frame
        const to = it.getContext("2d")!, ratio = devicePixelRatio || 1, now = view.current, k = now.k / drawn.k;
        to.setTransform(1, 0, 0, 1, 0, 0);
        to.clearRect(0, 0, it.width, it.height);
        to.setTransform(k, 0, 0, k, (now.x - drawn.x * k) * ratio, (now.y - drawn.y * k) * ratio);
        to.drawImage(bitmap, 0, 0);
      });
    };
  }

  private draw(to: CanvasRenderingContext2D, view: { x: number; y: number; k: number }, chosen: Set<string>): void {
    const style = getComputedStyle(document.documentElement), colour = (name: string) => style.getPropertyValue(name).trim();
    const ratio = devicePixelRatio || 1, nodes = this.of.nodes, many = this.of.edges.length > 4000;
    to.setTransform(view.k * ratio, 0, 0, view.k * ratio, view.x * ratio, view.y * ratio);
    LAYERS.forEach((name, layer) => {
      to.strokeStyle = colour(name); to.globalAlpha = many ? 0.12 : 0.3; to.lineWidth = 1 / view.k; to.beginPath();
      for (const [a, z, own] of this.of.edges) {
        if (own !== layer) continue;
        const from = nodes[a]!, into = nodes[z]!;
        to.moveTo(from[4], from[5]); to.lineTo(into[4], into[5]);
      }
      to.stroke();
    });
    if (chosen.size) {
      to.globalAlpha = 0.95; to.lineWidth = 1.6 / view.k; to.strokeStyle = colour("--accent"); to.beginPath();
      for (const [a, z] of this.of.edges) { const from = nodes[a]!, into = nodes[z]!; if (chosen.has(from[0]) || chosen.has(into[0])) { to.moveTo(from[4], from[5]); to.lineTo(into[4], into[5]); } }
      to.stroke();
    }
    to.globalAlpha = 1;
    const tones = new Map<string, Node[]>();
    for (const node of nodes) { const tone = chosen.has(node[0]) ? "--accent" : `--${this.of.tones[node[3]] ?? "ring"}`; const there = tones.get(tone); if (there) there.push(node); else tones.set(tone, [node]); }
    for (const [tone, some] of tones) {
      to.fillStyle = colour(tone);
      if (R * view.k * ratio < DOT) { // smaller than a pixel or two a circle is its square
        for (const node of some) { const a = (chosen.has(node[0]) ? R * 1.5 : R) * 1.77; to.fillRect(node[4] - a / 2, node[5] - a / 2, a, a); }
        continue;
      }
      for (let first = 0; first < some.length; first += SLICE) {
        to.beginPath();
        for (const node of some.slice(first, first + SLICE)) { const r = chosen.has(node[0]) ? R * 1.5 : R; to.moveTo(node[4] + r, node[5]); to.arc(node[4], node[5], r, 0, 6.2832); }
        to.fill();
      }
    }
    to.fillStyle = colour("--text"); to.font = `600 ${13 / view.k}px system-ui, "Noto Sans CJK SC", sans-serif`;
    let end = -1e9;
    for (const head of this.of.heads) {
      const text = `${b(head.text)} ${n(head.count)}`, wide = to.measureText(text).width, x = Math.max(head.x - R, end);
      to.fillText(text, x, -14 / view.k); end = x + wide + 14 / view.k;
    }
    to.font = `${11 / view.k}px ui-monospace, monospace`;
    if (view.k > 1.6) for (const node of nodes) if (chosen.has(node[0])) to.fillText(node[2] || node[1], node[4] + R + 3, node[5] + 3);
  }

  listen(it: HTMLCanvasElement, view: View, paint: { current: (sharp: boolean) => void }, pick: (node: Node | null, add: boolean) => void, tell: (text: string) => void): () => void {
    let wait: ReturnType<typeof setTimeout> | undefined;
    const later = () => { clearTimeout(wait); wait = setTimeout(() => paint.current(true), 160); };
    const under = (event: MouseEvent) => { const area = it.getBoundingClientRect(), { x, y, k } = view.current; return this.at((event.clientX - area.left - x) / k, (event.clientY - area.top - y) / k, Math.max(REACH, 8 / k)); };
    const wheel = (event: WheelEvent) => {
      event.preventDefault();
      const area = it.getBoundingClientRect(), by = event.deltaY > 0 ? 1 / 1.15 : 1.15, { x, y, k } = view.current, px = event.clientX - area.left, py = event.clientY - area.top;
      view.current = { x: px - (px - x) * by, y: py - (py - y) * by, k: k * by };
      paint.current(false); later();
    };
    const down = (event: PointerEvent) => {
      const start = { ...view.current }, from = [event.clientX, event.clientY] as const;
      let moved = false;
      const move = (to: PointerEvent) => { const dx = to.clientX - from[0], dy = to.clientY - from[1]; moved ||= Math.hypot(dx, dy) > 4; view.current = { ...start, x: start.x + dx, y: start.y + dy }; paint.current(false); };
      const up = (to: PointerEvent) => { removeEventListener("pointermove", move); removeEventListener("pointerup", up); if (moved) later(); else pick(under(to), to.ctrlKey || to.metaKey); };
      addEventListener("pointermove", move); addEventListener("pointerup", up);
    };
    const hover = (event: PointerEvent) => { if (event.buttons) return; const node = under(event); tell(node ? `${node[2]} ${node[1]}`.trim() : ""); };
    it.addEventListener("wheel", wheel, { passive: false }); it.addEventListener("pointerdown", down); it.addEventListener("pointermove", hover);
    return () => { clearTimeout(wait); it.removeEventListener("wheel", wheel); it.removeEventListener("pointerdown", down); it.removeEventListener("pointermove", hover); };
  }
}
