// The peers that npm installs are dependencies of the benchmark and of nothing else: `npm ci --prefix test/bench`.
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const PEERS = ["@jax-js/jax", "@tensorflow/tfjs-core", "@tensorflow/tfjs-backend-wasm"] as const;
export type Peer = (typeof PEERS)[number];

export const benchmarks = fileURLToPath(new URL("..", import.meta.url));

/** The version of a peer that is installed. */
export function versionOf(peer: Peer): string | undefined {
  const file = `${benchmarks}node_modules/${peer}/package.json`;
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version : undefined;
}

/** Loads a peer, which the type checker must not look for. */
export const load = async <T>(peer: Peer): Promise<T> => (await import(peer as string)) as T;
