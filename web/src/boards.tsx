// Boards: a picture of the chain as somebody arranged it, kept in versions and shared by all.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { call, inCase, Refused, useLoad } from "./api";
import { Button, Wait } from "./parts";
import { places, setPlaces, type Places } from "./places";
import { changed, params, set, status } from "./state";
import { minute, n, t } from "./text";

type Board = { id: string; version: number; by: string; at: string; note: string; state: string; address: string; hidden: boolean; places?: Places };
type Picture = Pick<Board, "note" | "state" | "address"> & { places: Places; hidden?: boolean };
type Clash = { theirs: Board; mine: Picture };
const fresh = (): string => crypto.randomUUID().slice(0, 13);
const CARRIED = ["ring", "fold", "unfold", "cut", "cause", "sel"] as const;

export function Boards({ generation, close }: { generation: string; close: () => void }) {
  const loaded = useLoad<{ items: Board[]; total: number }>(inCase("/things/board"));
  const [current = "", opened = "0"] = (params.value.board ?? "").split(".");
  const own = loaded.value.data?.items.find((one) => one.id === current);
  const name = useSignal(own?.note ?? "");
  useEffect(() => { if (own && !name.value) name.value = own.note; }, [own?.id]);
  const away = useSignal(false);
  const error = useSignal("");
  const clash = useSignal<Clash | null>(null);
  const put = async (id: string, version: number, body: Picture) => {
    try { const kept = await call<Board>("PUT", inCase(`/things/board/${id}`), body, { "if-match": String(version) }); error.value = ""; clash.value = null; return kept; }
    catch (refused) { const it = refused as Refused, theirs = it.problem.standing as Board | null; if (it.problem.status === 412 && theirs) clash.value = { theirs, mine: body }; else error.value = it.told; return null; }
    finally { changed.value += 1; }
  };
  const keepAs = async (id: string, version: number, body: Picture) => {
    const kept = await put(id, version, body);
    if (kept) { set({ board: `${id}.${kept.version}` }, true); name.value = body.note; status.value = t("boardKept", { name: body.note }); }
  };
  const keep = async (event: Event) => {
    event.preventDefault();
    const title = name.value.trim();
    if (!title) return;
    const again = own && own.note === title;
    const query = new URLSearchParams(CARRIED.flatMap((key) => (params.value[key] ? [[key, params.value[key]]] : [])));
    // Upon the version that was opened here: what another kept since is not written over unseen.
    await keepAs(again ? own.id : fresh(), again ? Number(opened) : 0, { note: title, state: generation.slice(0, 40), address: `/c/${inCase("").split("/").at(-1)}/chain?${query}`, places: places.value });
  };
  const open = (one: Board) => {
    const query = Object.fromEntries(new URLSearchParams(one.address.split("?")[1] ?? ""));
    set({ ...Object.fromEntries(CARRIED.map((key) => [key, query[key] ?? ""])), board: `${one.id}.${one.version}` });
    setPlaces(one.places ?? {});
    name.value = one.note; clash.value = null;
  };
  return <div class="drawer boards" role="dialog" aria-label={t("board")}><header><h2>{t("board")}</h2><form class="toolbar" onSubmit={(event) => void keep(event)}><label class="sr" for="board-name">{t("boardName")}</label><input id="board-name" value={name.value} maxLength={80} placeholder={t("boardName")} onInput={(event) => { name.value = event.currentTarget.value; }} /><button type="submit" class="primary" disabled={!name.value.trim()}>{t("keepBoard")}</button></form>
    <button type="button" class="quiet" aria-label={t("close")} onClick={close}>✕</button></header>
    {error.value && <p class="notice bad" role="alert">{error.value}</p>}
    {clash.value && <Both of={clash.value} open={open} keep={(id, version) => keepAs(id, version, clash.value!.mine)} />}
    <Wait of={loaded.value}>{(it) => {
      const hidden = it.items.filter((one) => one.hidden), shown = away.value ? it.items : it.items.filter((one) => !one.hidden);
      return <>{shown.length ? <ul class="plain">{shown.map((one) => <li key={one.id} class={`slip${one.id === current ? " on" : ""}`}><span><b>{one.note}</b> <span class="small">{t("versionOf", { v: one.version, who: one.by, at: minute(one.at) })}</span>{one.state && !generation.startsWith(one.state) && <span class="tag">{t("changedSince")}</span>}</span>
        <span class="buttons"><Button word="openBoard" onClick={() => open(one)} /><Button word={one.hidden ? "bringBack" : "putAway"} onClick={() => void put(one.id, one.version, { note: one.note, state: one.state, address: one.address, places: one.places ?? {}, hidden: !one.hidden }).then((kept) => { if (kept?.id === current) set({ board: `${kept.id}.${kept.version}` }, true); })} /></span></li>)}</ul> : <p class="hint">{t("boardsNone")}</p>}
        {hidden.length > 0 && <button type="button" class="quiet" aria-pressed={away.value} onClick={() => { away.value = !away.value; }}>{t("boardAway", { n: n(hidden.length) })}</button>}</>;
    }}</Wait></div>;
}

/** Another kept this board first: both pictures in words, and what can be done with either. */
function Both({ of, open, keep }: { of: Clash; open: (one: Board) => void; keep: (id: string, version: number) => void }) {
  const { theirs, mine } = of;
  const moved = (at: Places | undefined) => t("pinned", { n: Object.keys(at ?? {}).length });
  return <div class="clash notice" role="alert"><p><b>{t("clash")}</b></p>
    <div class="both"><div><h5>{t("theirs")} · {t("versionOf", { v: theirs.version, who: theirs.by, at: minute(theirs.at) })}</h5><p><b>{theirs.note}</b> · {moved(theirs.places)}</p></div><div><h5>{t("yoursKept")}</h5><p><b>{mine.note}</b> · {moved(mine.places)}</p></div></div>
    <div class="buttons"><Button word="keepMine" onClick={() => keep(theirs.id, theirs.version)} /><Button word="keepBeside" onClick={() => keep(fresh(), 0)} /><Button word="openTheirs" onClick={() => open(theirs)} /></div></div>;
}
