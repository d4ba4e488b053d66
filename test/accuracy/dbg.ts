import { stabilize, tensor, grad } from "gradtape";
import { parseMath } from "gradtape/math";
import { catalog, errorsOf } from "/tmp/wt/stabilize/test/accuracy/catalog.js";
for (const name of process.argv.slice(2)) {
  const e = catalog.find((x) => x.name === name)!;
  const f = (v: any) => (parseMath(e.formula) as any)(v);
  console.log("\n" + e.name, e.formula);
  const at = e.points[0].at;
  const ins = Object.fromEntries(Object.entries(at).map(([k, x]) => [k, tensor(x as any)]));
  for (const r of stabilize(f).rewrites(ins as any)) console.log("  ", r.node, r.pattern, "→", r.replacement);
  for (const p of e.points) {
    const ins = Object.fromEntries(Object.entries(p.at).map(([k, x]) => [k, tensor(x as any)]));
    const g = grad(stabilize(f) as any)(ins) as any;
    console.log("   at", JSON.stringify(p.at), "exact", p.value.slice(0, 20), "got", stabilize(f)(ins as any).item(), "grad", JSON.stringify(p.gradient).slice(0, 80), "got", Object.values(g).map(String).join(" "));
  }
}
