import type { ComponentType } from "preact";
import type { Role } from "../api/types";
import type { Caller } from "./session";

/** A screen of its own under #/<name>. */
export interface View {
  /** In the address; its name for people is the key "shell.view_<name>". */
  name: string;
  /** Who may open it. A role begins with the first view of the registry that lists it. */
  roles: readonly Role[];
  component: ComponentType<ViewProps>;
}

export interface ViewProps {
  caller: Caller;
}
