// One state for all screens. Whatever a reader can come back to stands in the address, as
// references that name nobody.
import { computed, signal } from "@preact/signals";

export type Screen = "home" | "chain" | "leads" | "reports" | "time" | "money" | "warn" | "rules" | "duties" | "report" | "files" | "audit";
export const SCREENS: Screen[] = ["home", "chain", "leads", "reports", "time", "money", "warn", "rules", "duties", "report", "files", "audit"];
type Params = Record<string, string>;

const kept = (name: string): string | null => { try { return localStorage.getItem(name); } catch { return null; } };
const keep = (name: string, value: string): void => { try { localStorage.setItem(name, value); } catch { /* private mode */ } };

const asked = new URLSearchParams(location.search).get("lang") ?? kept("lang");
export const lang = signal<"en" | "zh">(asked === "en" || asked === "zh" ? asked : navigator.language.startsWith("zh") ? "zh" : "en");
export const theme = signal<"light" | "dark">((kept("theme") as "light" | "dark" | null) ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"));
export const letters = signal(kept("letters") !== "off");
export const paneWidth = signal(Number(kept("pane")) || 430);
export const paneOpen = signal(true);
export const caseId = signal("");
/** The page of whoever keeps people, which is of no case. */
export const atPeople = signal(false);
/** The zone that all times are shown in. */
export const zone = signal("Asia/Shanghai");
export const screen = signal<Screen>("home");
export const params = signal<Params>({});
export const status = signal("");
export const help = signal(false);
/** Grows when decisions, grants or a run change what the server would answer. */
export const changed = signal(0);

/** How many answers of the server are waited for. */
export const loading = signal(0);

/** Leads that one decision is for, where it is for several. */
export const marked = signal<string[]>([]);
const selection = computed(() => params.value.sel ?? "");
/** The same list until it changes, so that what else the address says draws no subject anew. */
export const selected = computed(() => selection.value.split(",").filter(Boolean));

export function setLang(to: "en" | "zh"): void { lang.value = to; keep("lang", to); document.documentElement.lang = to === "zh" ? "zh-CN" : "en"; }
export function setTheme(to: "light" | "dark"): void { theme.value = to; keep("theme", to); document.documentElement.dataset.theme = to; }
export function setLetters(on: boolean): void { letters.value = on; keep("letters", on ? "on" : "off"); }
export function setPane(width: number): void { paneWidth.value = Math.max(300, Math.min(width, innerWidth - 480)); keep("pane", String(paneWidth.value)); }

/** Where the page is, read from the address. */
export function readAddress(): void {
  const [, c, id, page] = location.pathname.split("/");
  caseId.value = c === "c" && id ? id : "";
  atPeople.value = c === "people";
  screen.value = SCREENS.includes(page as Screen) ? (page as Screen) : "home";
  params.value = Object.fromEntries(new URLSearchParams(location.search));
}

export const address = (to: Screen, query: Params = {}): string => {
  const text = new URLSearchParams(Object.entries(query).filter(([, value]) => value)).toString().replace(/%7E/g, "~").replace(/%2C/g, ",");
  return `/c/${caseId.value}${to === "home" ? "" : `/${to}`}${text ? `?${text}` : ""}`;
};

export function goPeople(): void { history.pushState(null, "", "/people"); readAddress(); }

/** Go to a screen. The selection goes along: there is one for all of them. */
export function go(to: Screen, query: Params = {}): void {
  const all: Params = { ...(params.value.sel ? { sel: params.value.sel } : {}), ...(params.value.t ? { t: params.value.t } : {}), ...query };
  history.pushState(null, "", address(to, all));
  readAddress();
}

/** Change parameters of this screen; empty text takes one away. */
export function set(change: Params, replace = false): void {
  const all = Object.fromEntries(Object.entries({ ...params.value, ...change }).filter(([, value]) => value));
  history[replace ? "replaceState" : "pushState"](null, "", address(screen.value, all));
  params.value = all;
}

export function select(refs: string[], add = false): void {
  const now = selected.value;
  const next = add ? (refs.every((one) => now.includes(one)) ? now.filter((one) => !refs.includes(one)) : [...new Set([...now, ...refs])]) : refs;
  if (next.join() !== now.join() || params.value.f) set({ sel: next.join(","), f: "" });
  if (next.length) paneOpen.value = true;
}

export type Command = { do: () => void; undo: () => void; label: string };
const done = signal<Command[]>([]);
const undone = signal<Command[]>([]);
export const canUndo = computed(() => done.value.at(-1)?.label ?? "");
export const canRedo = computed(() => undone.value.at(-1)?.label ?? "");
export function act(command: Command): void { command.do(); done.value = [...done.value, command].slice(-500); undone.value = []; status.value = command.label; }
export function undo(): void { const last = done.value.at(-1); if (last) { last.undo(); done.value = done.value.slice(0, -1); undone.value = [...undone.value, last]; status.value = `↶ ${last.label}`; } }
export function redo(): void { const last = undone.value.at(-1); if (last) { last.do(); undone.value = undone.value.slice(0, -1); done.value = [...done.value, last]; status.value = `↷ ${last.label}`; } }
