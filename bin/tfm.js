#!/usr/bin/env node
import module from "node:module";
import { fileURLToPath } from "node:url";

// From node 22 on: what V8 made of the program stays beside it, a fifth of a short command. A folder that cannot be
// written, or a node without it, costs nothing but that.
module.enableCompileCache?.(fileURLToPath(new URL("../dist/.compiled", import.meta.url)));

const { runProcess } = await import("../dist/cli/main.js");
await runProcess();
