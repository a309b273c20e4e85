// The answer first, then what to do now.
import { inCase, useLoad } from "./api";
import { RoleSign, Section, Wait, Yuan } from "./parts";
import { go, type Screen } from "./state";
import { b, day, n, t } from "./text";
import type { Home } from "./types";
import { News } from "./news";

const SIGN: Record<string, string> = { freeze: "☎", leads: "◎", statements: "▤", warn: "!" };

export function HomeScreen() {
  const loaded = useLoad<Home>(inCase(""));
  return <Wait of={loaded.value}>{(it) => <div class="home">
    <h1>{b(it.name)}</h1>
    <div class="answer">
      {it.rings.map((ring) => <button type="button" class="ring-card" key={ring.id} onClick={() => go("chain", { ring: ring.id })}>
        <span class="ratio"><b>{ring.reports}</b><span>/{it.headline.reports}</span></span>
        <span class="what">{t("reports")} · {t("inRing")}<small>{t("ring")} {ring.id}</small></span>
        <span class="what"><Yuan value={ring.loss} strong /><small>{t("loss")}</small></span>
        <span class="what"><b>{n(ring.victims)}</b> {t("victims")}<small>{n(ring.helpers)} {t("helpers")}</small></span>
        <span class="what">{day(ring.active_from)} – {day(ring.active_to)}<small>{t("active")}</small></span>
        <span class="go">{t("openChain")} →</span></button>)}
    </div>
    <div class="columns">
      <Section title={t("todo")}>
        {it.todo.length ? <ol class="todo">{it.todo.map((one) => <li key={one.kind}><button type="button" onClick={() => go(one.screen as Screen, one.kind === "leads" ? { state: "open" } : one.kind === "statements" ? { part: "statements" } : {})}>
          <span class="sign" aria-hidden="true">{SIGN[one.kind]}</span><span>{b(one.text)}</span><span class="go" aria-hidden="true">→</span></button></li>)}</ol> : <p class="hint">{t("nothing")}</p>}
      </Section>
      <div>
        <News />
        <Section title={t("fresh")}>{it.fresh.length ? <ul class="plain">{it.fresh.map((one) => <li key={one.role.id}><button type="button" class="subject" onClick={() => go("leads", { role: one.role.id })}><RoleSign role={one.role} /> {n(one.count)} × {b(one.role)}</button> <span class="small">{t("newOnes")} · {t("since")} {one.since}</span></li>)}</ul> : <p class="hint">{t("freshNone")}</p>}</Section>
        <Section title={t("undone")}>{it.limits.length ? <ul class="plain">{it.limits.map((one, i) => <li key={i}><code>{one.table}</code> {b(one.effect)}</li>)}</ul> : <p class="hint">{t("undoneNone")}</p>}
          <p class="small">{t("input")}: {n(it.quality.files)} {t("files")}, {n(it.quality.rows)} {t("rows")}, {n(it.quality.quarantined)} {t("quarantined")}</p></Section>
      </div>
    </div>
  </div>}</Wait>;
}
