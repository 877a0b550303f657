/** What the command line has to know before a command begins: `.env`, and the `flags:` block of the project file. */
export { readEnvironment as readDotEnv } from "../config/environment.ts";
export { readProjectFlags } from "../config/projectFlags.ts";
