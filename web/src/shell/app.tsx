import { useEffect, useState } from "preact/hooks";
import { Problem, signedOut } from "../api/client";
import { Badge } from "../proof/badge";
import { views } from "../views";
import { go, hrefOf, useAddress } from "./address";
import { known, language, onLanguage, setLanguage, t } from "./i18n";
import { LiveNote } from "./live-note";
import { startLive, stopLive } from "./live";
import { ProblemNote } from "./problem";
import { currentCaller, readsEntries, signIn, signOut, tokenOfLink, type Caller } from "./session";
import { SignIn } from "./signin";
import type { View } from "./view";

const nameOf = (view: View): string => {
  const key = `shell.view_${view.name}`;
  return known(key) ? t(key) : view.name;
};

function LanguageSwitch() {
  const other = language() === "en" ? "zh-CN" : "en";
  return (
    <button type="button" class="quiet" lang={other} onClick={() => setLanguage(other)}>
      {other === "en" ? "English" : "中文"}
    </button>
  );
}

interface HeadProps {
  caller: Caller | null;
  mine: readonly View[];
  shown: View | undefined;
  leave: () => void;
}

function Head({ caller, mine, shown, leave }: HeadProps) {
  return (
    <header class="head">
      <a class="skip" href="#main" onClick={(event) => {
        event.preventDefault();
        document.getElementById("main")?.focus();
      }}>{t("shell.skip")}</a>
      <span class="mark">chipledger</span>
      {mine.length > 1 && (
        <nav aria-label={t("shell.views")}>
          {mine.map((view) => (
            <a key={view.name} href={hrefOf({}, view.name)} aria-current={view === shown ? "page" : undefined}>
              {nameOf(view)}
            </a>
          ))}
        </nav>
      )}
      <div class="status">
        {caller && readsEntries(caller) && <LiveNote />}
        {caller && <Badge caller={caller} />}
      </div>
      <div class="who">
        {caller && <span class="note">{caller.firm ?? t(`shell.role_${caller.role}`)}</span>}
        <LanguageSwitch />
        {caller && <button type="button" class="quiet" onClick={leave}>{t("shell.sign_out")}</button>}
      </div>
    </header>
  );
}

function useLanguage(): void {
  const [, redraw] = useState(0);
  useEffect(() => onLanguage(() => redraw((count) => count + 1)), []);
}

/** undefined while it is not known who asks. */
type Who = Caller | null | undefined;

export function App() {
  const [caller, setCaller] = useState<Who>(undefined);
  const [problem, setProblem] = useState<Problem | null>(null);
  const address = useAddress();
  useLanguage();

  const enter = (now: Caller | null) => {
    setProblem(null);
    setCaller(now);
    if (now && readsEntries(now)) startLive(now);
    else stopLive();
  };

  useEffect(() => {
    const token = tokenOfLink();
    (token ? signIn(token) : currentCaller()).then(enter, (failed: unknown) => {
      if (!(failed instanceof Problem)) throw failed;
      setProblem(failed);
      setCaller(token ? null : undefined);
    });
    const out = () => enter(null);
    const link = (event: HashChangeEvent) => {
      const other = tokenOfLink(new URL(event.newURL).hash);
      // Nothing of one caller stays in the page for the next.
      if (other) void signIn(other).then(() => location.reload(), setProblem);
    };
    signedOut.addEventListener("signed-out", out);
    addEventListener("hashchange", link);
    return () => {
      signedOut.removeEventListener("signed-out", out);
      removeEventListener("hashchange", link);
    };
  }, []);

  const mine = caller ? views.filter((view) => view.roles.includes(caller.role)) : [];
  const shown = mine.find((view) => view.name === address.view) ?? mine[0];
  useEffect(() => {
    if (shown && shown.name !== address.view) go({}, { view: shown.name, replace: true });
    document.title = shown ? `${nameOf(shown)} – chipledger` : "chipledger";
  });

  const leave = () => {
    void signOut().then(() => {
      history.replaceState(null, "", location.pathname);
      location.reload();
    }, setProblem);
  };

  const Shown = shown?.component;
  return (
    <>
      <Head caller={caller ?? null} mine={mine} shown={shown} leave={leave} />
      {caller && Shown && (
        <main id="main" tabIndex={-1} class={`view view-${shown.name}`}><Shown caller={caller} /></main>
      )}
      {caller === null && <SignIn key="door" refused={problem} done={enter} />}
      {caller !== null && problem && (
        <main id="main" class="door"><ProblemNote problem={problem} again={() => location.reload()} /></main>
      )}
    </>
  );
}
