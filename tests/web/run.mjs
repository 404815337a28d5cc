// All tests of the page. usage: node tests/web/run.mjs [vitest arguments]
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const ran = spawnSync(process.execPath, ["node_modules/vitest/vitest.mjs", "run",
  "--config", "tests/web/vitest.config.ts", ...process.argv.slice(2)], { cwd: root, stdio: "inherit" });
process.exit(ran.status ?? 1);
