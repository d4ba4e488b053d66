import { catalog, judge } from "./catalog.js";

const rows = catalog
  .map((entry) => {
    try {
      return judge(entry);
    } catch (error) {
      console.log(
        entry.name,
        String((error as Error).stack)
          .split("\n")
          .slice(0, 4)
          .join("\n"),
      );
      return undefined;
    }
  })
  .filter((row) => row !== undefined);
const count = new Map<string, number>();
for (const { entry, verdict, plain, stable, worse, found } of rows) {
  count.set(verdict, (count.get(verdict) ?? 0) + 1);
  if (verdict !== "fixed" || worse)
    console.log(
      verdict.padEnd(15),
      worse ? "WORSE" : "     ",
      found ? "     " : "blind",
      entry.name.padEnd(40),
      [plain.value, plain.gradient, stable.value, stable.gradient].map((x) => x.toExponential(0)).join(" "),
    );
}
console.log(
  Object.fromEntries(count),
  "worse",
  rows.filter(({ worse }) => worse).length,
  "blind",
  rows.filter(({ found }) => !found).length,
);
