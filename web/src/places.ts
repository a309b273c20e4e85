// Where a person put boxes of a chain by hand: kept till moved back, undone like any other act.
import { signal } from "@preact/signals";
import { act, caseId } from "./state";

export type Places = Record<string, [number, number]>;
/** Shifts from the plan, by reference (or by name of a box that stands for several). */
export const places = signal<Places>({});
let slot = "";

export function openPlaces(ring: string): void {
  const next = `places:${caseId.value}:${ring}`;
  if (slot === next) return;
  slot = next;
  try { places.value = JSON.parse(sessionStorage.getItem(slot) ?? "{}") as Places; } catch { places.value = {}; }
}

export function setPlaces(next: Places): void {
  places.value = next;
  try { sessionStorage.setItem(slot, JSON.stringify(next)); } catch { /* private mode */ }
}

export function shift(keys: string[], by: [number, number], before: Places, label: string): void {
  const after = { ...before };
  for (const key of keys) { const [x, y] = before[key] ?? [0, 0]; after[key] = [Math.round(x + by[0]), Math.round(y + by[1])]; }
  act({ label, do: () => setPlaces(after), undo: () => setPlaces(before) });
}

export function clearPlaces(keys: string[] | null, label: string): void {
  const before = places.value;
  const after = keys ? Object.fromEntries(Object.entries(before).filter(([key]) => !keys.includes(key))) : {};
  act({ label, do: () => setPlaces(after), undo: () => setPlaces(before) });
}

/** A curve of the plan whose ends follow their boxes: eight numbers, four of each end. */
export function follow(path: string, origin: [number, number] | undefined, target: [number, number] | undefined): string {
  if (!origin && !target) return path;
  let i = 0;
  return path.replace(/-?\d+(\.\d+)?/g, (figure) => {
    const by = (i < 4 ? origin : target)?.[i % 2] ?? 0;
    i += 1;
    return String(Math.round(Number(figure) + by));
  });
}
