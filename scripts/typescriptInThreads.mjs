/**
 * Lets threads that tests start import TypeScript: node 20 does not, and vitest's own transform stays in its process.
 * Passed as `--import` to the processes of vitest, whose threads take it over. Nothing of the product uses it.
 */
import { register } from "node:module";
import { isMainThread } from "node:worker_threads";

if (!isMainThread) register("./typescriptHooks.mjs", import.meta.url);
