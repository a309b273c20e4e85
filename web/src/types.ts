import type { Beside } from "./notes";
import type { Both } from "./text";

export type Subject = { ref: string; kind: string; kind_text: Both; label: string; name: string };
/** A role as the server's one table has it: words, a letter, and the layer it is coloured after. */
export type Role = Both & { id: string; sign: string; tone: string; count?: number };
export type FindingItem = {
  id: string; role: Role; subject: Subject; ring: string | null; score: number; decided: boolean;
  amount: string | null; count: number | null; first_seen: string; last_seen: string; because: Both;
  state: "open" | "confirmed" | "rejected"; assignee?: string;
};
export type Findings = { items: FindingItem[]; total: number; over_threshold: number; start: number; next: string | null; roles: Role[] };
export type EvidenceRow = { place: string; table: string; table_zh: string; row_id: string; sha256: string; share: number; key: string; note: Both };
export type SignalLine = { title: Both; value: string; unit: Both; weight: number; missing: boolean };
export type Decision = { id: string; at: string; by: string; kind: string; reason: string };
export type Finding = FindingItem & {
  rivals: Both; signals: SignalLine[]; prior: number | null; threshold: number | null; detector: string; version: string;
  rows: EvidenceRow[]; rows_total: number; history: Decision[];
} & Beside;
export type StoredRow = {
  table: string; table_zh: string; place: string; sha256: string; sha256_now: string; unchanged: boolean;
  fields: { name: string; meaning: string; value: string; subject?: Subject }[];
  header: string[]; lines: { line: number; cells: string[]; wanted: boolean }[]; note: Both | null;
};
export type Ring = { id: string; reports: number; victims: number; loss: string; helpers: number; active_from: string; active_to: string };
export type Home = {
  id: string; name: Both; zone: string; generation: string; posts: string[];
  headline: { reports: number; linked: number; victims: number; loss: string; findings: number };
  rings: Ring[]; todo: { kind: string; screen: string; count: number; text: Both }[];
  fresh: { role: Role; count: number; since: string }[]; limits: { table: string; effect: Both }[];
  quality: { files: number; rows: number; quarantined: number }; unheard: number; revealed: number;
};
export type Box = {
  id: string; x: number; y: number; height: number; kind: string; role: string; tone: string; first: Both; second: Both;
  title: Both; strength: number | null; refs: string[];
};
export type Edge = { path: string; width: number; layer: string; title: Both; origin: string; target: string };
export type Plan = {
  ring: string; reports: number; loss: string; view: [number, number, number, number]; boxes: Box[]; edges: Edge[];
  heads: { x: number; y: number; text: Both; count: string }[];
  hidden: { box: string; role: Role; subjects: (Subject & { amount: string | null; rows: number })[] }[];
  hidden_total: number; shown_total: number;
};
export type Link = {
  source: Subject; target: Subject; link: Both | null; ring: string | null; amount: string | null; count: number | null;
  strength: number; rows: EvidenceRow[]; rows_total: number;
};
export type SubjectPage = Subject & { links: Link[]; links_total: number; hub: { degree: number; not_followed: number; because: Both } | null };
export type Me = { name: string; admin: boolean; alone: boolean; cases: { id: string; name: Both; posts: string[] }[] };
