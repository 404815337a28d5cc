import type { View } from "../shell/view";

function Dock() {
  return <h1>Dock</h1>;
}

export const dock: View = { name: "dock", roles: ["customs", "logistics"], component: Dock };
