// Small parts that every screen uses.
import type { ComponentChildren, JSX } from "preact";
import type { Loaded } from "./api";
import { select, selected } from "./state";
import { b, t, wan, yuan, type Word } from "./text";
import type { Role, Subject } from "./types";

/** Shape and letter tell the role; colour comes second. */
export function RoleSign({ role }: { role: Role }) {
  return <span class={`role tone-${role.tone}`} data-role={role.id} aria-hidden="true">{role.sign}</span>;
}

export function SubjectLink({ of, kind = true }: { of: Subject; kind?: boolean }) {
  const on = selected.value.includes(of.ref);
  return (
    <button type="button" class={`subject${on ? " on" : ""}`} onClick={(event) => { event.stopPropagation(); select([of.ref], event.ctrlKey || event.metaKey); }}>
      {kind && <span class="kind">{b(of.kind_text)}</span>} {of.name && <b>{of.name}</b>} <span class="id">{of.label}</span>
    </button>
  );
}

export function Yuan({ value, strong }: { value: string | null | undefined; strong?: boolean }) {
  if (value == null) return null;
  const shown = yuan(value);
  return <span class="figure" title={wan(value)}>{strong ? <strong>{shown}</strong> : shown}</span>;
}

/** Two places; more where it is small, since a list of 0.00 cannot be told apart. */
const scored = (value: number): string =>
  value.toFixed(value > 0 && value < 0.1 ? Math.min(6, Math.max(2, Math.ceil(-Math.log10(value)))) : 2);

export function Score({ value, threshold = 0.5 }: { value: number; threshold?: number | null }) {
  return (
    <span class="score" title={value.toFixed(4)}>
      <span class="bar" aria-hidden="true"><i class={value >= (threshold ?? 0.5) ? "over" : ""} style={{ width: `${Math.round(value * 100)}%` }} /></span>
      <span class="figure">{scored(value)}</span>
    </span>
  );
}

export function Wait<T>({ of, children }: { of: Loaded<T>; children: (data: T) => ComponentChildren }) {
  const refused = of.error && <div class="notice bad" role="alert"><b>{t("failed")}</b> {of.error.told}</div>;
  if (of.data) return <>{refused}{children(of.data)}</>;
  if (refused) return refused;
  return of.busy ? <div class="notice" role="status">{t("loading")}</div> : null;
}

export function Button({ word, icon, keys, ...rest }: { word: Word; icon?: string; keys?: string } & Pick<JSX.IntrinsicElements["button"], "onClick" | "class" | "disabled">) {
  return <button type="button" {...rest}>{icon && <span aria-hidden="true">{icon} </span>}{t(word)}{keys && <kbd aria-hidden="true">{keys}</kbd>}</button>;
}

export function Section({ title, count, children, id }: { title: string; count?: string | number; children: ComponentChildren; id?: string }) {
  return <section class="block" id={id}><h2>{title}{count !== undefined && <span class="count">{count}</span>}</h2>{children}</section>;
}
