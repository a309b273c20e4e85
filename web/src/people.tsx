// Whoever keeps people: enrols them, gives and ends posts, in cases and for organisations.
import { useSignal, type Signal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { call, Refused, useLoad } from "./api";
import { EventTable, type Event_ } from "./office";
import { Button, Section, Wait } from "./parts";
import { changed, status } from "./state";
import { b, minute, n, t, type Both, type Word } from "./text";

type Past = { case: string; post: string; since: string; until: string; given_by: string; ended_by: string };
type DutyPost = { role: string; party: string };
type Person = { name: string; admin: boolean; closed: boolean; password: boolean; link_until: string; posts: Record<string, string[]>; past: Past[]; duties: DutyPost[]; sessions: number; identity: string | null };
type People = { items: Person[]; total: number; cases: { id: string; name: Both }[]; case_posts: string[]; roles: (Both & { id: string })[] };
type Link = { link: string; until: string; name: string };
const postName = (post: string): string => t(`post_${post}` as Word);

export function PeopleScreen() {
  const loaded = useLoad<People>("/people");
  const link = useSignal<Link | null>(null);
  const error = useSignal("");
  const open = useSignal("");
  const say = async (work: () => Promise<unknown>): Promise<boolean> => {
    let good = true;
    try { await work(); error.value = ""; status.value = t("kept"); } catch (refused) { error.value = (refused as Refused).told; good = false; }
    changed.value += 1;
    return good;
  };
  return <Wait of={loaded.value}>{(it) => <div class="people"><div class="toolbar"><h1>{t("people_")}</h1><span class="small">{n(it.total)}</span></div>
    <p class="hint">{t("peopleHint")}</p>
    {error.value && <p class="notice bad" role="alert">{error.value}</p>}
    {link.value && <NewLink of={link.value} close={() => { link.value = null; }} />}
    <Enrol of={it} say={say} link={link} />
    <Section title={t("enrolledOnes")} count={n(it.total)}><table class="sheet"><thead><tr><th scope="col">{t("name")}</th><th scope="col">{t("state")}</th><th scope="col">{t("posts")}</th><th scope="col">{t("dutyPost")}</th><th scope="col" class="number">{t("sessions")}</th><th scope="col"><span class="sr">{t("changePerson")}</span></th></tr></thead>
      <tbody>{it.items.map((one) => <PersonRows key={one.name} of={one} all={it} open={open} say={say} link={link} />)}</tbody></table></Section>
    <Events /></div>}</Wait>;
}

/** Asked for, not shown at once: whoever reads the ledger stands in it. */
function Events() {
  const open = useSignal(false);
  const events = useLoad<{ items: Event_[]; total: number }>(open.value ? "/people/events?limit=100" : null);
  return <details class="block" onToggle={(event) => { open.value = event.currentTarget.open; }}><summary>{t("peopleEvents")}</summary>
    <Wait of={events.value}>{(all) => <><p class="small">{n(all.items.length)} {t("of")} {n(all.total)}</p><EventTable items={all.items} /></>}</Wait></details>;
}

/** A case's name, and its folder's where two are called the same. */
function caseName(all: People, id: string): string {
  const name = b(all.cases.find((one) => one.id === id)?.name);
  return !name ? id : all.cases.some((one) => one.id !== id && b(one.name) === name) ? `${name} (${id})` : name;
}

/** The secret stands behind "#", which browsers send to nobody; the name after its 43 signs is for the form. */
function NewLink({ of, close }: { of: Link; close: () => void }) {
  const whole = `${location.origin}/#join-${of.link}-${encodeURIComponent(of.name)}`;
  const copy = () => { void navigator.clipboard?.writeText(whole).then(() => { status.value = t("copied"); }); };
  return <div class="notice new-link" role="status"><b>{t("linkFor", { who: of.name })}</b> <span class="small">{t("linkUntil", { at: minute(of.until) })}</span>
    <div class="toolbar"><input class="grow" readOnly value={whole} aria-label={t("linkFor", { who: of.name })} onFocus={(event) => event.currentTarget.select()} /><Button word="copy" onClick={copy} /><Button word="close" onClick={close} /></div>
    <p class="hint">{t("linkHint")}</p></div>;
}

type Say = (work: () => Promise<unknown>) => Promise<boolean>;
type Own = { all: People; say: Say; link: Signal<Link | null> };

function Enrol({ of, say, link }: { of: People; say: Say; link: Signal<Link | null> }) {
  const send = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const data = new FormData(form), name = String(data.get("name")).trim(), to = String(data.get("case"));
    const posts = data.getAll("post").map(String);
    if (await say(async () => { link.value = { name, ...(await call<Omit<Link, "name">>("POST", "/people", { name, admin: data.has("admin"), posts: to && posts.length ? { [to]: posts } : {} })) }; })) form.reset();
  };
  return <Section title={t("enrol")}><form class="enrol" onSubmit={(event) => void send(event)}><label>{t("name")} <input name="name" required maxLength={80} autocomplete="off" /></label>
    <label>{t("caseWord")} <select name="case"><option value="">–</option>{of.cases.map((one) => <option key={one.id} value={one.id}>{caseName(of, one.id)}</option>)}</select></label>
    <fieldset><legend>{t("postOf")}</legend>{of.case_posts.map((post) => <label key={post}><input type="checkbox" name="post" value={post} /> {postName(post)}</label>)}</fieldset>
    <fieldset><legend>{t("office_")}</legend><label><input type="checkbox" name="admin" /> {t("admin")}</label></fieldset>
    <button type="submit" class="primary">{t("enrolAndLink")}</button></form></Section>;
}

function stateOf(one: Person): string {
  if (one.closed) return t("closedWord");
  if (one.link_until) return t("linkOpen", { at: minute(one.link_until) });
  return t(one.password ? "activeWord" : "linkNone");
}

function PersonRows({ of, all, open, say, link }: Own & { of: Person; open: Signal<string> }) {
  const here = open.value === of.name;
  return <><tr class={here ? "on" : of.closed ? "closed" : ""}><td><b>{of.name}</b> {of.admin && <span class="tag">{t("admin")}</span>}</td><td>{stateOf(of)}</td>
    <td>{Object.entries(of.posts).map(([id, posts]) => <div key={id}>{caseName(all, id)}{t("colon")}{posts.map(postName).join(t("listComma"))}</div>)}</td>
    <td>{of.duties.map((one) => <div key={one.role + one.party}>{roleOf(all, one.role)} · {one.party}</div>)}</td><td class="number">{of.sessions || "·"}</td>
    <td><button type="button" aria-expanded={here} onClick={() => { open.value = here ? "" : of.name; }}>{t(here ? "close" : "changePerson")}</button></td></tr>
    {here && <tr class="person-change"><td colSpan={6}><Change of={of} all={all} say={say} link={link} /></td></tr>}</>;
}

const roleOf = (all: People, role: string): string => b(all.roles.find((one) => one.id === role)) || role;

/** A person's posts as last clicked, until the answer to the last click is loaded: no box springs
 *  back on the way, and a second click starts from the first, whose change is sent before it. */
function usePosts(of: Person, put: (body: unknown) => Promise<boolean>): [(id: string) => string[], (id: string, post: string) => void] {
  const wanted = useSignal<Record<string, string[]>>({});
  const sent = useRef<{ open: number; last: Promise<unknown> }>({ open: 0, last: Promise.resolve() }).current;
  useLayoutEffect(() => { if (!sent.open) wanted.value = {}; }, [of]);
  const posts = (id: string): string[] => wanted.value[id] ?? of.posts[id] ?? [];
  const flip = (id: string, post: string): void => {
    const now = posts(id), next = now.includes(post) ? now.filter((one) => one !== post) : [...now, post];
    wanted.value = { ...wanted.value, [id]: next };
    sent.open += 1;
    sent.last = sent.last.then(() => put({ posts: { [id]: next } })).finally(() => { sent.open -= 1; });
  };
  return [posts, flip];
}

function Change({ of, all, say, link }: Own & { of: Person }) {
  const path = `/people/${encodeURIComponent(of.name)}`;
  const put = (body: unknown) => say(() => call("PUT", path, body));
  const renew = () => say(async () => { link.value = { name: of.name, ...(await call<Omit<Link, "name">>("POST", `${path}/invitation`, {})) }; });
  const [posts, flip] = usePosts(of, put);
  const act = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement, data = new FormData(form);
    if (await put({ duties: [{ role: data.get("role"), party: String(data.get("party")).trim() }] })) form.reset();
  };
  return <div class="change"><p class="hint">{t("changeHint")}</p>
    <table class="sheet"><thead><tr><th scope="col">{t("caseWord")}</th>{all.case_posts.map((post) => <th scope="col" key={post}>{postName(post)}</th>)}</tr></thead>
      <tbody>{all.cases.map((one) => <tr key={one.id}><td>{caseName(all, one.id)}</td>{all.case_posts.map((post) => <td key={post}><input type="checkbox" aria-label={`${caseName(all, one.id)} ${postName(post)}`} checked={posts(one.id).includes(post)} onChange={() => flip(one.id, post)} /></td>)}</tr>)}</tbody></table>
    <h4>{t("dutyPost")}</h4>
    {of.duties.map((one) => <div class="toolbar" key={one.role + one.party}><span>{roleOf(all, one.role)} · <b>{one.party}</b></span><Button word="endPost" onClick={() => void put({ duties_ended: [one] })} /></div>)}
    <form class="toolbar" onSubmit={(event) => void act(event)}><label>{t("roleWord")} <select name="role">{all.roles.map((one) => <option key={one.id} value={one.id}>{b(one)}</option>)}</select></label><label>{t("partyWord")} <input name="party" required maxLength={80} /></label><button type="submit">{t("givePost")}</button></form>
    {of.identity !== null && <><h4>{t("identityWord")}</h4><form class="toolbar" onSubmit={(event) => { event.preventDefault(); void put({ identity: String(new FormData(event.currentTarget as HTMLFormElement).get("identity")) }); }}><input name="identity" aria-label={t("identityWord")} maxLength={200} defaultValue={of.identity} /><button type="submit">{t("keepIt")}</button><span class="hint">{t("identityHint")}</span></form></>}
    <h4>{t("accountWord")}</h4>
    <div class="buttons"><Button word="newLink" disabled={of.closed} onClick={() => void renew()} /><Button word="endSessions" disabled={!of.sessions} onClick={() => void say(() => call("POST", `${path}/end-sessions`, {}))} />
      <Button word={of.admin ? "endAdmin" : "makeAdmin"} onClick={() => void put({ admin: !of.admin })} /><Button word={of.closed ? "openAccount" : "closeAccount"} onClick={() => void put({ closed: !of.closed })} /></div>
    {of.past.length > 0 && <><h4>{t("pastPosts")}</h4><ul class="plain small">{of.past.map((one, i) => <li key={i}>{caseName(all, one.case)}{t("colon")}{postName(one.post)} · {one.since ? minute(one.since) : "…"} – {minute(one.until)} · {t("endedBy", { who: one.ended_by })}</li>)}</ul></>}</div>;
}
