// The key files of one language, each under its name.
import audit from "../../i18n/zh-CN/audit.json";
import dock from "../../i18n/zh-CN/dock.json";
import event from "../../i18n/zh-CN/event.json";
import firm from "../../i18n/zh-CN/firm.json";
import problem from "../../i18n/zh-CN/problem.json";
import proof from "../../i18n/zh-CN/proof.json";
import regulator from "../../i18n/zh-CN/regulator.json";
import shell from "../../i18n/zh-CN/shell.json";
import word from "../../i18n/zh-CN/word.json";

type Under<P extends string, T> = { [K in keyof T & string as `${P}.${K}`]: string };

function under<P extends string, T extends Record<string, string>>(prefix: P, keys: T): Under<P, T> {
  return Object.fromEntries(Object.entries(keys).map(([key, text]) => [`${prefix}.${key}`, text])) as
    Under<P, T>;
}

export default {
  ...under("audit", audit),
  ...under("dock", dock),
  ...under("event", event),
  ...under("firm", firm),
  ...under("problem", problem),
  ...under("proof", proof),
  ...under("regulator", regulator),
  ...under("shell", shell),
  ...under("word", word),
};
