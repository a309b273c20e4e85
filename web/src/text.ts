// Every word of the client, in English and Chinese. What comes from the server brings both itself.
import { lang, zone } from "./state";
import { CASE_WORDS } from "./words";
import { WORK_WORDS } from "./words_work";

export type Both = { en: string; zh: string };

const WORDS = { ...CASE_WORDS, ...WORK_WORDS };

export type Word = keyof typeof WORDS;

export function t(word: Word, fill: Record<string, string | number> = {}): string {
  const text = WORDS[word][lang.value === "zh" ? 1 : 0];
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(fill[name] ?? ""));
}

export const lang_ = (): "en" | "zh" => lang.value;
export const b = (both: Both | null | undefined): string => (both ? both[lang.value] : "");

const plain = new Intl.NumberFormat("en-US");
export const n = (value: number): string => plain.format(value);

/** Exact decimal text from the server, grouped; fen only where there are any. */
export function yuan(value: string | null | undefined): string {
  if (value == null) return "";
  const [whole, fen] = value.split(".");
  const grouped = (whole ?? "").replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  const shown = fen && fen !== "00" ? `${grouped}.${fen}` : grouped;
  return lang.value === "zh" ? `${shown}元` : `¥${shown}`;
}

/** 万/亿 for the tooltip of an amount. */
export function wan(value: string | null | undefined): string {
  const figure = Number(value ?? 0);
  if (figure >= 1e8) return `${(figure / 1e8).toFixed(2)} 亿`;
  return figure >= 1e4 ? `${(figure / 1e4).toFixed(2)} 万` : "";
}

const forms = new Map<string, Intl.DateTimeFormat>();
/** A moment as clock time of the case's zone, whatever offset it came with. */
function clock(moment: string): string {
  if (!/(Z|[+-]\d\d:\d\d)$/.test(moment)) return moment;
  let form = forms.get(zone.value);
  if (!form) { form = new Intl.DateTimeFormat("sv-SE", { timeZone: zone.value || "Asia/Shanghai", dateStyle: "short", timeStyle: "medium" }); forms.set(zone.value, form); }
  return form.format(new Date(moment));
}
export const minute = (moment: string): string => clock(moment).slice(0, 16).replace("T", " ");
export const second = (moment: string): string => clock(moment).slice(0, 19).replace("T", " ");
export const day = (moment: string): string => clock(moment).slice(0, 10);
/** The house's own name among parties. */
export const partyName = (name: string): string => (name === "office" ? t("ourOffice") : name);
