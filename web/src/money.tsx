// Where the money is, whom to call first, and which statements to ask for.
import { useSignal } from "@preact/signals";
import { call, inCase, Refused, useLoad } from "./api";
import { Section, SubjectLink, Wait, Yuan } from "./parts";
import { changed, params, set, status } from "./state";
import { b, minute, n, t, yuan, type Both } from "./text";
import type { Subject } from "./types";

type Exit = { reason: string; title: Both; amount: string; least: string | null; most: string | null };
type Drawing = { view: number[]; bars: { x: number; y: number; height: number; title: Both; amount: Both; exit: boolean }[]; ribbons: { path: string; width: number; title: Both; exit: boolean }[]; heads: { x: number; first: Both; second: Both }[] };
type Money = { method: string; drawn_by: string; methods: (Both & { id: string })[]; total: string; exits: Exit[]; drawing: Drawing | null; doubts: { count: number; effect: Both }[] };
type Hold = { subject: Subject; institution: string; amount: string; reports: number; version: number; state: string; note: string; by: string; at: string; balance?: string; saved?: string; half_life?: number; since?: string; from?: string; because: Both };
type Holds = { items: Hold[]; total: number; amount?: string };

export function MoneyScreen() {
  const method = params.value.method ?? "";
  const money = useLoad<Money>(inCase(`/money${method ? `?method=${method}` : ""}`));
  const freeze = useLoad<Holds>(inCase("/freeze"));
  const wanted = useLoad<Holds>(inCase("/statements"));
  return <div class="money">
    <Wait of={money.value}>{(it) => <>
      <div class="toolbar"><h1>{t("money")}</h1><label>{t("method")} <select value={it.method} onChange={(event) => set({ method: event.currentTarget.value })}>{it.methods.map((one) => <option key={one.id} value={one.id}>{one.id.toUpperCase()} · {b(one)}</option>)}</select></label><span class="small">{t("traced")} <Yuan value={it.total} /></span></div>
      {it.drawing && <Section title={t("flow")} count={it.drawn_by.toUpperCase()}><Sankey of={it.drawing} /></Section>}
      <Section title={t("exits")}><table class="sheet"><thead><tr><th scope="col">{t("where")}</th><th scope="col" class="number">{t("amount")}</th><th scope="col" class="number">{t("leastMost")}</th></tr></thead><tbody>{it.exits.map((one) => <tr key={one.reason}><td>{b(one.title)}</td><td class="number"><Yuan value={one.amount} /></td><td class="number">{yuan(one.least)} – {yuan(one.most)}</td></tr>)}</tbody>
        <tfoot><tr><th scope="row">{t("sum")}</th><td class="number"><Yuan value={it.total} strong /></td><td /></tr></tfoot></table></Section></>}</Wait>
    <Wait of={freeze.value}>{(it) => <Section title={t("freeze")} count={`${n(it.total)} · ${yuan(it.amount)}`}><HoldTable holds={it} kind="freeze" /></Section>}</Wait>
    <Wait of={wanted.value}>{(it) => <Section title={t("statements")} count={n(it.total)} id="statements"><HoldTable holds={it} kind="statement" /></Section>}</Wait>
  </div>;
}

const STATES = ["open", "requested", "held", "refused"] as const;

function HoldTable({ holds, kind }: { holds: Holds; kind: "freeze" | "statement" }) {
  const clash = useSignal<{ mine: string; theirs: { state: string; by: string; note: string } } | null>(null);
  const keep = async (one: Hold, state: string) => {
    try { await call("PUT", inCase(`/things/${kind}/${one.subject.ref}`), { state, note: one.note }, { "if-match": String(one.version) }); status.value = `${one.subject.label}: ${t(state as "open")}`; changed.value += 1; clash.value = null; }
    catch (error) { const { problem } = error as Refused; if (problem.status === 412) { clash.value = { mine: state, theirs: problem.standing as { state: string; by: string; note: string } }; changed.value += 1; } else status.value = (error as Refused).told; }
  };
  return <>{clash.value && <div class="notice bad" role="alert"><b>{t("clash")}</b> {clash.value.theirs.by}: {t(clash.value.theirs.state as "open")} · {t("yours")}: {t(clash.value.mine as "open")}</div>}
    <table class="sheet"><thead><tr><th scope="col">#</th><th scope="col">{t("account")}</th><th scope="col">{t("bank")}</th><th scope="col" class="number">{t("stolen")}</th>{kind === "freeze" && <><th scope="col" class="number">{t("balance")}</th><th scope="col" class="number">{t("halfLife")}</th><th scope="col" class="number">{t("saved")}</th></>}<th scope="col">{t("state")}</th></tr></thead>
    <tbody>{holds.items.map((one, i) => <tr key={one.subject.ref} title={b(one.because)}><td>{i + 1}</td><td><SubjectLink of={one.subject} kind={false} /></td><td>{one.institution}</td><td class="number"><Yuan value={one.amount} /></td>
      {kind === "freeze" && <><td class="number"><Yuan value={one.balance} /></td><td class="number">{one.half_life} h</td><td class="number"><Yuan value={one.saved} strong /></td></>}
      <td><select aria-label={`${t("state")} ${one.subject.label}`} value={one.state || "open"} onChange={(event) => void keep(one, event.currentTarget.value)}>{STATES.map((state) => <option key={state} value={state}>{t(state)}</option>)}</select> <small>{one.by && `${one.by} ${minute(one.at)}`}</small></td></tr>)}</tbody></table></>;
}

function Sankey({ of }: { of: Drawing }) {
  return <div class="scroll" tabIndex={0} role="region" aria-label={t("flow")}><svg class="sankey" viewBox={of.view.join(" ")} role="img" aria-label={t("flow")}>
    {of.heads.map((one, i) => <g key={i}><text class="head" x={one.x} y={16}>{b(one.first)}</text><text class="second" x={one.x} y={32}>{b(one.second)}</text></g>)}
    {of.ribbons.map((one, i) => <path key={i} d={one.path} class={one.exit ? "exit" : ""} stroke-width={one.width}><title>{b(one.title)}</title></path>)}
    {of.bars.map((one, i) => <g key={i}><rect x={one.x} y={one.y} width={12} height={one.height} class={one.exit ? "exit" : ""} /><text x={one.x + 16} y={one.y - 14} class="first">{b(one.title)}</text><text x={one.x + 16} y={one.y - 2} class="second">{b(one.amount)}</text></g>)}
  </svg></div>;
}
