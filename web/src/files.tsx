// Files on their way into the case: set apart, read by a child, then taken in or sent back.
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { call, inCase, Refused, useLoad, type Problem } from "./api";
import { Button, Section, Wait } from "./parts";
import { changed, status } from "./state";
import { b, lang_, n, t, type Both } from "./text";
import { busy, startRun, type Job } from "./runs";

type Slip = { id: string; name: string; bytes: number; sha256: string; by: string; at: string };
type Read = { file: string; table: string | null; table_zh?: string | null; profile: string | null; rows_read: number; rows_kept: number; quarantined: number; left_over?: number };
type Answer = { files: Read[]; problems: (Both & { count: number })[]; problems_total: number };
type FilesPage = { waiting: Slip[]; check: Job<Answer>; items: Read[]; total: number; largest: number; endings: string[] };

export function FilesScreen() {
  const loaded = useLoad<FilesPage>(inCase("/files"));
  const error = useSignal("");
  const going = useSignal("");
  const over = useSignal(false);
  const took = useSignal(false);
  const field = useRef<HTMLInputElement>(null);
  const say = async (work: () => Promise<unknown>) => {
    try { error.value = ""; await work(); } catch (refused) { error.value = (refused as Refused).told; }
    changed.value += 1;
  };
  const bring = async (list: FileList | null) => {
    for (const one of list ?? []) {
      going.value = one.name;
      await say(() => send(one));
    }
    going.value = "";
    if (field.current) field.current.value = "";
  };
  return <Wait of={loaded.value}>{(it) => <div class="files">
    <div class="toolbar"><h1>{t("filesScreen")}</h1><span class="small">{n(it.total)} {t("files")}</span><span class="grow" /><button type="button" onClick={() => void startRun()}>{t("startRun")}</button></div>
    <div class={`drop${over.value ? " over" : ""}`} onDragOver={(event) => { event.preventDefault(); over.value = true; }} onDragLeave={() => { over.value = false; }}
      onDrop={(event) => { event.preventDefault(); over.value = false; void bring(event.dataTransfer?.files ?? null); }}>
      <p>{t("bringHint")}</p><label class="button">{t("choose")}<input ref={field} type="file" multiple class="sr" accept={it.endings.join(",")} onChange={(event) => void bring(event.currentTarget.files)} /></label>
      <p class="small">{t("largest", { n: Math.floor(it.largest / 2 ** 30), kinds: it.endings.join(" ") })}</p>
      {going.value && <p role="status">{t("uploading", { name: going.value })}</p>}</div>
    {error.value && <p class="notice bad" role="alert">{error.value}</p>}
    {took.value && <p class="notice" role="status">{t("accepted")} <Button word="startRun" class="primary" onClick={() => void startRun()} /></p>}
    {it.waiting.length > 0 && <Section title={t("waits")} count={n(it.waiting.length)}><ul class="plain">{it.waiting.map((one) => <li key={one.id} class="slip">
      <div><b>{one.name}</b> <span class="small">{n(Math.ceil(one.bytes / 1024))} KB · {one.by} · <code>{one.sha256.slice(0, 12)}…</code></span><Understood of={it.check} name={one.name} /></div>
      <div class="buttons"><Button word={busy(it.check) ? "reading" : "readIt"} disabled={busy(it.check)} onClick={() => void say(() => call("POST", inCase(`/files/${one.id}/reading`), {}))} />
        <Button word="accept" class="primary" onClick={() => void say(async () => { await call("POST", inCase(`/files/${one.id}/acceptance`), {}); took.value = true; })} />
        <Button word="sendBack" onClick={() => void say(() => call("DELETE", inCase(`/files/${one.id}`)))} /></div></li>)}</ul></Section>}
    <Section title={t("inCase")} count={n(it.total)}><table class="sheet"><thead><tr><th scope="col">{t("file")}</th><th scope="col">{t("profileCol")}</th><th scope="col" class="number">{t("rows")}</th><th scope="col" class="number">{t("quarantined")}</th></tr></thead>
      <tbody>{it.items.map((one) => <tr key={one.file}><td>{one.file}</td><td>{(lang_() === "zh" && one.table_zh) || (one.table ?? "–")} <small>{one.profile}</small></td><td class="number">{n(one.rows_kept)}</td><td class={`number${one.quarantined ? " attention" : ""}`}>{n(one.quarantined)}</td></tr>)}</tbody></table></Section>
  </div>}</Wait>;
}

/** The bytes as they are: no form, no parser on the way. */
async function send(file: File): Promise<void> {
  const answer = await fetch(`/api/v1${inCase(`/files/${encodeURIComponent(file.name)}`)}`, { method: "PUT", credentials: "same-origin", headers: { "x-suyuan": "1", "content-type": "application/octet-stream" }, body: file });
  if (!answer.ok) throw new Refused((await answer.json()) as Problem);
  status.value = file.name;
}

function Understood({ of, name }: { of: Job<Answer>; name: string }) {
  const own = of.answer?.files.filter((one) => one.file === name) ?? [];
  if (of.error) return <p class="notice bad">{b(of.error)}</p>;
  return <>{own.map((one, i) => one.table
    ? <p key={i} class="understood">✓ {t("understood", { table: one.table, profile: one.profile ?? "", kept: n(one.rows_kept), read: n(one.rows_read), bad: n(one.quarantined) })}{one.left_over ? ` · ${t("leftOver", { n: one.left_over })}` : ""}</p>
    : <p key={i} class="notice bad">{t("notUnderstood")}</p>)}
    {own.length > 0 && of.answer!.problems.map((one, i) => <p key={i} class="small">{n(one.count)} × {b(one)}</p>)}</>;
}
