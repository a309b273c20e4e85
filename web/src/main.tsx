import { useSignal } from "@preact/signals";
import { render, type JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { call, inCase, signedOut, useLoad, type Refused } from "./api";
import { ChainScreen } from "./chain";
import { EvidencePane } from "./evidence";
import { HomeScreen } from "./home";
import { layKeys, listen } from "./keys";
import { LeadsScreen } from "./leads";
import { MoneyScreen } from "./money";
import { DutiesScreen, OwnDuties } from "./duties";
import { FilesScreen } from "./files";
import { AuditScreen, ReportScreen, ReportsScreen, RulesScreen, WarnScreen } from "./office";
import { RoleSign } from "./parts";
import { PeopleScreen } from "./people";
import { atPeople, canRedo, canUndo, caseId, changed, go, goPeople, help, lang, letters, paneOpen, paneWidth, params, readAddress, redo, screen, SCREENS, select, selected, setLang, setLetters, setPane, setTheme, set, status, theme, undo, zone, type Screen } from "./state";
import { b, n, t, type Word } from "./text";
import { dropDrafts } from "./notes";
import { job, jobOpen, RunButton, RunDrawer, type Job } from "./runs";
import { SignOn } from "./sign_on";
import { TimeScreen } from "./time";
import { Why } from "./why";
import type { Findings, Home, Me } from "./types";

const ICON: Record<Screen, string> = { home: "⌂", chain: "⇢", leads: "◎", reports: "≡", time: "◷", money: "¥", warn: "!", rules: "§", duties: "☑", report: "▤", files: "⇪", audit: "✓" };
const GO: Record<string, Screen> = { H: "home", C: "chain", L: "leads", T: "time", M: "money", W: "warn", R: "report", A: "audit", D: "duties", S: "reports", U: "files" };
const VIEWS: Partial<Record<Screen, () => JSX.Element | null>> = { home: HomeScreen, chain: ChainScreen, leads: LeadsScreen, reports: ReportsScreen, time: TimeScreen, money: MoneyScreen, warn: WarnScreen, rules: RulesScreen, duties: DutiesScreen, files: FilesScreen, report: ReportScreen, audit: AuditScreen };

function App({ me }: { me: Me }) {
  const posts = me.cases.find((one) => one.id === caseId.value)?.posts;
  const reads = readsCase(posts);
  const head = useLoad<Home>(caseId.value && reads ? inCase("") : null);
  const search = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => layKeys({
    "/": () => search.current?.focus(), "Shift+/": () => { help.value = !help.value; }, "Ctrl+Z": undo, "Ctrl+Shift+Z": redo,
    "Alt+ArrowLeft": () => history.back(), Escape: () => { if (help.value) help.value = false; else select([]); }, "]": () => { paneOpen.value = !paneOpen.value; }, F6: nextPart,
    ...Object.fromEntries(Object.entries(GO).map(([key, to]) => [`G ${key}`, () => go(to)])),
  }, true), []);
  useEffect(() => (reads ? listenToCase() : undefined), []);
  const at = reads ? screen.value : "audit";
  const View = VIEWS[at];
  const home = head.value.data;
  if (home && home.zone !== zone.value) zone.value = home.zone;
  const pane = reads && paneOpen.value && (!!params.value.f || selected.value.length > 0 || (screen.value === "leads" && innerWidth > 700));
  return <div class={`frame${pane ? "" : " closed"}`} style={{ "--pane": `${paneWidth.value}px` }}>
    <a class="skip" href="#main">{t("skip")}</a>
    <header class="top">
      <a class="brand" href="/" onClick={(event) => { event.preventDefault(); if (caseId.value) go("home"); }}><b>溯源</b> suyuan</a>
      <span class="case-name">{b(home?.name ?? me.cases.find((one) => one.id === caseId.value)?.name)}</span>
      {reads ? <Search field={search} /> : <span class="grow" />}
      <RunButton unheard={home?.unheard ?? 0} may={home?.posts.some((one) => one === "investigator" || one === "supervisor") ?? false} />
      <span class="zone" title={t("zone")}>{home?.zone}</span>
      {reads && <span class={`mask${home?.revealed ? " open" : ""}`}>{t("masked")} · {home?.revealed ?? 0} {t("revealed")}</span>}
      <button type="button" onClick={() => setLang(lang.value === "zh" ? "en" : "zh")} lang={lang.value === "zh" ? "en" : "zh-CN"}>{t("language")}</button>
      <button type="button" class="quiet" title={t("theme")} aria-label={t("theme")} onClick={() => setTheme(theme.value === "dark" ? "light" : "dark")}>{theme.value === "dark" ? "☀" : "☾"}</button>
      <button type="button" class="quiet" aria-label={t("keys")} title={t("keys")} onClick={() => { help.value = true; }}>?</button>
      {me.admin && <PeopleLink />}
      {!me.alone && <button type="button" class="quiet" title={me.name} onClick={() => void signOut()}>{me.name} · {t("signOut")}</button>}
    </header>
    <nav class="side" aria-label={t("navigation")}>{SCREENS.filter((one) => reads || one === "audit").map((one) => <a key={one} href={`/c/${caseId.value}/${one}`} aria-current={at === one ? "page" : undefined} onClick={(event) => { event.preventDefault(); go(one); }}><span class="icon" aria-hidden="true">{ICON[one]}</span>{t(one === "reports" ? "seriesScreen" : one === "files" ? "filesScreen" : one)}</a>)}</nav>
    <RunDrawer />
    <main id="main" tabIndex={0}>{View ? <View key={at} /> : null}</main>
    {pane && <><Splitter /><EvidencePane /></>}
    <footer class="bottom"><span role="status" aria-live="polite">{status.value}</span><span class="grow" />
      {canUndo.value && <button type="button" class="quiet" onClick={undo}>{t("undo")}: {canUndo.value}</button>}
      {canRedo.value && <button type="button" class="quiet" onClick={redo}>{t("redo")}: {canRedo.value}</button>}
      {!paneOpen.value && <button type="button" class="quiet" onClick={() => { paneOpen.value = true; }}>{t("evidence")} ]</button>}
      <button type="button" class="quiet" onClick={() => setLetters(!letters.value)}>{t(letters.value ? "lettersOn" : "lettersOff")}</button></footer>
    {help.value && <Help />}
  </div>;
}

/** From the content to the evidence to the list of screens, and round again. */
function nextPart(): void {
  const parts = ["#main", ".pane-body", ".side a[aria-current]"].map((one) => document.querySelector<HTMLElement>(one)).filter((one) => one !== null);
  const now = parts.findIndex((one) => one.contains(document.activeElement) || one.parentElement?.matches(".side") && one.parentElement.contains(document.activeElement));
  parts[(now + 1 || 1) % parts.length]?.focus();
}

/** Auditors see who did what, and nothing of the case itself; unknown posts are told so by the server. */
const readsCase = (posts: string[] | undefined): boolean => !posts || posts.some((one) => ["viewer", "investigator", "supervisor"].includes(one));

/** What others do is seen here within a second, and what ends is masked again. */
function listenToCase(): () => void {
  const source = new EventSource(`/api/v1${inCase("/changes")}`);
  let first = true;
  source.addEventListener("changed", () => { if (!first) changed.value += 1; first = false; });
  source.addEventListener("progress", (event) => { const data = (event as MessageEvent<string>).data; if (data) { const before = job.value?.state; job.value = JSON.parse(data) as Job; if (before && before !== job.value.state) jobOpen.value = true; } });
  source.addEventListener("signed_out", () => { source.close(); signedOut.value = true; });
  return () => source.close();
}

async function signOut(): Promise<void> {
  dropDrafts();
  await call("DELETE", "/session").catch(() => undefined);
  location.assign("/");
}

function Splitter() {
  const drag = (event: PointerEvent) => {
    const move = (to: PointerEvent) => setPane(innerWidth - to.clientX);
    const stop = () => { removeEventListener("pointermove", move); removeEventListener("pointerup", stop); };
    addEventListener("pointermove", move); addEventListener("pointerup", stop); event.preventDefault();
  };
  return <div class="splitter" role="separator" aria-orientation="vertical" aria-label={t("evidence")} aria-valuenow={paneWidth.value} aria-valuemin={300} aria-valuemax={900} tabIndex={0} onPointerDown={drag}
    onKeyDown={(event) => { if (event.key === "ArrowLeft") setPane(paneWidth.value + 24); if (event.key === "ArrowRight") setPane(paneWidth.value - 24); }} />;
}

/** What is typed goes by POST, so that no log holds it. */
function Search({ field }: { field: { current: HTMLInputElement | null } }) {
  const found = useSignal<Findings["items"] | null>(null);
  const asked = useSignal("");
  const ask = async (text: string) => {
    asked.value = text.trim();
    if (!text.trim()) { found.value = null; return; }
    try { found.value = (await call<Findings>("POST", inCase("/search"), { text: text.trim() })).items; }
    catch (error) { status.value = (error as Refused).told; }
  };
  let wait: ReturnType<typeof setTimeout> | undefined;
  return <div class="search"><input ref={field} type="search" placeholder={`${t("search")}  /`} aria-label={t("search")} autocomplete="off"
    onInput={(event) => { const text = event.currentTarget.value; clearTimeout(wait); if (!(event as InputEvent).isComposing) wait = setTimeout(() => void ask(text), 250); }}
    onCompositionEnd={(event) => void ask(event.currentTarget.value)}
    onKeyDown={(event) => { if (event.key === "Escape") { found.value = null; event.currentTarget.value = ""; event.currentTarget.blur(); } }} />
    {found.value && <ul class="found" role="listbox" aria-label={t("search")}>{found.value.length ? found.value.slice(0, 12).map((one) => <li key={one.id} role="option" aria-selected="false"><button type="button" onClick={() => { found.value = null; set({ f: one.id, sel: one.subject.ref }); paneOpen.value = true; }}>
      <RoleSign role={one.role} /> <b>{one.subject.name || one.subject.label}</b> <span class="small">{b(one.role)} {one.score.toFixed(2)}</span></button></li>) : <li class="hint" role="option" aria-selected="false">{t("searchNone")}</li>}
      <li role="option" aria-selected="false"><Why text={asked.value} key={asked.value} /></li></ul>}</div>;
}

const HELP: [string, Word, string?][] = [["/", "search"], ["G H", "home"], ["G C", "chain"], ["G L", "leads"], ["J", "nextLead"], ["C", "confirm"], ["R", "reject"], ["U", "takeBack"], ["E", "unfold"], ["F", "fold"], ["⇧F", "foldOthers"], ["X", "cutKey"], ["F2", "fit"], ["G T", "time"], ["G M", "money"], ["G W", "warn"], ["G D", "duties"], ["G S", "seriesScreen"], ["G U", "filesScreen"], ["L", "lasso"], ["P", "unpin"], ["Ctrl+S", "keepBoard"], ["Ctrl+←", "pin"], ["]", "evidence"], ["F6", "nextPart"], ["Ctrl+Z", "undo"], ["Ctrl+⇧Z", "redo"], ["Esc", "close"], ["?", "keys"]];
function Help() {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.focus(), []);
  return <div class="veil" onClick={() => { help.value = false; }}><div class="dialog" role="dialog" aria-modal="true" aria-label={t("keys")} tabIndex={-1} ref={box} onClick={(event) => event.stopPropagation()}>
    <h2>{t("keys")}</h2><dl class="keys">{HELP.map(([key, word]) => <div key={key}><dt><kbd>{key}</kbd></dt><dd>{t(word)}</dd></div>)}</dl>
    <button type="button" onClick={() => { help.value = false; }}>{t("close")}</button></div></div>;
}

/** From the way back of the single sign-on: why it did not get in, and what to do. */
function refusal(why: string): string {
  if (why.startsWith("unknown-")) return t("signOnUnknown", { who: decodeURIComponent(why.slice(8)) });
  return why ? t(why === "late" ? "signOnLate" : "signOnFailed") : "";
}

function SignIn({ failed, first, refused: why }: { failed: boolean; first: string; refused: string }) {
  const error = useSignal(refusal(why));
  const send = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    try { if (first) await call("POST", "/people/first", { link: first, name: String(form.get("name")), password: String(form.get("password")) });
      await call("POST", "/session", { name: String(form.get("name")), password: String(form.get("password")) }); location.reload(); }
    catch (refused) { error.value = (refused as Refused).told; }
  };
  return <main class="sign-in"><form onSubmit={(event) => void send(event)}><h1>溯源 suyuan</h1>
    {failed && <p class="notice bad" role="alert">{t("linkUsed")}</p>}{first && <h2>{t("firstTitle")}</h2>}
    <label>{t("name")}<input name="name" autocomplete="username" required /></label>
    <label>{t("password")}<input name="password" type="password" autocomplete="current-password" required /></label>
    {error.value && <p class="notice bad" role="alert">{error.value}</p>}
    <button type="submit" class="primary">{t(first ? "firstButton" : "signIn")}</button>{!first && <SignOn />}
    <button type="button" class="quiet" onClick={() => setLang(lang.value === "zh" ? "en" : "zh")}>{t("language")}</button></form></main>;
}

const PeopleLink = () => <a href="/people" onClick={(event) => { event.preventDefault(); goPeople(); }}>{t("people_")}</a>;

/** By a link that an administrator made: the password is its person's own. */
function Join({ secret, name }: { secret: string; name: string }) {
  const error = useSignal("");
  const send = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    if (form.get("password") !== form.get("again")) { error.value = t("passwordsDiffer"); return; }
    try { await call("POST", "/people/joined", { link: secret, password: form.get("password") }); location.assign("/"); }
    catch (refused) { error.value = (refused as Refused).told; }
  };
  return <main class="sign-in"><form onSubmit={(event) => void send(event)}><h1>溯源 suyuan</h1><h2>{t("joinTitle")}</h2><p class="hint">{t("joinHint")}</p>
    <label>{t("name")}<input name="username" autocomplete="username" value={name} readOnly /></label>
    <label>{t("password")}<input name="password" type="password" autocomplete="new-password" required minLength={12} /></label>
    <label>{t("newPassword2")}<input name="again" type="password" autocomplete="new-password" required /></label>
    {error.value && <p class="notice bad" role="alert">{error.value}</p>}
    <button type="submit" class="primary">{t("joinButton")}</button>
    <button type="button" class="quiet" onClick={() => setLang(lang.value === "zh" ? "en" : "zh")}>{t("language")}</button></form></main>;
}

function Cases({ me }: { me: Me }) {
  const own = me.cases.filter((one) => one.posts.some((post) => post !== "admin"));
  if (me.admin && (atPeople.value || !own.length)) return <Bare me={me}><PeopleScreen /></Bare>;
  if (!me.cases.length) return <Bare me={me}><OwnDuties /></Bare>;
  return <main class="sign-in"><div><h1>{t("cases")}</h1><ul class="plain">{own.map((one) => <li key={one.id}><a href={`/c/${one.id}`}>{b(one.name)}</a> <span class="small">{one.posts.map((post) => t(post === "admin" ? "admin" : (`post_${post}` as Word))).join(t("listComma"))}</span></li>)}</ul><p class="small">{n(own.length)}</p>{me.admin && <PeopleLink />}</div></main>;
}

/** A page without a case: an organisation's own duties. */
function Bare({ me, children }: { me: Me; children: JSX.Element }) {
  const reads = me.cases.some((one) => one.posts.some((post) => post !== "admin"));
  return <div class="bare"><header class="top"><b class="brand">溯源 suyuan</b>{me.admin && reads && <a href="/">{t("cases")}</a>}<span class="grow" /><button type="button" onClick={() => setLang(lang.value === "zh" ? "en" : "zh")}>{t("language")}</button><button type="button" class="quiet" onClick={() => void signOut()}>{me.name} · {t("signOut")}</button></header><main id="main">{children}</main><footer class="small"><span role="status">{status.value}</span></footer></div>;
}

function Root({ me, failed, first, refused }: { me: Me | null; failed: boolean; first: string; refused: string }) {
  if (!me || signedOut.value) return <SignIn failed={failed} first={first} refused={refused} />;
  return caseId.value ? <App me={me} /> : <Cases me={me} />;
}

async function start(): Promise<void> {
  readAddress(); setLang(lang.value); document.documentElement.dataset.theme = theme.value; listen();
  addEventListener("popstate", readAddress);
  let failed = false;
  const secret = location.hash.slice(1);
  const first = secret.startsWith("first-") ? secret.slice(6) : "";
  if (secret.startsWith("join-")) {
    history.replaceState(null, "", location.pathname);
    render(<Join secret={secret.slice(5, 48)} name={decodeURIComponent(secret.slice(49))} />, document.getElementById("app")!);
    return;
  }
  const refused = secret.startsWith("sign-on-") ? secret.slice(8) : "";
  if (first || refused) history.replaceState(null, "", location.pathname);
  else if (secret) {
    history.replaceState(null, "", location.pathname + location.search);
    try { await call("POST", "/session", { link: secret }); } catch { failed = true; }
  }
  const me = await call<Me>("GET", "/me").catch(() => null);
  if (me) signedOut.value = false;
  const own = me?.cases.filter((one) => one.posts.some((post) => post !== "admin")) ?? [];
  if (me && !caseId.value && !atPeople.value && own.length === 1) { history.replaceState(null, "", `/c/${own[0]!.id}`); readAddress(); }
  render(<Root me={me} failed={failed} first={first} refused={refused} />, document.getElementById("app")!);
}
void start();
