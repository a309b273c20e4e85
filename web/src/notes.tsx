// Beside a lead: whose it is, and a note in versions. A second writer sees both texts.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { call, inCase, Refused, useLoad } from "./api";
import { Button } from "./parts";
import { changed, status } from "./state";
import { minute, t } from "./text";

export type Kept = { id: string; version: number; by: string; at: string; note: string; person?: string; state?: string };
export type Beside = { key: string; assignee: string; assigned: number; note: Kept | null; notes_total: number };
type Colleagues = { items: { name: string; open: number }[]; total: number; nobody: number };

export function Assign({ of }: { of: Beside }) {
  const loaded = useLoad<Colleagues>(inCase("/colleagues"));
  const give = async (person: string) => {
    try { await call("PUT", inCase(`/things/lead/${of.key}`), { person }, { "if-match": String(of.assigned) }); status.value = person ? t("takenBy", { who: person }) : t("nobody"); }
    catch (error) { status.value = (error as Refused).told; }
    changed.value += 1;
  };
  return <label class="assign">{t("assignee")} <select value={of.assignee} onChange={(event) => void give(event.currentTarget.value)}>
    <option value="">{t("nobody")}</option>{(loaded.value.data?.items ?? (of.assignee ? [{ name: of.assignee, open: 0 }] : [])).map((one) => <option key={one.name} value={one.name}>{one.name} ({one.open})</option>)}</select></label>;
}

const slot = (key: string): string => `draft:${key}`;
const draftOf = (key: string): string | null => { try { return sessionStorage.getItem(slot(key)); } catch { return null; } };
const keepDraft = (key: string, text: string | null): void => { try { if (text === null) sessionStorage.removeItem(slot(key)); else sessionStorage.setItem(slot(key), text); } catch { /* private mode */ } };
export const dropDrafts = (): void => { try { sessionStorage.clear(); } catch { /* private mode */ } };

export function Note({ of }: { of: Beside }) {
  const standing = of.note?.note ?? "";
  const text = useSignal(draftOf(of.key) ?? standing);
  const upon = useSignal(of.note?.version ?? 0);
  const clash = useSignal<Kept | null>(null);
  const error = useSignal("");
  const older = useSignal<Kept[] | null>(null);
  const dirty = text.value !== standing;
  useEffect(() => { if (draftOf(of.key) === null) { text.value = standing; upon.value = of.note?.version ?? 0; } }, [of.key, of.note?.version]);
  const write = (to: string) => { text.value = to; keepDraft(of.key, to === standing ? null : to); };
  const save = async (version: number) => {
    error.value = "";
    try {
      const kept = await call<Kept>("PUT", inCase(`/things/note/${of.key}`), { note: text.value }, { "if-match": String(version) });
      keepDraft(of.key, null); clash.value = null; upon.value = kept.version; older.value = null; status.value = t("noteKept"); changed.value += 1;
    } catch (refused) {
      const it = refused as Refused;
      if (it.problem.status === 412) clash.value = (it.problem.standing as Kept | null) ?? null; else error.value = it.told;
    }
  };
  const history = async () => { older.value = (await call<{ items: Kept[] }>("GET", inCase(`/things/note/${of.key}`))).items; };
  return <div class="note-box">
    <label>{t("note")}<textarea rows={2} maxLength={4000} value={text.value} placeholder={t("noteHint")} onInput={(event) => write(event.currentTarget.value)} /></label>
    <div class="buttons">{dirty && <Button word="saveNote" class="primary" onClick={() => void save(upon.value)} />}
      {of.note && <span class="small">{t("versionOf", { v: of.note.version, who: of.note.by, at: minute(of.note.at) })}</span>}
      {of.notes_total > 1 && <button type="button" class="quiet" onClick={() => void history()}>{t("olderVersions", { n: of.notes_total })}</button>}
      {dirty && <span class="small">{t("draftKept")}</span>}</div>
    {error.value && <p class="notice bad" role="alert">{error.value}</p>}
    {clash.value && <div class="clash notice" role="alert"><p><b>{t("clash")}</b></p>
      <div class="both"><div><h5>{t("theirs")} · {clash.value.by}</h5><p>{clash.value.note}</p></div><div><h5>{t("yoursKept")}</h5><p>{text.value}</p></div></div>
      <div class="buttons"><Button word="keepMine" onClick={() => void save(clash.value!.version)} /><Button word="takeTheirs" onClick={() => { write(clash.value!.note); keepDraft(of.key, null); upon.value = clash.value!.version; clash.value = null; changed.value += 1; }} /></div></div>}
    {older.value && <ul class="history">{older.value.map((one) => <li key={one.version}><b>{t("versionOf", { v: one.version, who: one.by, at: minute(one.at) })}</b><p>{one.note}</p>{one.version !== of.note?.version && <Button word="restore" onClick={() => write(one.note)} />}</li>)}</ul>}
  </div>;
}
