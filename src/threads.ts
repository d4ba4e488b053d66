/**
 * Threads for compiled functions.
 *
 * @module gradtape/threads
 */
export { startThreads, stopThreads } from "./compile/threads/start.js";
