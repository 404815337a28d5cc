import { withQuery } from "../api/client";
import type { Inventory } from "../api/types";
import { bucketName, stateName } from "../parts/words";
import { useAsked } from "../shell/asked";
import { number, t } from "../shell/i18n";
import { movedBetween } from "./answer";
import { lastVisit } from "./visit";

interface Props { inventory: Inventory; who: string }

/** What is another number than when the reader was here last. */
export function Since({ inventory, who }: Props) {
  const last = lastVisit(who);
  const moved = last !== null && last > 0 && last < inventory.position;
  const path = `/v1/firms/${encodeURIComponent(inventory.firm)}/inventory`;
  const asked = useAsked<Inventory>(moved ? withQuery(path, { as_of: last }) : null, true);
  return (
    <section class="since screen-only" aria-labelledby="since-title">
      <h2 id="since-title">{t("firm.since")}</h2>
      {!moved && <p class="note">{t(last === null ? "firm.first_visit" : "firm.nothing_since")}</p>}
      {moved && asked.data && <Changes changes={movedBetween(asked.data, inventory)} />}
      {moved && asked.problem && <p class="note">{t("firm.since_unknown")}</p>}
    </section>
  );
}

function Changes({ changes }: { changes: ReturnType<typeof movedBetween> }) {
  if (!changes.length) return <p class="note">{t("firm.nothing_moved")}</p>;
  return (
    <ul class="changes">
      {changes.map(({ what, id, from, to }) => (
        <li key={`${id} ${what}`}>
          {id ? `${id} · ${bucketName(what)}` : stateName(what)}{" "}
          <span class="soft">{number(from)} →</span> <strong>{number(to)}</strong>
        </li>
      ))}
    </ul>
  );
}
