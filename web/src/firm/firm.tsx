import type { View } from "../shell/view";

function Firm() {
  return <h1>Firm</h1>;
}

export const firm: View = { name: "firm", roles: ["firm", "admin"], component: Firm };
