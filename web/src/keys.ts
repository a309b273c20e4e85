// Keys under an input method: the first key of a composition arrives as 229 without isComposing, so
// letters are matched by their place (event.code), never in editable elements, never while composing.
import { letters, loading } from "./state";

const composing = (event: KeyboardEvent): boolean => event.isComposing || event.keyCode === 229;
const editable = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && !(target instanceof HTMLInputElement && target.type === "checkbox") && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** The name of a key for a table of shortcuts: `J`, `Shift+F`, `Ctrl+Z`, `/`, `Escape`; empty: not for us. */
export function keyName(event: KeyboardEvent): string {
  const typing = editable(event.target);
  if (typing && (composing(event) || !(event.ctrlKey || event.altKey || event.code === "Escape" || /^F\d+$/.test(event.code)))) return "";
  const code = event.code;
  const base = code.startsWith("Key") ? code.slice(3) : code.startsWith("Digit") ? code.slice(5) : code === "Slash" ? "/" : code === "BracketLeft" ? "[" : code === "BracketRight" ? "]" : code;
  const bare = base.length === 1 && !event.ctrlKey && !event.altKey && !event.metaKey;
  if (bare && !letters.value && base !== "/") return "";
  const marks = [event.ctrlKey || event.metaKey ? "Ctrl" : "", event.altKey ? "Alt" : "", event.shiftKey ? "Shift" : ""].filter(Boolean);
  return [...marks, base].join("+");
}

type Table = Record<string, () => void>;
const tables: Table[] = [];
/** A key pressed before what it is meant for had been loaded; it is answered when that comes, if
 *  nothing else was chosen meanwhile: what it is meant for stands in the address. */
const NONE = { asked: "", at: 0, address: "" };
let unanswered = NONE;

/** Lay a table of shortcuts on top, or under all; the top one answers first. Gives back how to take it away. */
export function layKeys(table: Table, under = false): () => void {
  if (under) tables.unshift(table); else tables.push(table);
  const early = Date.now() - unanswered.at < 2000 && unanswered.address === location.href ? table[unanswered.asked] : undefined;
  if (early) { unanswered = NONE; queueMicrotask(early); }
  return () => { tables.splice(tables.indexOf(table), 1); };
}

let leader = false;
export function listen(): void {
  addEventListener("keydown", (event) => {
    const name = keyName(event);
    if (!name) return;
    const asked = leader ? `G ${name}` : name;
    leader = false;
    if (name === "G" && !asked.startsWith("G G")) { leader = true; return; }
    unanswered = NONE;
    for (const table of [...tables].reverse()) {
      const run = table[asked];
      if (run) { event.preventDefault(); run(); return; }
    }
    if (loading.value > 0) unanswered = { asked, at: Date.now(), address: location.href };
  });
}
