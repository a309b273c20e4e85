// The way to a single sign-on, where one is set up.
import { useSignal } from "@preact/signals";
import { Refused, useLoad, type Problem } from "./api";
import { b, t, type Both } from "./text";

/** `fresh` asks the person to prove it again, as approvals want. */
export function SignOn({ fresh = false }: { fresh?: boolean }) {
  const there = useLoad<{ there: boolean; title: Both | null }>("/sign-on");
  const error = useSignal("");
  const go = async () => {
    try {
      const answer = await fetch("/api/v1/sign-on", { method: "POST", credentials: "same-origin", headers: { "x-suyuan": "1", "content-type": "application/json" }, body: JSON.stringify({ fresh }) });
      if (!answer.ok) throw new Refused((await answer.json()) as Problem);
      location.assign(answer.headers.get("location") ?? "/");
    } catch (refused) { error.value = refused instanceof Refused ? refused.told : t("failed"); }
  };
  if (!there.value.data?.there) return null;
  return <>{error.value && <p class="notice bad" role="alert">{error.value}</p>}<button type="button" onClick={() => void go()}>{t("signOnBy", { what: b(there.value.data.title) })}</button></>;
}
