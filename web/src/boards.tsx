// Boards: a picture of the chain as somebody arranged it, kept in versions and shared by all.
import { useSignal } from "@preact/signals";
import { call, inCase, Refused, useLoad } from "./api";
import { Button, Wait } from "./parts";
import { places, setPlaces, type Places } from "./places";
import { changed, params, set, status } from "./state";
import { minute, n, t } from "./text";

type Board = { id: string; version: number; by: string; at: string; note: string; state: string; address: string; hidden: boolean; places?: Places };
const CARRIED = ["ring", "fold", "unfold", "cut", "cause", "sel"] as const;

export function Boards({ generation, close }: { generation: string; close: () => void }) {
  const loaded = useLoad<{ items: Board[]; total: number }>(inCase("/things/board"));
  const current = params.value.board ?? "";
  const own = loaded.value.data?.items.find((one) => one.id === current);
  const name = useSignal(own?.note ?? "");
  const away = useSignal(false);
  const error = useSignal("");
  const put = async (id: string, version: number, body: Partial<Board>) => {
    try { await call("PUT", inCase(`/things/board/${id}`), body, { "if-match": String(version) }); error.value = ""; return true; }
    catch (refused) { const it = refused as Refused; const by = (it.problem.standing as Board | null)?.by; error.value = `${it.told}${by ? ` (${by})` : ""}`; return false; }
    finally { changed.value += 1; }
  };
  const keep = async (event: Event) => {
    event.preventDefault();
    const title = name.value.trim();
    if (!title) return;
    const again = own && own.note === title;
    const id = again ? own.id : crypto.randomUUID().slice(0, 13);
    const query = new URLSearchParams(CARRIED.flatMap((key) => (params.value[key] ? [[key, params.value[key]]] : [])));
    if (await put(id, again ? own.version : 0, { note: title, state: generation.slice(0, 40), address: `/c/${inCase("").split("/").at(-1)}/chain?${query}`, places: places.value })) {
      set({ board: id }, true); status.value = t("boardKept", { name: title });
    }
  };
  const open = (one: Board) => {
    const query = Object.fromEntries(new URLSearchParams(one.address.split("?")[1] ?? ""));
    set({ ...Object.fromEntries(CARRIED.map((key) => [key, query[key] ?? ""])), board: one.id });
    setPlaces(one.places ?? {});
    name.value = one.note;
  };
  return <div class="drawer boards" role="dialog" aria-label={t("board")}><header><h2>{t("board")}</h2><form class="toolbar" onSubmit={(event) => void keep(event)}><label class="sr" for="board-name">{t("boardName")}</label><input id="board-name" value={name.value} maxLength={80} placeholder={t("boardName")} onInput={(event) => { name.value = event.currentTarget.value; }} /><button type="submit" class="primary" disabled={!name.value.trim()}>{t("keepBoard")}</button></form>
    <button type="button" class="quiet" aria-label={t("close")} onClick={close}>✕</button></header>
    {error.value && <p class="notice bad" role="alert">{error.value}</p>}
    <Wait of={loaded.value}>{(it) => {
      const hidden = it.items.filter((one) => one.hidden), shown = away.value ? it.items : it.items.filter((one) => !one.hidden);
      return <>{shown.length ? <ul class="plain">{shown.map((one) => <li key={one.id} class={`slip${one.id === current ? " on" : ""}`}><span><b>{one.note}</b> <span class="small">{t("versionOf", { v: one.version, who: one.by, at: minute(one.at) })}</span>{one.state && !generation.startsWith(one.state) && <span class="tag">{t("changedSince")}</span>}</span>
        <span class="buttons"><Button word="openBoard" onClick={() => open(one)} /><Button word={one.hidden ? "bringBack" : "putAway"} onClick={() => void put(one.id, one.version, { note: one.note, state: one.state, address: one.address, places: one.places ?? {}, hidden: !one.hidden })} /></span></li>)}</ul> : <p class="hint">{t("boardsNone")}</p>}
        {hidden.length > 0 && <button type="button" class="quiet" aria-pressed={away.value} onClick={() => { away.value = !away.value; }}>{t("boardAway", { n: n(hidden.length) })}</button>}</>;
    }}</Wait></div>;
}
