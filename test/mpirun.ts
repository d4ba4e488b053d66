import { spawnSync } from "node:child_process";

/** The name and version of an Open MPI that is on the machine, where there is one. */
export const mpirun: string | undefined = /^mpirun \(Open MPI\) \S+/.exec(
  spawnSync("mpirun", ["--version"], { encoding: "utf8" }).stdout ?? "",
)?.[0];
