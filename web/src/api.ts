// The one way to the server: our header on every write, problems as errors.
// What only reads is asked again where the server said "later"; what writes never is.
import { computed, effect, signal, useSignal, type Signal } from "@preact/signals";
import { useLayoutEffect } from "preact/hooks";
import { caseId, changed, lang, loading } from "./state";

export type Problem = { status: number; title_en: string; title_zh: string; try_en?: string; try_zh?: string; [more: string]: unknown };
export class Refused extends Error {
  constructor(readonly problem: Problem) { super(problem.title_en); }
  get told(): string {
    const p = this.problem;
    return lang.value === "zh" ? [p.title_zh, p.try_zh].filter(Boolean).join("") : [p.title_en, p.try_en].filter(Boolean).join(" ");
  }
}

export const signedOut = signal(false);

/** The answer; a server that cannot be reached is a problem like any other, of status 0. */
const reach = (path: string, asked: RequestInit): Promise<Response> => fetch(`/api/v1${path}`, asked).catch(() => {
  throw new Refused({ status: 0, title_en: "The workbench does not answer.", title_zh: "工作台没有响应。" });
});

export async function call<T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<T> {
  const unsafe = method !== "GET";
  const answer = await reach(path, {
    method, credentials: "same-origin",
    headers: { ...(unsafe ? { "x-suyuan": "1", "content-type": "application/json" } : {}), ...headers },
    ...(unsafe && body !== undefined ? { body: JSON.stringify(body) } : {}),
  });
  if (answer.status === 204) return undefined as T;
  const told: unknown = await answer.json().catch(() => ({ status: answer.status, title_en: answer.statusText, title_zh: answer.statusText }));
  if (answer.ok) return told as T;
  const problem: Problem = { ...(told as Problem), status: answer.status };
  const wait = Number(answer.headers.get("retry-after"));
  if (wait > 0) problem.retry_after = wait;
  if (answer.status === 401 && !problem.prove) signedOut.value = true;
  throw new Refused(problem);
}

export const inCase = (path: string): string => `/cases/${caseId.value}${path}`;

/** `busy` while something is waited for that stands nowhere yet. */
export type Loaded<T> = { data: T | null; error: Refused | null; busy: boolean };

/** Seconds until what only reads is asked again; none where asking again would change nothing. */
const again = (problem: Problem): number | undefined =>
  [0, 429, 503].includes(problem.status) ? Number(problem.retry_after) || 5 : undefined;

/** What a path gives, loaded again when it changes; the last asked wins, the old stays till then.
 *  While the server says "later" it stays too, with the reason; where it says "no" it goes. */
export function useLoad<T>(path: string | null): Signal<Loaded<T>> {
  const state = useSignal<Loaded<T>>({ data: null, error: null, busy: true });
  const version = changed.value;
  useLayoutEffect(() => { // asked before the change is painted: an effect would wait a frame or two
    if (path === null) { state.value = { data: null, error: null, busy: false }; return; }
    let live = true, later: ReturnType<typeof setTimeout> | undefined;
    const ask = () => {
      const now = state.peek();
      if (!now.data && !now.busy) state.value = { ...now, busy: true };
      loading.value += 1;
      call<T>("GET", path).finally(() => { loading.value -= 1; }).then(
        (data) => { if (live) state.value = { data, error: null, busy: false }; },
        (error: Refused) => {
          if (!live) return;
          const wait = again(error.problem);
          state.value = { data: wait ? state.peek().data : null, error, busy: false };
          if (wait) later = setTimeout(ask, wait * 1000);
        },
      );
    };
    ask();
    return () => { live = false; clearTimeout(later); };
  }, [path, version]);
  return state;
}

export { computed, effect };
