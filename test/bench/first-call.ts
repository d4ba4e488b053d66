// The first call of a compiled function: it records, runs the passes and builds the program. Each is measured in processes that
// have done nothing else, as a user meets it: nothing is warm, and what the memory grows by is the call's own.
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type FirstCall, PROGRAMS } from "./first-call-programs.js";
import { median } from "./measure.js";
import { digits, printBar, printTable } from "./report.js";

const PROCESSES = 3;
/** In the profile, files with a smaller share of the time are left out. */
const SHARE = 0.02;
/** A node of a long tape costs at most so many times what one of a short tape costs. */
const GROWTH = 1.5;

/** What the calls took in so many processes: medians. */
async function measure(name: string): Promise<FirstCall> {
  const calls: FirstCall[] = [];
  for (let i = 0; i < PROCESSES; i++) calls.push(await inProcess(name, ...(i === 0 ? ["count"] : [])));
  const of = (what: "ms" | "cpu" | "bytes"): number => median(calls.map((call) => call[what]));
  return { ...calls[0], ms: of("ms"), cpu: of("cpu"), bytes: of("bytes") };
}

async function inProcess(name: string, ...more: string[]): Promise<FirstCall> {
  const child = fork(fileURLToPath(new URL("first-call-child.ts", import.meta.url)), [name, ...more], {
    execArgv: process.execArgv,
  });
  const [answer] = (await Promise.race([
    once(child, "message"),
    once(child, "exit").then(() => {
      throw new Error(`bench: the first call of ${name} fails`);
    }),
  ])) as [FirstCall];
  return answer;
}

const MB = 1e6;
const names = Object.keys(PROGRAMS);
const named = names.filter((name) => !name.startsWith("growth"));
const growing = names.filter((name) => name.startsWith("growth"));

console.log("## The first call of a compiled function\n");
console.log(`Medians of ${PROCESSES} processes each. Nodes are those that the function records, its gradient among them.\n`);
const calls = new Map<string, FirstCall>();
for (const name of names) calls.set(name, await measure(name));
const of = (name: string): FirstCall => calls.get(name) as FirstCall;
printTable(
  ["", "nodes", "ms", "at most", "ms of processors", "MB", "at most"],
  named.map((name) => {
    const { title, atMost } = PROGRAMS[name];
    const { nodes, ms, cpu, bytes } = of(name);
    return [
      title,
      nodes.toLocaleString("en"),
      digits(ms),
      digits(atMost?.ms ?? 0),
      digits(cpu),
      digits(bytes / MB),
      atMost?.megabytes === undefined ? "" : digits(atMost.megabytes),
    ];
  }),
);
printBar(
  "as the columns say",
  named.flatMap((name) => {
    const { title, atMost } = PROGRAMS[name];
    const { ms, bytes } = of(name);
    return [
      { where: `${title}, ms`, value: ms, atMost: atMost?.ms ?? Number.POSITIVE_INFINITY },
      { where: `${title}, MB`, value: bytes / MB, atMost: atMost?.megabytes ?? Number.POSITIVE_INFINITY },
    ];
  }),
);

console.log("\n### Growth in nodes: the network on more points\n");
printTable(
  ["nodes", "ms", "ns a node", "bytes a node"],
  growing.map((name) => {
    const { nodes, ms, bytes } = of(name);
    return [nodes.toLocaleString("en"), digits(ms), digits((ms * 1e6) / nodes), digits(bytes / nodes)];
  }),
);
const perNode = (name: string): number => of(name).ms / of(name).nodes;
const [before, last] = growing.slice(-2);
printBar(`a node of the longest tape costs at most ${GROWTH}× one of a tape a tenth as long`, [
  { where: "ratio", value: perNode(last) / perNode(before), atMost: GROWTH },
]);

console.log("\n### Where the time goes, by file: percent of samples\n");
const profiles = await Promise.all(named.map(async (name) => (await inProcess(name, "profile")).profile ?? {}));
const total = (file: string): number => Math.max(...profiles.map((profile) => profile[file] ?? 0));
const files = [...new Set(profiles.flatMap((profile) => Object.keys(profile)))].filter((file) => total(file) >= SHARE);
printTable(
  ["", ...named.map((name) => PROGRAMS[name].title)],
  files.sort((a, b) => total(b) - total(a)).map((file) => [file, ...profiles.map((profile) => (100 * (profile[file] ?? 0)).toFixed(1))]),
);
