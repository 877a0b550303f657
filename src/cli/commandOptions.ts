import { inGroup, type OptionSpec } from "./optionSpec.ts";

const command = inGroup("Command");

const LIST = "list" as const;
const TEXT = "text" as const;
const SWITCH = "switch" as const;

export const INLINE: OptionSpec = command("inline", {
	value: "sql",
	kind: TEXT,
	help: "SQL with Jinja to use instead of a node",
});

const NO_INTROSPECT: readonly OptionSpec[] = [
	command("introspect", {
		kind: SWITCH,
		env: "INTROSPECT",
		help: "Templates may query the database (the default)",
		hidden: true,
	}),
	command("no-introspect", {
		key: "introspect",
		sets: false,
		kind: SWITCH,
		help: "Templates may not query the database",
	}),
];

export const SHOW: readonly OptionSpec[] = [
	INLINE,
	command("inline-direct", { value: "sql", kind: TEXT, help: "SQL to send as it is, without Jinja" }),
	command("failures", { value: "test", kind: TEXT, help: "The failing rows of a test" }),
	command("rejects", { value: "table", kind: TEXT, help: "The rows that a load turned away" }),
	command("limit", { value: "rows", kind: TEXT, help: "Rows to show; -1 for all (default: 5)" }),
	command("output", {
		value: "format",
		kind: TEXT,
		choices: ["text", "json", "csv"],
		help: "text, json or csv (default: text)",
	}),
	...NO_INTROSPECT,
];

export const COMPILE: readonly OptionSpec[] = [
	INLINE,
	command("watch", { kind: SWITCH, help: "Stay, and compile and check what is edited as soon as it is written" }),
	command("output", { value: "format", kind: TEXT, choices: ["text", "json"], help: "text or json (default: text)" }),
	command("inject-ephemeral-ctes", {
		kind: SWITCH,
		help: "Put ephemeral models into the queries that read them (the default)",
		hidden: true,
	}),
	command("no-inject-ephemeral-ctes", {
		key: "injectEphemeralCtes",
		sets: false,
		kind: SWITCH,
		help: "Show queries without the ephemeral models that they read",
		hidden: true,
	}),
	...NO_INTROSPECT,
];

export const DOCS: readonly OptionSpec[] = [
	command("compile", { kind: SWITCH, help: "Compile the selected nodes first (the default)", hidden: true }),
	command("no-compile", {
		key: "compile",
		sets: false,
		kind: SWITCH,
		help: "Compile nothing; the catalog is of the whole project",
	}),
	command("empty-catalog", { kind: SWITCH, help: "Do not look at the database; the catalog is empty" }),
	command("out", { value: "folder", kind: TEXT, help: "Write the site here (default: target/site)" }),
	command("single-file", {
		kind: SWITCH,
		help: "One page with everything in it, which opens from a disk; 20 MB at most",
	}),
	command("static", { kind: SWITCH, help: "As --single-file, and target/static_index.html (dbt)", hidden: true }),
	command("runs", { value: "n", kind: TEXT, help: "Past runs to show (default: 30)" }),
	command("sample-rows", {
		value: "n",
		kind: TEXT,
		help: "Show n rows of each relation and the keys of what tests find wrong; personal columns never (default: 0)",
	}),
	command("show-rows", {
		key: "wholeRows",
		kind: SWITCH,
		help: "With --sample-rows: whole rows of what tests find wrong, not their keys alone",
	}),
	command("base-url", { value: "url", kind: TEXT, help: "Address at which the site will stand" }),
	command("repository", {
		value: "url",
		kind: TEXT,
		help: "Where the project's files can be read (default: the page of the git remote origin); none: no links",
	}),
	command("editor", {
		value: "name",
		kind: TEXT,
		help: "Links that open files in vscode, cursor, windsurf, zed or idea on this machine; for a site of your own",
	}),
	command("exclude-code", { kind: SWITCH, help: "Leave the SQL out of the site" }),
	command("from", {
		value: "folder",
		kind: TEXT,
		help: "Only the site, of the artifacts in this folder; no project, no database",
	}),
	...NO_INTROSPECT,
];

const SITE_FOLDER = command("out", { value: "folder", kind: TEXT, help: "The site's folder (default: target/site)" });

export const DOCS_SERVE: readonly OptionSpec[] = [
	SITE_FOLDER,
	command("port", { value: "n", kind: TEXT, help: "Port (default: 8080, or the next that is free)" }),
	command("host", {
		value: "address",
		kind: TEXT,
		help: "Address to be heard on (default: 127.0.0.1, this machine only)",
	}),
	command("watch", { kind: SWITCH, help: "Make the site anew when artifacts change" }),
	command("browser", { kind: SWITCH, help: "Taken, and nothing is opened: the address is printed", hidden: true }),
	command("no-browser", { key: "browser", sets: false, kind: SWITCH, help: "The default", hidden: true }),
];

export const DOCS_CHECK: readonly OptionSpec[] = [SITE_FOLDER];

/** dbt's --output is a path; `json` alone means what it means in other commands. */
export const FRESHNESS: readonly OptionSpec[] = [
	command("output", {
		short: "o",
		value: "path",
		kind: TEXT,
		help: "Write sources.json to this path; json prints it on standard output as well",
	}),
];

export const LIST_NODES: readonly OptionSpec[] = [
	command("output", {
		value: "format",
		kind: TEXT,
		choices: ["selector", "name", "path", "json"],
		help: "selector, name, path or json (default: selector)",
	}),
	command("output-keys", { value: "keys...", kind: LIST, help: "Fields of --output json" }),
];

export const LINEAGE: readonly OptionSpec[] = [
	command("upstream", { kind: SWITCH, help: "Only what it is made from, back to the sources" }),
	command("downstream", { kind: SWITCH, help: "Only what is made from it" }),
	command("output", {
		value: "format",
		kind: TEXT,
		choices: ["text", "json", "mermaid"],
		help: "text, json or mermaid (default: text)",
	}),
	...NO_INTROSPECT,
];

export const CHECK: readonly OptionSpec[] = [
	command("strict", { kind: SWITCH, help: "Every remark is an error" }),
	command("output", { value: "format", kind: TEXT, choices: ["text", "json"], help: "text or json (default: text)" }),
	...NO_INTROSPECT,
];

export const INIT: readonly OptionSpec[] = [
	command("engine", {
		value: "name",
		kind: TEXT,
		choices: ["pglite", "postgres", "snowflake"],
		help: "pglite (embedded, the default), postgres or snowflake",
	}),
	command("naming", {
		value: "how",
		kind: TEXT,
		choices: ["exact", "prefix", "exact_in_prod"],
		help: "How schemas are named: exact, prefix or exact_in_prod (the default)",
	}),
	command("name", { value: "name", kind: TEXT, help: "Name of the project (default: the folder's)" }),
	command("from-dbt", { kind: SWITCH, help: "Add what tfm needs to the dbt project that is here" }),
	command("yes", { short: "y", kind: SWITCH, help: "Ask nothing, take the defaults" }),
	command("skip-profile-setup", { short: "s", kind: SWITCH, help: "Write no profile", hidden: true }),
	command("skip-debug", { kind: SWITCH, help: "Do not check the profile that was set up", hidden: true }),
];

export const DEBUG: readonly OptionSpec[] = [
	command("connection", { kind: SWITCH, help: "Check the connection only" }),
	command("config-dir", { kind: SWITCH, help: "Print where profiles.yml is looked for" }),
	command("grants-sql", { kind: SWITCH, help: "Print the grants that the target's role needs; connects to nothing" }),
];

export const DEPS: readonly OptionSpec[] = [
	command("upgrade", { kind: SWITCH, help: "Find versions anew, whatever package-lock.yml says" }),
	command("lock", { kind: SWITCH, help: "Write package-lock.yml and install nothing" }),
	command("add-package", {
		value: "name@version",
		kind: TEXT,
		help: "Put a package into the list first; with @a,b a range",
	}),
	command("source", {
		value: "kind",
		kind: TEXT,
		choices: ["hub", "git", "local"],
		help: "Where the added package comes from: hub (the default), git or local",
	}),
];

export const OPERATION: readonly OptionSpec[] = [
	command("sql", { value: "text", kind: TEXT, help: "Run this statement instead of a macro; Jinja in it is rendered" }),
	command("args", { value: "yaml", kind: TEXT, help: "Arguments of the macro as YAML or JSON: '{days: 7}'" }),
];

export const CANDIDATES: readonly OptionSpec[] = [
	command("candidates", {
		kind: SWITCH,
		help: "Test the held candidates of the last run instead of the published relations",
	}),
];

export const NATIVE: readonly OptionSpec[] = [
	command("native", {
		kind: SWITCH,
		help: "Let Snowflake count the tests that are Data Metric Functions there, in place of a query of tfm's",
	}),
];

export const OFFLINE: readonly OptionSpec[] = [
	command("offline", { kind: SWITCH, help: "Run unit tests alone, on the embedded database, without the target" }),
];

export const SEED: readonly OptionSpec[] = [command("show", { kind: SWITCH, help: "Show a few rows of each seed" })];

export const CLEAN: readonly OptionSpec[] = [
	command("clean-project-files-only", {
		kind: SWITCH,
		help: "Delete inside the project only (the default)",
		hidden: true,
	}),
	command("no-clean-project-files-only", {
		key: "cleanProjectFilesOnly",
		sets: false,
		kind: SWITCH,
		help: "Delete clean-targets outside the project too",
	}),
];

export const ACCEPT: readonly OptionSpec[] = [
	command("run", { value: "id", kind: TEXT, help: "The run whose gate closed (tfm history)" }),
	command("accept", {
		value: "tests...",
		kind: LIST,
		help: "A test whose failure may pass; once for each test that failed",
	}),
	command("reason", { value: "text", kind: TEXT, help: "Why it may pass; kept in the warehouse with your name" }),
];

export const ROLLBACK: readonly OptionSpec[] = [
	command("to", {
		value: "run",
		kind: TEXT,
		help: "The run after which the layer was as it shall be again (tfm history)",
	}),
];

export const LOAD: readonly OptionSpec[] = [
	command("dry-run", { kind: SWITCH, help: "Tell which files would be loaded, and load none" }),
	command("reload", { kind: SWITCH, help: "Load files again that are in; their rows are replaced" }),
	command("from", { value: "day", kind: TEXT, help: "Only files whose path names this day or a later one" }),
	command("to", { value: "day", kind: TEXT, help: "Only files whose path names an earlier day than this" }),
	command("files", { value: "globs...", kind: LIST, help: "Only these files of the selected sources" }),
];

export const EXPORT: readonly OptionSpec[] = [
	command("format", {
		value: "format",
		kind: TEXT,
		choices: ["parquet", "csv", "json", "jsonl"],
		help: "parquet, csv, json or jsonl (default: what --output ends with, else csv)",
	}),
	command("output", { short: "o", value: "path", kind: TEXT, help: "The file to write (default: standard output)" }),
];

export const WATERMARK: readonly OptionSpec[] = [
	command("default", {
		value: "text",
		kind: TEXT,
		help: "Printed where nothing is loaded yet (default: an empty line)",
	}),
];

export const HISTORY: readonly OptionSpec[] = [
	command("limit", { value: "runs", kind: TEXT, help: "How many runs to list (default: 10)" }),
	command("tests", { kind: SWITCH, help: "How often each test passed, and each dimension of quality" }),
	command("native", { kind: SWITCH, help: "Read first what Data Metric Functions found on their schedule" }),
	command("since", { value: "days", kind: TEXT, help: "With --tests: how many days back (default: 30)" }),
	command("output", { value: "format", kind: TEXT, choices: ["text", "json"], help: "text or json (default: text)" }),
];

export const ALERTS: readonly OptionSpec[] = [
	command("output", { value: "format", kind: TEXT, choices: ["text", "json"], help: "text or json (default: text)" }),
];

/** Of commands that build and read nodes. */
export const IN_ENVIRONMENT: readonly OptionSpec[] = [
	command("env", { value: "name", kind: TEXT, help: "Work in this environment; what is not in it is read outside" }),
];

export const ENV_CREATE: readonly OptionSpec[] = [
	command("defer-to", {
		key: "defer",
		value: "target",
		kind: TEXT,
		help: "Read what is not built in it where this target has it (default: the target)",
	}),
];

export const ENV_LIST: readonly OptionSpec[] = [
	command("output", { value: "format", kind: TEXT, choices: ["text", "json"], help: "text or json (default: text)" }),
];

const BASE = command("base", {
	value: "ref",
	kind: TEXT,
	help: "A branch or commit: compare with where this branch left it",
});

const FAIL_ON = command("fail-on", {
	value: "severity",
	kind: TEXT,
	choices: ["error", "warn", "never"],
	help: "What makes exit code 1: error (the default), warn or never",
});

export const CI: readonly OptionSpec[] = [
	BASE,
	command("comment", { kind: SWITCH, help: "Put the comment on the pull request too (GitHub; needs GITHUB_TOKEN)" }),
	command("static", { kind: SWITCH, help: "Look at the files alone, even where a target is named" }),
	command("cleanup", {
		kind: SWITCH,
		help: "Drop what was built for this pull request, for closed ones, and what is past its time; nothing else",
	}),
	command("keep", {
		kind: SWITCH,
		help: "Leave the schemas that were built, to look at; tfm ci --cleanup removes them when their time is over",
	}),
	FAIL_ON,
	command("output", { value: "format", kind: TEXT, choices: ["text", "json"], help: "text or json (default: text)" }),
	...NO_INTROSPECT,
];

export const PLAN: readonly OptionSpec[] = [
	BASE,
	command("apply", { kind: SWITCH, help: "Build what is shown, once it is agreed" }),
	command("yes", { short: "y", kind: SWITCH, help: "With --apply: do not ask" }),
	FAIL_ON,
	command("output", { value: "format", kind: TEXT, choices: ["text", "json"], help: "text or json (default: text)" }),
	...NO_INTROSPECT,
];

export const STATE_SAVE: readonly OptionSpec[] = [
	command("out", { value: "folder", kind: TEXT, help: "Keep it here instead of in the store of ci.state" }),
	...NO_INTROSPECT,
];

export const EXPLAIN: readonly OptionSpec[] = [
	BASE,
	command("output", { value: "format", kind: TEXT, choices: ["text", "json"], help: "text or json (default: text)" }),
];

export const PROFILE: readonly OptionSpec[] = [
	command("propose", { kind: SWITCH, help: "Print the tests that hold for every row now, as YAML" }),
	command("output", { value: "format", kind: TEXT, choices: ["text", "json"], help: "text or json (default: text)" }),
];

export const DIFF: readonly OptionSpec[] = [
	command("key", {
		value: "columns",
		kind: TEXT,
		help: "What names a row: order_id, or order_id,line (default: the model's)",
	}),
	command("against", {
		value: "target",
		kind: TEXT,
		help: "Compare this target's relation with another target's, as the new one",
	}),
	command("held", { kind: SWITCH, help: "Compare what a closed gate holds back, instead of the query" }),
	command("ignore", { value: "columns", kind: TEXT, help: "Columns whose values do not matter: loaded_at,*_ms" }),
	command("tolerance", {
		value: "part",
		kind: TEXT,
		help: "Of floating point numbers: 1e-9 is a billionth of the number",
	}),
	command("samples", { value: "rows", kind: TEXT, help: "Rows to show of each kind (default: 5)" }),
	command("output", { value: "format", kind: TEXT, choices: ["text", "json"], help: "text or json (default: text)" }),
];

export const BACKFILL: readonly OptionSpec[] = [
	command("from", { value: "time", kind: TEXT, help: "The first window, for example 2026-01-31; UTC" }),
	command("to", { value: "time", kind: TEXT, help: "Up to here (default: now)" }),
	command("all", { kind: SWITCH, help: "Also windows that are built already" }),
	command("dry-run", { kind: SWITCH, help: "Tell which windows would be built, and build none" }),
	command("at-once", { value: "windows", kind: TEXT, help: "Windows in one run (default: 30)" }),
];

/** Which rows are looked at, by their event time; dbt takes these where models are built. */
export const EVENT_TIMES: readonly OptionSpec[] = [
	command("event-time-start", {
		value: "time",
		kind: TEXT,
		env: "EVENT_TIME_START",
		help: "Build the batches of microbatch models from here on, for example 2026-01-31; UTC",
	}),
	command("event-time-end", {
		value: "time",
		kind: TEXT,
		env: "EVENT_TIME_END",
		help: "Up to here",
	}),
	command("sample", {
		value: "window",
		kind: TEXT,
		env: "SAMPLE",
		help: 'Read only rows of a window of event time: "3 days" or "{start: 2026-01-01, end: 2026-01-31}"',
	}),
];
