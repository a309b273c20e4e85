// What a new run changed, lead by lead, since this person last looked.
import { call, inCase, useLoad } from "./api";
import { RoleSign, Section, Wait } from "./parts";
import { changed, go } from "./state";
import { b, minute, n, t } from "./text";
import type { Role } from "./types";

type Stand = { id: string | null; role: Role; ref: string; label: string; score: number; decided: boolean; ring: string | null; was?: number; was_decided?: boolean };
type NewsPage = { since: string; same_results: boolean; came: Stand[]; came_total: number; went: Stand[]; went_total: number; moved: Stand[]; moved_total: number };

const FEW = 5;

export function News() {
  const loaded = useLoad<NewsPage>(inCase("/news"));
  const seen = async () => { await call("POST", inCase("/news/look"), {}); changed.value += 1; };
  return <Wait of={loaded.value}>{(it) => {
    const total = it.came_total + it.went_total + it.moved_total;
    if (!total) return <Section title={t("news")}><p class="hint">{it.same_results ? t("newsSame") : t("newsNone", { at: minute(it.since) })}</p></Section>;
    return <Section title={t("news")} count={t("newsOld", { at: minute(it.since) })}>
      <Group word="came" list={it.came} total={it.came_total} /><Group word="went" list={it.went} total={it.went_total} /><Group word="moved" list={it.moved} total={it.moved_total} />
      <button type="button" onClick={() => void seen()}>{t("iSawIt")}</button></Section>;
  }}</Wait>;
}

function Group({ word, list, total }: { word: "came" | "went" | "moved"; list: Stand[]; total: number }) {
  if (!total) return null;
  const row = (one: Stand, i: number) => <li key={i}><button type="button" class="news-row" disabled={!one.id} onClick={() => { if (one.id) go("leads", { f: one.id, sel: one.ref }); }}>
    <RoleSign role={one.role} /><span class="id">{one.label}</span><small>{b(one.role)}</small>
    <span class="figure">{one.was !== undefined ? `${one.was.toFixed(2)} → ${one.score.toFixed(2)}` : one.score.toFixed(2)}</span>
    {one.was_decided !== undefined && one.was_decided !== one.decided && <small>{t(one.decided ? "overNow" : "underNow")}</small>}</button></li>;
  return <details class="news" open><summary><b>{n(total)}</b> {t(word)}</summary><ul class="plain">{list.slice(0, FEW).map(row)}</ul>
    {list.length > FEW && <details><summary>+ {n(total - FEW)}{total > list.length && ` (${t("shown")} ${n(list.length)})`}</summary><ul class="plain">{list.slice(FEW).map(row)}</ul></details>}</details>;
}
