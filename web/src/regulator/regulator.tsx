import type { View } from "../shell/view";

function Regulator() {
  return <h1>Regulator</h1>;
}

export const regulator: View = { name: "regulator", roles: ["regulator"], component: Regulator };
