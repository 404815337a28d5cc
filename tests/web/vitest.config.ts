import { defineConfig } from "vitest/config";

const root = import.meta.dirname;
// A real browser on a busy machine may take its time.
const browser = { root, testTimeout: 120_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      { test: { name: "logic", root, include: ["logic/**/*.test.ts"] } },
      { test: { name: "journeys", ...browser, include: ["journeys/**/*.test.ts"] } },
      { test: { name: "tamper", ...browser, include: ["tamper/**/*.test.ts"] } },
    ],
  },
});
