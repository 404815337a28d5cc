import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      { test: { name: "logic", root: import.meta.dirname, include: ["logic/**/*.test.ts"] } },
    ],
  },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
});
