import type { View } from "../shell/view";

function Audit() {
  return <h1>Audit</h1>;
}

export const audit: View = { name: "audit", roles: ["auditor", "regulator"], component: Audit };
