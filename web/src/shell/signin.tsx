import { useState } from "preact/hooks";
import { Problem } from "../api/client";
import { t } from "./i18n";
import { ProblemNote } from "./problem";
import { signIn, type Caller } from "./session";

interface Props {
  /** Why the token of the link did not do, if it did not. */
  refused: Problem | null;
  done: (caller: Caller) => void;
}

export function SignIn({ refused, done }: Props) {
  const [problem, setProblem] = useState<Problem | null>(refused);
  const [busy, setBusy] = useState(false);

  async function enter(event: SubmitEvent) {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    setBusy(true);
    try {
      done(await signIn(String(new FormData(form).get("token") ?? "").trim()));
    } catch (failed) {
      if (!(failed instanceof Problem)) throw failed;
      setProblem(failed);
      form.querySelector<HTMLInputElement>("#token")?.focus();
    } finally {
      setBusy(false);
    }
  }

  return (
    <main id="main" class="door">
      <h1>{t("shell.door_title")}</h1>
      <p class="lede">{t("shell.door_lede")}</p>
      <form onSubmit={enter}>
        <input type="text" autocomplete="username" value="chipledger" readOnly hidden />
        <label for="token">{t("shell.token")}</label>
        <div class="one-line">
          <input id="token" name="token" type="password" autocomplete="current-password" required
            placeholder="clk_…" spellcheck={false} aria-describedby="token-note" />
          <button class="primary" disabled={busy}>{t("shell.sign_in")}</button>
        </div>
        <p id="token-note" class="note">{t("shell.token_note")}</p>
      </form>
      {problem && <ProblemNote problem={problem} />}
    </main>
  );
}
