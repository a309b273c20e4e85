// Why somebody is not here: the fold, cap, hub, ring, threshold or decision that hides them.
import { useSignal } from "@preact/signals";
import { call, inCase, Refused } from "./api";
import { SubjectLink } from "./parts";
import { params } from "./state";
import { b, n, t, type Both } from "./text";
import type { Subject } from "./types";

type Answer = { items: { subject: Subject; reasons: (Both & { kind: string })[] }[]; total: number };

export async function askWhy(question: { text?: string; ref?: string }): Promise<Answer> {
  return call<Answer>("POST", inCase("/why"), { ring: params.value.ring ?? "", ...question });
}

/** A button beside a subject, or (without one) a field for a whole number. */
export function Why({ reference, text }: { reference?: string; text?: string }) {
  const found = useSignal<Answer | null>(null);
  const error = useSignal("");
  const ask = async () => {
    try { found.value = await askWhy(reference ? { ref: reference } : { text: text ?? "" }); error.value = ""; }
    catch (refused) { error.value = (refused as Refused).told; }
  };
  return <div class="why"><button type="button" class="quiet" aria-expanded={!!found.value} onClick={() => { if (found.value) found.value = null; else void ask(); }}>{t(reference ? "whereStands" : "whyNot")}</button>
    {error.value && <p class="notice bad">{error.value}</p>}
    {found.value && (found.value.items.length ? found.value.items.map((one) => <div key={one.subject.ref} class="notice"><SubjectLink of={one.subject} /><ul>{one.reasons.map((reason, i) => <li key={i}>{b(reason)}</li>)}</ul></div>) : <p class="notice">{t("whyNothing")}</p>)}
    {found.value && found.value.total > found.value.items.length && <p class="small">{t("shown")} {n(found.value.items.length)} {t("of")} {n(found.value.total)}</p>}</div>;
}
