// The few functions of MPI that a fit needs, called in the C library of Open MPI. MPI's own error handler ends the whole
// run with a message, so the codes that these functions return are always 0.

import { createHash } from "node:crypto";
import { writeSync } from "node:fs";
import koffi, { type LibraryHandle } from "koffi";

/** One of the processes that mpirun started. */
export interface Mpi {
  /** Which one: 0, 1, … size − 1. */
  readonly rank: number;
  /** How many there are. */
  readonly size: number;
  /**
   * The sum over all ranks, number by number; every rank must call it, with a list of the same length. The MPI standard
   * requires of `MPI_Allreduce` that all ranks get identical results, which makes them decide alike.
   */
  readonly sum: (part: Float64Array) => Float64Array;
  /** Throws in every rank whose bytes are not those of rank 0; every rank must call it. */
  readonly checkSame: (what: string, bytes: NodeJS.ArrayBufferView | string) => void;
  /** Waits for all ranks. */
  readonly barrier: () => void;
  /** Ends the whole run, this process included, with one line on stderr. */
  readonly abort: (message: string) => never;
  /** The orderly end, which every rank must come to. */
  readonly finalize: () => void;
}

/** Open MPI keeps the first of these names from version 2 to 5. */
const libraries: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: ["libmpi.so.40"],
  darwin: ["libmpi.40.dylib", "/opt/homebrew/lib/libmpi.40.dylib", "/usr/local/lib/libmpi.40.dylib"],
};

/** Joins the run. Outside of mpirun this is a run of one rank. `MPI_LIBRARY` may say where the library is. */
export function startMpi(): Mpi {
  const library = load();
  const call = (declaration: string) => library.func(declaration);
  const handle = (name: string): unknown => {
    try {
      return library.symbol(name);
    } catch {
      throw new Error(`MPI: the library has no symbol ${name}, so it is not Open MPI; other implementations are not supported`);
    }
  };
  const world = handle("ompi_mpi_comm_world");
  const [double, byte, plus] = [handle("ompi_mpi_double"), handle("ompi_mpi_byte"), handle("ompi_mpi_op_sum")];
  const allreduce = call("int MPI_Allreduce(const void *part, void *sum, int count, void *type, void *op, void *comm)");
  const broadcast = call("int MPI_Bcast(void *buffer, int count, void *type, int root, void *comm)");
  const barrier = call("int MPI_Barrier(void *comm)");
  const abort = call("int MPI_Abort(void *comm, int code)");
  const finalize = call("int MPI_Finalize()");
  const ask = (declaration: string): number => {
    const answer = [0];
    call(declaration)(world, answer);
    return answer[0];
  };

  call("int MPI_Init(void *argc, void *argv)")(null, null);
  const rank = ask("int MPI_Comm_rank(void *comm, _Out_ int *rank)");
  const size = ask("int MPI_Comm_size(void *comm, _Out_ int *size)");
  return {
    rank,
    size,
    sum: (part) => {
      const sum = new Float64Array(part.length);
      allreduce(part, sum, part.length, double, plus, world);
      return sum;
    },
    checkSame: (what, bytes) => {
      const own = createHash("sha256").update(bytes).digest();
      const first = Buffer.from(own);
      broadcast(first, first.length, byte, 0, world);
      if (!own.equals(first)) throw new Error(`${what} are not those of rank 0`);
    },
    barrier: () => barrier(world),
    abort: (message) => {
      writeSync(2, `distributed: rank ${rank} of ${size}: ${message}\n`); // at once: MPI_Abort leaves no time for streams
      abort(world, 1);
      process.exit(1); // not reached; MPI_Abort does not return
    },
    finalize: () => finalize(),
  };
}

function load(): LibraryHandle {
  const names = process.env["MPI_LIBRARY"] ? [process.env["MPI_LIBRARY"]] : libraries[process.platform];
  if (names === undefined)
    throw new Error(`MPI: Open MPI is looked for on Linux and macOS only, this is ${process.platform}; set MPI_LIBRARY`);
  const problems: string[] = [];
  for (const name of names) {
    try {
      // Global, because Open MPI loads plug-ins that look for its symbols.
      return koffi.load(name, { global: true });
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new Error(
    `MPI: cannot load ${names.join(" or ")} (${problems.join("; ")}); install Open MPI (Debian and Ubuntu: apt-get install openmpi-bin libopenmpi3; macOS: brew install open-mpi), or say where the library is with MPI_LIBRARY`,
  );
}
