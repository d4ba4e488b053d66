// One first call, in a process that has done nothing else; with `count`, also how many nodes there are, and with `profile`, where its
// time goes.
import { readFileSync } from "node:fs";
import { Session } from "node:inspector/promises";
import { SourceMap } from "node:module";
import { fileURLToPath } from "node:url";
import { type FirstCall, PROGRAMS } from "./first-call-programs.js";

const KB = 1_024;
/** The maps of the files of the build, where they have one. */
const maps = new Map<string, SourceMap | undefined>();

const [name, wanted] = process.argv.slice(2);
const { call, nodes } = PROGRAMS[name].prepare();
const { rss } = process.memoryUsage();
const profiler = wanted === "profile" ? await startProfile() : undefined;
const before = process.cpuUsage();
const start = performance.now();
call();
const ms = performance.now() - start;
const { user, system } = process.cpuUsage(before);
const bytes = Math.max(0, KB * process.resourceUsage().maxRSS - rss);
const profile = await profiler?.();
process.send?.(
  { nodes: wanted === "count" ? nodes() : 0, ms, cpu: (user + system) / 1e3, bytes, ...(profile && { profile }) } satisfies FirstCall,
  () => process.exit(),
);

/** Begins to take samples; what it returns ends that and adds them up by the source files of the build. */
async function startProfile(): Promise<() => Promise<Record<string, number>>> {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.setSamplingInterval", { interval: 200 });
  await session.post("Profiler.start");
  return async () => {
    const { profile } = await session.post("Profiler.stop");
    const at = new Map(profile.nodes.map(({ id, callFrame }) => [id, sourceOf(callFrame)]));
    const counts: Record<string, number> = {};
    for (const id of profile.samples ?? []) {
      const file = at.get(id) ?? "?";
      counts[file] = (counts[file] ?? 0) + 1;
    }
    const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
    return Object.fromEntries(Object.entries(counts).map(([file, count]) => [file, count / total]));
  };
}

/** `passes/share.ts` for a place in the build; what is none of it by its name in brackets. */
function sourceOf({
  url,
  lineNumber,
  columnNumber,
  functionName,
}: {
  url: string;
  lineNumber: number;
  columnNumber: number;
  functionName: string;
}): string {
  if (!url.startsWith("file:")) return url === "" ? functionName : "(the machine)";
  if (!maps.has(url)) maps.set(url, mapOf(fileURLToPath(url)));
  const entry = maps.get(url)?.findEntry(lineNumber, columnNumber);
  return entry !== undefined && "originalSource" in entry ? (entry.originalSource.split("/src/")[1] ?? "(the program)") : "(the program)";
}

function mapOf(file: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readFileSync(`${file}.map`, "utf8")));
  } catch {
    return undefined; // not built by us
  }
}
