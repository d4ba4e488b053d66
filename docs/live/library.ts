// What a live page needs of the library, once: the page itself computes with it, and so does the worker that runs the code of a
// block, into which its text is copied (see runner.ts and build.mjs).
import * as gradtape from "gradtape";
import * as math from "gradtape/math";
import { runProgram } from "./inside.js";

export { gradtape, math, runProgram };
