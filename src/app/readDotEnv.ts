/** The environment of an invocation: the command line's flags and secrets come out of `.env` too, as in dbt. */
export { readEnvironment as readDotEnv } from "../config/environment.ts";
