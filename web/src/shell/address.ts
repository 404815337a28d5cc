// Everything that a screen shows is in its address: #/<view>?<what>. A link shows the same again.
import { useEffect, useState } from "preact/hooks";

export interface Address {
  view: string;
  params: URLSearchParams;
}

type Patch = Record<string, string | number | null | undefined>;

export function readAddress(hash = location.hash): Address {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?");
  return { view: decodeURIComponent(path), params: new URLSearchParams(query) };
}

/** The address with some parameters changed (null takes one out), or of another view. */
export function hrefOf(patch: Patch, view?: string): string {
  const here = readAddress();
  const kept = view === undefined || view === here.view ? here.params : new URLSearchParams();
  const params = new URLSearchParams(kept);
  for (const [name, value] of Object.entries(patch))
    if (value === null || value === undefined || value === "") params.delete(name);
    else params.set(name, String(value));
  return `#/${encodeURIComponent(view ?? here.view)}${params.size ? `?${params}` : ""}`;
}

const changed = new EventTarget();

/** Goes there; `replace` leaves no step to go back to, as while a slider is dragged. */
export function go(patch: Patch, options: { view?: string; replace?: boolean } = {}): void {
  const href = hrefOf(patch, options.view);
  if (href === location.hash) return;
  if (options.replace) history.replaceState(null, "", href);
  else history.pushState(null, "", href);
  changed.dispatchEvent(new Event("change"));
}

export function useAddress(): Address {
  const [address, setAddress] = useState(readAddress);
  useEffect(() => {
    const read = () => setAddress(readAddress());
    changed.addEventListener("change", read);
    addEventListener("hashchange", read);
    addEventListener("popstate", read);
    return () => {
      changed.removeEventListener("change", read);
      removeEventListener("hashchange", read);
      removeEventListener("popstate", read);
    };
  }, []);
  return address;
}
