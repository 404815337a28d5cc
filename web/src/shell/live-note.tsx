import { useEffect, useState } from "preact/hooks";
import { number, t } from "./i18n";
import { live, onLive } from "./live";

/** The position that the page has reached, and whether it still hears of new ones. */
export function LiveNote() {
  const [now, setNow] = useState(live);
  useEffect(() => {
    setNow(live());
    return onLive(() => setNow(live()));
  }, []);
  const { connection, position, entry, gaps } = now;
  if (connection === "off") return null;
  const words = connection === "live" ? t("shell.live") : connection === "lost" ? t("shell.lost") : t("shell.connecting");
  const lag = entry ? Math.max(0, (Date.now() - Date.parse(entry.recorded_at)) / 1000) : null;
  return (
    <span class={`live live-${connection}`} title={gaps ? t("shell.gaps", { gaps }) : undefined}>
      <span class="dot" aria-hidden="true" />
      <span role="status">{words}</span>
      {position > 0 && <span class="figure"> {t("shell.entry", { position: number(position) })}</span>}
      {lag !== null && lag < 3600 && connection === "live" && (
        <span class="note"> {t("shell.lag", { seconds: Math.round(lag * 10) / 10 })}</span>
      )}
    </span>
  );
}
