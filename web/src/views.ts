// The views, in the order in which the navigation shows them.
import { audit } from "./audit/audit";
import { dock } from "./dock/dock";
import { firm } from "./firm/firm";
import { regulator } from "./regulator/regulator";
import type { View } from "./shell/view";

export const views: readonly View[] = [dock, regulator, audit, firm];
