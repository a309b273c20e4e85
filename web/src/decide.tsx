// A decision: a reason first, then a new row; taken back by another row.
import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { call, inCase, Refused } from "./api";
import { layKeys } from "./keys";
import { Button } from "./parts";
import { changed, marked, status } from "./state";
import { lang } from "./state";
import { t } from "./text";
import type { FindingItem } from "./types";

const TEMPLATES: Record<"confirm" | "reject", [string, string][]> = {
  confirm: [["Statement checked", "已核对流水"], ["Suspect admitted it", "嫌疑人供认"], ["Exhibit matches", "与物证一致"], ["Witness confirms", "证人证实"], ["Second source agrees", "另有来源印证"]],
  reject: [["Honest business, checked", "经核实为正常经营"], ["Victim, not helper", "系被害人"], ["Number was reassigned", "号码已重新分配"], ["Wrong person", "认错对象"], ["Evidence too thin", "证据不足"]],
};

/** After a decision the inbox takes the next lead. */
export const afterDecision: { run: (() => void) | null } = { run: null };

export async function decide(kind: string, findings: string[], reason: string): Promise<void> {
  await call("POST", inCase("/decisions"), { kind, findings, reason });
  changed.value += 1;
  status.value = t("decided_", { what: t(kind === "confirm" ? "confirmed" : "rejected") });
}

export function Decide({ finding, many = [] }: { finding: FindingItem; many?: string[] }) {
  const kind = useSignal<"" | "confirm" | "reject">("");
  const reason = useSignal("");
  const error = useSignal("");
  const field = useRef<HTMLInputElement>(null);
  const begin = (to: "confirm" | "reject") => { kind.value = to; error.value = ""; field.current?.focus(); };
  useLayoutEffect(() => { if (kind.value) field.current?.focus(); }, [kind.value]);
  const takeBack = async () => {
    try { await call("POST", inCase("/decisions"), { kind: "undo", findings: [finding.id], reason: t("takeBack") }); changed.value += 1; status.value = t("tookBack"); }
    catch (refused) { error.value = (refused as Refused).told; }
  };
  useLayoutEffect(() => layKeys({
    C: () => begin("confirm"), R: () => begin("reject"), U: () => void takeBack(),
    ...Object.fromEntries([1, 2, 3, 4, 5].map((digit) => [String(digit), () => { if (kind.value) reason.value = TEMPLATES[kind.value][digit - 1]![lang.value === "zh" ? 1 : 0]; }])),
  }), [finding.id]);
  const send = async (event: Event) => {
    event.preventDefault();
    if (!kind.value) return;
    if (!reason.value.trim()) { error.value = t("needReason"); field.current?.focus(); return; }
    try { await decide(kind.value, many.length ? many : [finding.id], reason.value.trim()); kind.value = ""; reason.value = ""; marked.value = []; afterDecision.run?.(); }
    catch (refused) { error.value = (refused as Refused).told; }
  };
  return <div class="decide">
    <div class="buttons"><Button word="confirm" keys="C" class={kind.value === "confirm" ? "primary" : ""} onClick={() => begin("confirm")} />
      <Button word="reject" keys="R" class={kind.value === "reject" ? "primary" : ""} onClick={() => begin("reject")} />
      {finding.state !== "open" && <Button word="takeBack" keys="U" onClick={() => void takeBack()} />}</div>
    {kind.value && <form onSubmit={(event) => void send(event)}>
      <label>{t(kind.value)}{many.length > 1 ? ` ×${many.length}` : ""}: {t("reason")}<input ref={field} value={reason.value} maxLength={400} onInput={(event) => { reason.value = event.currentTarget.value; }}
        onKeyDown={(event) => { if (event.key === "Enter" && (event.isComposing || event.keyCode === 229)) event.preventDefault(); if (event.key === "Escape" && !event.isComposing) { event.stopPropagation(); kind.value = ""; } }} /></label>
      <div class="templates">{TEMPLATES[kind.value].map((one, i) => <button type="button" class="quiet" key={i} onClick={() => { reason.value = one[lang.value === "zh" ? 1 : 0]; field.current?.focus(); }}><kbd aria-hidden="true">{i + 1}</kbd>{one[lang.value === "zh" ? 1 : 0]}</button>)}</div>
      <div class="buttons"><button type="submit" class="primary">{t("send")}</button><Button word="cancel" onClick={() => { kind.value = ""; }} /></div>
    </form>}
    {error.value && <p class="notice bad" role="alert">{error.value}</p>}
  </div>;
}
