/**
 * Every command of tfm, once: what it is for, what it takes, examples. Parser, help pages, "did you mean" and shell
 * completion are made from this table. What a command does lives in src/app.
 *
 * Longer than 500 lines because it is one table: a command is looked up here and nowhere else, and its rows are
 * compared with each other.
 */

import {
	ACCEPT,
	ALERTS,
	BACKFILL,
	CANDIDATES,
	CHECK,
	CI,
	CLEAN,
	COMPILE,
	DEBUG,
	DEPS,
	DIFF,
	DOCS,
	DOCS_CHECK,
	DOCS_SERVE,
	ENV_CREATE,
	ENV_LIST,
	EVENT_TIMES,
	EXPLAIN,
	EXPORT,
	FRESHNESS,
	HISTORY,
	IN_ENVIRONMENT,
	INIT,
	LINEAGE,
	LIST_NODES,
	LOAD,
	NATIVE,
	OFFLINE,
	OPERATION,
	PLAN,
	PROFILE,
	ROLLBACK,
	SEED,
	SHOW,
	STATE_SAVE,
	WATERMARK,
} from "./commandOptions.ts";
import { ACCEPTED } from "./dbtOptions.ts";
import type { OptionGroup, OptionSpec } from "./optionSpec.ts";
import { CHANGED, OUTPUT, PROJECT, RUNNING, SELECTION, STATE, SUMMARY } from "./sharedOptions.ts";

/** The names of all commands, as they are typed. */
export type CommandName =
	| "init"
	| "debug"
	| "parse"
	| "compile"
	| "ls"
	| "run"
	| "test"
	| "build"
	| "seed"
	| "snapshot"
	| "load"
	| "watermark"
	| "export"
	| "clone"
	| "source freshness"
	| "docs generate"
	| "lineage"
	| "check"
	| "docs serve"
	| "docs check"
	| "state explain"
	| "state save"
	| "ci"
	| "plan"
	| "env create"
	| "env list"
	| "env drop"
	| "alerts test"
	| "alerts list"
	| "alerts check"
	| "show"
	| "clean"
	| "deps"
	| "run-operation"
	| "retry"
	| "publish"
	| "rollback"
	| "history"
	| "backfill"
	| "profile"
	| "diff"
	| "completion";

export interface CommandSpec {
	/** One word, or two: `source freshness` is the command `freshness` of the group `source`. */
	readonly name: CommandName;
	/** Another name of the last word. */
	readonly alias?: string;
	/** What dbt calls it in `flags.WHICH` and in artifacts, where that is not the name. */
	readonly which?: string;
	readonly heading: "Work" | "Look" | "Set up";
	/** One line for `tfm --help`. */
	readonly summary: string;
	/** A sentence or two for the command's own page. */
	readonly sentence: string;
	/** The one positional argument; it lands in `extra` under this key. */
	readonly argument?: {
		readonly name: string;
		readonly key: string;
		readonly required: boolean;
		readonly help: string;
	};
	readonly options: readonly OptionSpec[];
	readonly examples: readonly { readonly line: string; readonly says: string }[];
}

/** What `tfm source --help` says first. */
export const COMMAND_GROUPS: Readonly<Record<string, string>> = {
	source: "The tables that others fill",
	docs: "The site that shows the project, and catalog.json for other tools",
	alerts: "Who is told of what",
	env: "Schemas of your own beside those that readers see",
	state: "The project beside an earlier state of it",
};

const hide = (options: readonly OptionSpec[]): OptionSpec[] => options.map((option) => ({ ...option, hidden: true }));

/** dbt takes its global flags with every command, also where they say nothing: taken, and not listed. */
const GLOBAL_KEYS = new Set(["failFast", "warnError", "warnErrorOptions", "writeJson", "indirectSelection"]);
const GLOBALS = hide([...[...SELECTION, ...RUNNING].filter((option) => GLOBAL_KEYS.has(option.key)), ...STATE]);

/** The order of a help page. */
const GROUPS: readonly OptionGroup[] = ["Command", "Selection", "State", "Running", "Project", "Output", "Accepted"];

const SHARED = distinct([...PROJECT, ...OUTPUT, ...ACCEPTED, ...GLOBALS]);
const SHARED_NAMES: ReadonlySet<string> = new Set(SHARED.map(({ long }) => long));
const SHARED_GROUPS = GROUPS.map((group) => SHARED.filter((option) => option.group === group));

/** The first of each spelling. */
function distinct(options: readonly OptionSpec[]): readonly OptionSpec[] {
	const seen = new Set<string>();
	return options.filter(({ long }) => !seen.has(long) && seen.add(long));
}

/**
 * Group by group. An option of the command's own wins over a shared one of the same spelling. This is done for every
 * command at each start: what all of them share is in its groups before.
 */
const withShared = (options: readonly OptionSpec[]): OptionSpec[] => {
	const own = distinct(options);
	const hidden = new Set(own.flatMap(({ long }) => (SHARED_NAMES.has(long) ? [long] : [])));
	return GROUPS.flatMap((group, at) => {
		const shared = SHARED_GROUPS[at]!;
		const mine = own.filter((option) => option.group === group);
		return mine.concat(hidden.size === 0 ? shared : shared.filter(({ long }) => !hidden.has(long)));
	});
};

const only = (options: readonly OptionSpec[], ...keys: string[]): OptionSpec[] =>
	options.filter((option) => keys.includes(option.key));

const WORK = [...SELECTION, ...STATE, ...RUNNING];
/** Earlier artifacts to compare with, for commands that read no relations. */
const COMPARING = only(STATE, "state");

/** In `ls` alone dbt's --models is not --select: it lists models only. */
const modelsAlone = (option: OptionSpec): OptionSpec =>
	option.long === "models" || option.long === "model" ? { ...option, key: "models" } : option;

export const COMMANDS: readonly CommandSpec[] = [
	{
		name: "run",
		heading: "Work",
		summary: "Build models layer by layer: loads, seeds, models, tests, gates, publish",
		sentence:
			"Builds the selected models in order. In a layered project each layer is built aside, tested, and published at once when its gate passes; readers keep yesterday's tables until then. Without layers it builds models as dbt does.",
		options: withShared([...IN_ENVIRONMENT, ...EVENT_TIMES, ...CHANGED, ...WORK, ...SUMMARY]),
		examples: [
			{ line: "tfm run", says: "everything" },
			{ line: "tfm run --select +orders", says: "orders and all it is made of" },
			{ line: "tfm run --layer staging,transform", says: "two layers" },
			{ line: "tfm run -s customers --full-refresh", says: "rebuild an incremental model" },
			{ line: "tfm run --changed", says: "only what changed since it was built, and what reads it" },
		],
	},
	{
		name: "build",
		heading: "Work",
		summary: "Seeds, models, snapshots and tests together, in order",
		sentence:
			"Runs seeds, models and tests in one pass; what fails holds back what is built from it. In a layered project this is tfm run with seeds and tests of the whole selection.",
		options: withShared([...IN_ENVIRONMENT, ...SEED, ...EVENT_TIMES, ...CHANGED, ...WORK, ...SUMMARY]),
		examples: [
			{ line: "tfm build", says: "everything" },
			{ line: "tfm build --select tag:daily --exclude tag:slow", says: "by tag" },
			{ line: "tfm build --resource-type model test", says: "no seeds" },
			{ line: "tfm build --changed", says: "only what changed since it was built, and what reads it" },
		],
	},
	{
		name: "test",
		heading: "Work",
		summary: "Run data tests and unit tests against what is published, or against held candidates",
		sentence:
			"Runs the selected data tests against the published relations, and unit tests over the rows they give, and shows rows that are wrong.",
		options: withShared([...IN_ENVIRONMENT, ...CANDIDATES, ...OFFLINE, ...NATIVE, ...WORK, ...SUMMARY]),
		examples: [
			{ line: "tfm test", says: "all tests" },
			{ line: "tfm test --select orders", says: "the tests of one model" },
			{ line: "tfm test --offline", says: "unit tests without a database server" },
			{ line: "tfm test --native", says: "Data Metric Functions are evaluated at once, on Snowflake" },
			{ line: "tfm test --candidates -s unique_orders_id", says: "look at what the gate held back" },
		],
	},
	{
		name: "backfill",
		heading: "Work",
		summary: "Build windows of time that a microbatch model lacks",
		sentence:
			"Builds the windows from --from to --to that are not in the published table yet, some at a time; each time they are tested and published as in tfm run. Stopped and started again, it goes on with what is missing.",
		argument: { name: "model", key: "model", required: true, help: "A microbatch model, or a selector: orders+" },
		options: withShared([...BACKFILL, ...only(SELECTION, "exclude"), ...STATE, ...RUNNING, ...SUMMARY]),
		examples: [
			{ line: "tfm backfill orders --from 2026-01-01 --to 2026-02-01 --dry-run", says: "what is missing" },
			{ line: "tfm backfill orders --from 2026-01-01 --to 2026-02-01", says: "build it" },
			{ line: "tfm backfill orders+ --from 2026-01-01 --all", says: "all of it anew, and what reads it" },
		],
	},
	{
		name: "retry",
		heading: "Work",
		summary: "Take up the last run where it failed",
		sentence:
			"Runs again what failed or was skipped in the last run, with that run's flags. Held candidates whose code and inputs are unchanged are reused.",
		options: withShared([
			...IN_ENVIRONMENT,
			...only(STATE, "state"),
			...only(RUNNING, "fullRefresh", "lockTimeoutMs", "lockTimeout", "statementTimeout", "showRows"),
			...SUMMARY,
		]),
		examples: [
			{ line: "tfm retry", says: "after fixing what failed" },
			{ line: "tfm retry --vars '{day: \"2026-01-02\"}'", says: "with another variable" },
		],
	},
	{
		name: "publish",
		heading: "Work",
		summary: "Let a layer through that a gate has held back",
		sentence:
			"Publishes what the gate of a layer held back in a run, though tests failed: each of them is accepted by name, and who did it and why is written down. tfm retry then goes on below.",
		argument: { name: "layer", key: "layer", required: true, help: "The layer that was held back" },
		options: withShared([...ACCEPT, ...only(RUNNING, "lockTimeout", "statementTimeout"), ...SUMMARY]),
		examples: [
			{
				line: 'tfm publish staging --run RUN --accept unique_orders_id --reason "known duplicate, ticket 812"',
				says: "one failed test",
			},
			{ line: "tfm history", says: "the runs, by their whole id, and what they held" },
		],
	},
	{
		name: "rollback",
		heading: "Work",
		summary: "Put a layer back to what it was after an earlier run",
		sentence:
			"Publishes what stood in a layer after the given run, all of it in one transaction. keep_generations in the project file says how many generations are kept; what stands now becomes one of them.",
		argument: { name: "layer", key: "layer", required: true, help: "The layer to put back" },
		options: withShared([...ROLLBACK, ...only(RUNNING, "lockTimeout", "statementTimeout"), ...SUMMARY]),
		examples: [
			{ line: "tfm rollback reporting --to RUN", says: "as it was after that run" },
			{ line: "tfm history", says: "the runs, by their whole id" },
		],
	},
	{
		name: "load",
		heading: "Work",
		summary: "Take new files into the landing tables",
		sentence: "Loads the files of sources that have a load: block. A file that is already in is not loaded again.",
		options: withShared([...LOAD, ...WORK, ...SUMMARY]),
		examples: [
			{ line: "tfm load", says: "all sources with files" },
			{ line: "tfm load --select source:shop.orders", says: "one table" },
			{ line: "tfm load --from 2026-01-01 --to 2026-01-02", says: "the files of a day" },
			{ line: "tfm load --files 'data/orders/2026-01-*' --reload", says: "some files again" },
			{ line: "tfm load --dry-run", says: "what would be loaded" },
			{ line: "tfm load -s source:shop.orders --full-refresh", says: "from nothing, all files" },
		],
	},
	{
		name: "watermark",
		heading: "Look",
		summary: "Print how far a landing table is loaded",
		sentence:
			"Prints the highest loaded value of the column that the load: block of a source calls its watermark, for a command that fetches what came after it.",
		argument: { name: "source", key: "source", required: true, help: "The table, as in raw.orders" },
		options: withShared([...WATERMARK, ...only(RUNNING, "statementTimeout")]),
		examples: [
			{ line: "tfm watermark raw.orders", says: "2026-01-31 10:00:00" },
			{ line: 'curl "$API/orders?since=$(tfm watermark raw.orders --default 2026-01-01)"', says: "fetch the rest" },
		],
	},
	{
		name: "seed",
		heading: "Work",
		summary: "Load the CSV files of the project",
		sentence: "Loads the CSV files of the seed folders as tables.",
		options: withShared([...IN_ENVIRONMENT, ...SEED, ...WORK, ...SUMMARY]),
		examples: [
			{ line: "tfm seed", says: "all seeds" },
			{ line: "tfm seed --select countries --full-refresh", says: "drop and create one" },
		],
	},
	{
		name: "snapshot",
		heading: "Work",
		summary: "Write down how rows have changed since the last time",
		sentence:
			"Compares each snapshot's query with its table: rows that changed end a version and begin another. In a layered project the tests of a snapshot are run before it is published. --full-refresh leaves snapshots alone.",
		options: withShared([...IN_ENVIRONMENT, ...WORK, ...SUMMARY]),
		examples: [
			{ line: "tfm snapshot", says: "all snapshots" },
			{ line: "tfm snapshot --select orders_history", says: "one" },
		],
	},
	{
		name: "clone",
		heading: "Work",
		summary: "Views or clones of what another environment has built",
		sentence:
			"Makes a view for each selected model, seed and snapshot that reads its relation in the environment whose artifacts --state names; on Snowflake a table becomes a clone of the table there, which shares its rows. What exists here is left alone unless --full-refresh is given.",
		options: withShared([
			...SELECTION,
			...STATE,
			...only(RUNNING, "fullRefresh", "failFast", "lockTimeout"),
			...SUMMARY,
		]),
		examples: [
			{ line: "tfm clone --state prod-artifacts", says: "everything that prod has" },
			{ line: "tfm clone --state prod-artifacts -s +orders --full-refresh", says: "in place of what is here" },
		],
	},
	{
		name: "run-operation",
		heading: "Work",
		summary: "Run a macro",
		sentence:
			"Calls a macro of the project or of a package, outside of any model, or runs the statement of --sql after its Jinja is rendered.",
		argument: { name: "macro", key: "macro", required: false, help: "Name of the macro, with its package if need be" },
		options: withShared(OPERATION),
		examples: [
			{ line: "tfm run-operation grant_select", says: "without arguments" },
			{ line: "tfm run-operation drop_old --args '{days: 30}'", says: "with arguments" },
			{ line: "tfm run-operation --sql \"analyze {{ ref('orders') }}\"", says: "a statement" },
		],
	},
	{
		name: "ls",
		alias: "list",
		heading: "Look",
		summary: "List the nodes of the project",
		sentence: "Prints what a selection selects, one node a line. Nothing is run and no database is needed.",
		options: withShared([...LIST_NODES, ...SELECTION.map(modelsAlone), ...COMPARING]),
		examples: [
			{ line: "tfm ls", says: "everything" },
			{ line: "tfm ls --select +orders --output name", says: "what orders is made of" },
			{ line: "tfm ls --resource-type test --output json --output-keys name layer", says: "for a program" },
		],
	},
	{
		name: "source freshness",
		alias: "snapshot-freshness",
		which: "freshness",
		heading: "Look",
		summary: "Say how old the newest rows of sources are",
		sentence:
			"Asks each selected source that has freshness thresholds when it was loaded last, compares its age with warn_after and error_after, and writes target/sources.json. Exit code 1 when a source is stale or could not be asked.",
		options: withShared([
			...FRESHNESS,
			...SELECTION,
			...STATE,
			...only(RUNNING, "failFast", "statementTimeout", "writeJson"),
		]),
		examples: [
			{ line: "tfm source freshness", says: "all sources that have thresholds" },
			{ line: "tfm source freshness --select source:shop", says: "the tables of one source" },
			{ line: "tfm source freshness -s +orders", says: "what orders is made of" },
		],
	},
	{
		name: "state explain",
		heading: "Look",
		summary: "Say why nodes count as modified since an earlier state",
		sentence:
			"Says of each selected node what changed: its SQL, its configuration, a macro that it uses, or something that it reads. With --state as dbt compares manifest.json, text by text; with --base since this branch left another one, by what the node does, so that comments and layout are no change.",
		argument: { name: "model", key: "model", required: false, help: "The same as --select" },
		options: withShared([...EXPLAIN, ...SELECTION, ...COMPARING]),
		examples: [
			{ line: "tfm state explain orders --base origin/main", says: "why orders would be built again" },
			{ line: "tfm state explain --state prod-artifacts", says: "what changed" },
			{ line: "tfm state explain --state prod-artifacts -s state:modified+", says: "and what that reaches" },
		],
	},
	{
		name: "ci",
		heading: "Work",
		summary: "Say what a change does before it is merged",
		sentence:
			"Compares the files with the commit where this branch left its target branch: which nodes do something else and why, which columns that reaches, what it breaks, broken contracts, and what tfm check finds in them. With --target, or ci.target in the project file, what changed is also built in schemas of its own, tested, and compared row by row with the same built from the base. Prints a comment in Markdown and writes comment.md, diff.json, tfm.sarif and ci.junit.xml into the target folder. Exit code 1 as --fail-on says.",
		options: withShared([...CI, ...only(RUNNING, "writeJson", "lockTimeoutMs", "lockTimeout", "statementTimeout")]),
		examples: [
			{ line: "tfm ci", says: "on a pull request; the CI service names the target branch" },
			{ line: "tfm ci --target prod", says: "and build, test and compare what changed, beside what stands" },
			{ line: "tfm ci --base origin/develop", says: "against another branch" },
			{ line: "tfm ci --fail-on never --output json", says: "for another program" },
		],
	},
	{
		name: "plan",
		heading: "Work",
		summary: "Say what a build would do, why, what it breaks and costs; --apply builds it",
		sentence:
			"Compares the files with what stands in the target: of each relation with the commit that it was built from. Shows which nodes would be built and why, what breaks, what is reached, and what that costs: rows, bytes, and time from the history. --apply builds exactly that, and asks first. Exit code 1 as --fail-on says.",
		options: withShared([...PLAN, ...IN_ENVIRONMENT, ...only(STATE, "state"), ...RUNNING, ...SUMMARY]),
		examples: [
			{ line: "tfm plan", says: "since what was published here" },
			{ line: "tfm plan --target prod", says: "what a deploy of these files would do" },
			{ line: "tfm plan --env anna --apply", says: "build it in an environment, once it is agreed" },
			{ line: "tfm plan --base origin/main --output json", says: "since this branch left main, for another program" },
		],
	},
	{
		name: "env create",
		heading: "Work",
		summary: "Make an environment: schemas of your own beside those that readers see",
		sentence:
			"Writes an environment down in the target's database. tfm run --env NAME then builds what is selected in its schemas (analytics__anna beside analytics) and reads everything else where the target, or --defer-to, has it.",
		argument: { name: "name", key: "name", required: true, help: "The end of its schemas' names" },
		options: withShared(ENV_CREATE),
		examples: [
			{ line: "tfm env create anna", says: "then tfm run --env anna --select orders" },
			{ line: "tfm env create anna --defer-to prod", says: "all else is read where prod has it" },
		],
	},
	{
		name: "env list",
		heading: "Look",
		summary: "List environments, those of pull requests among them",
		sentence: "Lists the environments of this project in the target's database, with their schemas.",
		options: withShared(ENV_LIST),
		examples: [{ line: "tfm env list", says: "who made which, and what is in the way" }],
	},
	{
		name: "env drop",
		heading: "Work",
		summary: "Drop an environment with all that is in it",
		sentence:
			"Drops the schemas that are written down for the environment, and nothing else; not while a view outside of it reads what is in them. A run that works in it is waited for, that of a pull request told to stop.",
		argument: { name: "name", key: "name", required: true, help: "As tfm env list shows it" },
		options: withShared(only(RUNNING, "lockTimeoutMs", "lockTimeout")),
		examples: [{ line: "tfm env drop anna", says: "gone" }],
	},
	{
		name: "state save",
		heading: "Work",
		summary: "Keep what this commit's nodes do, for reviews of later changes",
		sentence:
			"Reads the project and keeps a hash and the columns of each node under the commit's name, in the store of ci.state or in a folder. tfm ci then need not read the files of the commit that a change began from. Nothing is run.",
		options: withShared([...STATE_SAVE, ...only(RUNNING, "writeJson")]),
		examples: [
			{ line: "tfm state save", says: "on the target branch, after each merge" },
			{ line: "tfm state save --out states", says: "into a folder" },
		],
	},
	{
		name: "profile",
		heading: "Look",
		summary: "Look at the columns of a table: nulls, distinct values, range; propose tests",
		sentence:
			"Scans the published relation of a node. --propose prints the tests that hold for every row now, as YAML for a property file; which of them are meant to hold is for a person to say. Values of columns that are marked pii, or inherit the mark, are not shown.",
		argument: { name: "model", key: "model", required: true, help: "A model, seed, snapshot or source" },
		options: withShared(PROFILE),
		examples: [
			{ line: "tfm profile orders", says: "its columns" },
			{ line: "tfm profile orders --propose", says: "tests to paste" },
		],
	},
	{
		name: "diff",
		heading: "Look",
		summary: "Compare the rows a model would have with those it has: which keys, which columns",
		sentence:
			"Computes the model's query aside, in full and over the published inputs, and compares its rows by key with what is published: added, removed, changed, by which columns. Nothing is published. With --against, this target's relation is compared with another target's; with --held, what a closed gate holds back. Values of columns that are marked pii, or inherit the mark, are masked.",
		argument: {
			name: "model",
			key: "model",
			required: true,
			help: "A model; with --against also a seed, snapshot or source",
		},
		options: withShared([...DIFF, ...only(RUNNING, "statementTimeout")]),
		examples: [
			{ line: "tfm diff orders", says: "what the edit at hand does to the rows of orders" },
			{ line: "tfm diff orders --against prod", says: "this target's orders beside those of prod" },
			{ line: "tfm diff orders --held", says: "what the last run held back" },
			{ line: "tfm diff orders --key order_id,line --ignore '*_at' --output json", says: "for a program" },
		],
	},
	{
		name: "history",
		heading: "Look",
		summary: "List the last runs: what they published and what their gates held back",
		sentence:
			"Lists the runs that this project made on the target's database, the newest first, with the ids that publish and rollback ask for. With a model: its durations, rows, statuses and tests, run by run.",
		argument: { name: "model", key: "node", required: false, help: "A model, seed, snapshot or source" },
		options: withShared(HISTORY),
		examples: [
			{ line: "tfm history", says: "the last ten" },
			{ line: "tfm history orders", says: "how long orders took, and how many rows it had" },
			{ line: "tfm history --tests --since 7", says: "pass rates of the last week" },
			{ line: "tfm history --tests --native", says: "with what Data Metric Functions found since" },
			{ line: "tfm history --limit 50 --output json", says: "for a program" },
		],
	},
	{
		name: "alerts test",
		heading: "Look",
		summary: "Send a test message to the channels of the project",
		sentence:
			"Sends a message to one channel of alerts:, or to all of them, and says which took it. Exit code 1 when one did not.",
		argument: { name: "channel", key: "channel", required: false, help: "One channel; without it all" },
		options: withShared([]),
		examples: [
			{ line: "tfm alerts test", says: "all channels" },
			{ line: "tfm alerts test page", says: "the channel page" },
		],
	},
	{
		name: "alerts list",
		heading: "Look",
		summary: "List channels, routes and promises as tfm reads them",
		sentence: "Prints what alerts: of the project says, without secrets, and which channels are not set up here.",
		options: withShared(ALERTS),
		examples: [{ line: "tfm alerts list", says: "channels, routes, promises, hooks" }],
	},
	{
		name: "alerts check",
		heading: "Look",
		summary: "Tell who is to be told that a layer is late, also when no run was started",
		sentence:
			"Holds the promises of alerts: sla: against when layers were published, and alerts what is broken. For a cron of its own: a run that never starts cannot say so. Exit code 1 when a promise is broken.",
		options: withShared([]),
		examples: [{ line: "tfm alerts check --target prod", says: "every half hour" }],
	},
	{
		name: "show",
		heading: "Look",
		summary: "Show rows of a model, a query, a failing test or a load's rejects",
		sentence: "Runs one query and prints some of its rows. Builds nothing.",
		options: withShared([
			...IN_ENVIRONMENT,
			...SHOW,
			...SELECTION,
			...STATE,
			...only(RUNNING, "fullRefresh", "statementTimeout"),
		]),
		examples: [
			{ line: "tfm show --select orders", says: "five rows of what the model would hold" },
			{ line: "tfm show --inline \"select count(*) from {{ ref('orders') }}\"", says: "any query" },
			{ line: "tfm show --failures unique_orders_id", says: "the rows a test complains about" },
			{ line: "tfm show -s orders --limit -1 --output csv > orders.csv", says: "all rows as CSV" },
		],
	},
	{
		name: "export",
		heading: "Look",
		summary: "Write the rows of a table to a file: Parquet, CSV, JSON",
		sentence:
			"Writes all rows of one model, seed, snapshot or source as it stands in the database, types kept. A file is put in its place only when it is complete.",
		argument: { name: "model", key: "model", required: false, help: "The table, or a source as in raw.orders" },
		options: withShared([...EXPORT, ...only(SELECTION, "select"), ...only(RUNNING, "statementTimeout")]),
		examples: [
			{ line: "tfm export orders --output exports/orders.parquet", says: "as Parquet" },
			{ line: "tfm export orders --format jsonl | gzip > orders.jsonl.gz", says: "a row a line, packed" },
			{ line: "tfm export raw.orders > orders.csv", says: "a landing table" },
		],
	},
	{
		name: "compile",
		heading: "Look",
		summary: "Render templates to SQL in target/compiled",
		sentence: "Renders the selected nodes to the SQL that would run, without running it.",
		options: withShared([
			...IN_ENVIRONMENT,
			...COMPILE,
			...SELECTION,
			...STATE,
			...only(RUNNING, "fullRefresh", "empty", "writeJson"),
		]),
		examples: [
			{ line: "tfm compile", says: "everything" },
			{ line: "tfm compile --select orders", says: "print the SQL of one model" },
			{ line: "tfm compile --watch", says: "again whenever a file is written" },
			{ line: "tfm compile --inline \"select * from {{ ref('orders') }}\"", says: "a piece of SQL" },
		],
	},
	{
		name: "docs generate",
		which: "generate",
		heading: "Look",
		summary: "Make the site that shows the project, and catalog.json",
		sentence:
			"Compiles the selected nodes, writes target/catalog.json with the columns, types, comments and owners of their relations and of sources, and makes the site of all artifacts in target/site: static files for any web server. In a layered project these are the published relations.",
		options: withShared([...DOCS, ...SELECTION, ...STATE, ...only(RUNNING, "fullRefresh", "empty", "writeJson")]),
		examples: [
			{ line: "tfm docs generate", says: "everything" },
			{ line: "tfm docs generate --select +orders", says: "what orders is made of" },
			{ line: "tfm docs generate --empty-catalog", says: "manifest.json alone, without a look at the database" },
			{ line: "tfm docs generate --single-file --out docs.d", says: "one page to send to somebody" },
			{ line: "tfm docs generate --from ../shop/target", says: "the site of a project that dbt built" },
		],
	},
	{
		name: "lineage",
		heading: "Look",
		summary: "Show where columns come from and what is made from them",
		sentence:
			"Reads the SQL of all models, as it would be built, and tells of a model or of one column what it is made from and what is made from it. Nothing is run. All of it is written to target/lineage.columns.json.",
		argument: {
			name: "model",
			key: "model",
			required: false,
			help: "A model, seed or source, or a column: orders.amount",
		},
		options: withShared([...LINEAGE, ...only(RUNNING, "writeJson")]),
		examples: [
			{ line: "tfm lineage orders.amount", says: "one column, both ways" },
			{ line: "tfm lineage raw.payments.amount --downstream", says: "all that hangs on a column of a source" },
			{ line: "tfm lineage orders", says: "the columns of a model" },
			{ line: "tfm lineage orders --upstream --output mermaid", says: "as a picture for a README" },
		],
	},
	{
		name: "check",
		heading: "Look",
		summary: "Read the SQL of the models and say what looks wrong",
		sentence:
			"Looks for columns that do not exist, ambiguous names, relations that nobody declares, and for personal data in layers that forbid it. Nothing is run. Exit code 1 for personal data where it may not be, and with --strict for any remark.",
		options: withShared([...CHECK, ...SELECTION, ...COMPARING, ...only(RUNNING, "writeJson")]),
		examples: [
			{ line: "tfm check", says: "the whole project" },
			{ line: "tfm check --select staging --strict", says: "in CI, part of it" },
			{ line: "tfm check --output json", says: "for other programs" },
		],
	},
	{
		name: "docs serve",
		which: "serve",
		heading: "Look",
		summary: "Show the site in the browser",
		sentence:
			"Serves what docs generate made to this machine. Open pages show the run that goes on, and load again when the site is made anew. Ends with Ctrl-C.",
		options: withShared(DOCS_SERVE),
		examples: [
			{ line: "tfm docs serve", says: "at http://127.0.0.1:8080/" },
			{ line: "tfm docs serve --port 9000 --watch", says: "made anew after every run" },
		],
	},
	{
		name: "docs check",
		heading: "Look",
		summary: "Check the site: dead links, public models without words, sizes",
		sentence:
			"Looks through what docs generate made for links that lead nowhere, public models and columns without a description, and files larger than a browser should have to fetch. Exit code 1 when it finds any.",
		options: withShared(DOCS_CHECK),
		examples: [{ line: "tfm docs check", says: "in CI, after tfm docs generate" }],
	},
	{
		name: "parse",
		heading: "Look",
		summary: "Check the project and write manifest.json",
		sentence: "Reads the whole project, reports every mistake in it, and writes target/manifest.json.",
		options: withShared(only(RUNNING, "warnError", "warnErrorOptions", "writeJson")),
		examples: [{ line: "tfm parse", says: "the quickest check of a project" }],
	},
	{
		name: "init",
		heading: "Set up",
		summary: "Start a project, or add tfm to a dbt project",
		sentence:
			"Writes a small layered project that runs at once, into a new folder of the given name, or without a name into this one. In the folder of a project that names a profile it asks what the profile needs, writes it to profiles.yml and checks it.",
		argument: { name: "name", key: "name", required: false, help: "Name of the project and of its folder" },
		options: withShared(INIT),
		examples: [
			{ line: "tfm init shop", says: "a new project" },
			{ line: "tfm init shop --engine postgres --yes", says: "without questions" },
			{ line: "tfm init --from-dbt", says: "in the folder of a dbt project" },
			{ line: "tfm init", says: "in a project: set up the profile that it names" },
		],
	},
	{
		name: "deps",
		heading: "Set up",
		summary: "Install the packages that packages.yml names",
		sentence:
			"Finds versions that fit together, writes them to package-lock.yml and installs them. With a lock that belongs to the list, what is locked is installed; what is in place stays, without a network.",
		options: withShared(DEPS),
		examples: [
			{ line: "tfm deps", says: "what packages.yml and package-lock.yml say" },
			{ line: "tfm deps --upgrade", says: "the newest versions that packages.yml allows" },
			{ line: "tfm deps --add-package dbt-labs/dbt_utils@1.3.0", says: "one more" },
		],
	},
	{
		name: "debug",
		heading: "Set up",
		summary: "Check project, profile and connection",
		sentence: "Goes through everything a run needs, from the project file to the connection, and says what is missing.",
		options: withShared(DEBUG),
		examples: [
			{ line: "tfm debug", says: "check all" },
			{ line: "tfm debug --connection --target prod", says: "one connection" },
			{ line: "tfm debug --grants-sql --target prod", says: "what an administrator has to run" },
		],
	},
	{
		name: "clean",
		heading: "Set up",
		summary: "Delete the folders named in clean-targets",
		sentence: "Deletes the folders that the project's clean-targets name, usually target and dbt_packages.",
		options: withShared(CLEAN),
		examples: [{ line: "tfm clean", says: "in the project here" }],
	},
	{
		name: "completion",
		heading: "Set up",
		summary: "Print a completion script for bash, zsh or fish",
		sentence:
			"Prints a script that completes commands, options and the names of models. Load it from your shell's start file.",
		argument: { name: "shell", key: "shell", required: true, help: "bash, zsh or fish" },
		options: [],
		examples: [
			{ line: 'eval "$(tfm completion bash)"', says: "in ~/.bashrc" },
			{ line: 'eval "$(tfm completion zsh)"', says: "in ~/.zshrc, after compinit" },
			{ line: "tfm completion fish > ~/.config/fish/completions/tfm.fish", says: "for fish" },
		],
	},
];
