import { type CodeEntry, code, didYouMean } from "./entry.ts";

const sqlstateOf = (sqlstate: string | undefined) => (sqlstate === undefined ? "" : ` (SQLSTATE ${sqlstate})`);

/** Running nodes, tests and hooks. */
export const RUN_CODES = {
	"TFM-RUN-001": code<{
		node: string;
		message: string;
		sqlstate: string | undefined;
		detail: string | undefined;
		hint: string | undefined;
		/** The file with the SQL as executed, and whether the diagnostic points into it. */
		executed?: string;
		marked?: boolean;
	}>({
		message: (f) =>
			`the database refused ${f.node}: ${f.message}${sqlstateOf(f.sqlstate)}${f.detail === undefined ? "" : `. ${f.detail}`}`,
		hint: (f) => f.hint,
		next: (f) =>
			f.executed === undefined
				? undefined
				: f.marked === true
					? "the marked line is of the SQL as executed; the file that it names holds all of it"
					: `read the SQL as executed in ${f.executed}`,
		explain:
			"The database answered a statement of this node with an error. Positions are those of the SQL as it was executed, after the template was rendered; it is written under the target directory. Nothing of the node was published.",
	}),
	"TFM-RUN-002": code<{
		node: string;
		materialized: string;
		available: readonly string[];
		suggestion?: string | undefined;
	}>({
		message: (f) => `${f.node} is materialized as "${f.materialized}", which does not exist`,
		hint: (f) => didYouMean(f.suggestion) ?? `this version builds ${f.available.join(", ")}`,
		next: () => "choose one of them with the materialized config, or leave the node out with --exclude",
		explain:
			"The node asks for a materialization that this version does not build: the name is mistyped, belongs to another database (dynamic_table), or stands in a package that is not installed.",
	}),
	"TFM-RUN-004": code<{ node: string; byServer: boolean; message: string }>({
		message: (f) => `${f.node} was stopped: ${f.message}`,
		next: (f) =>
			f.byServer
				? "the limit is the profile's or the server's (its settings, or those of the role or the database): allow more time there, or make the statement cheaper"
				: "allow more time with --statement-timeout, or make the statement cheaper",
		explain:
			"A statement ran longer than the statement timeout and was cancelled on the server. Nothing of the node was kept.",
	}),
	"TFM-RUN-005": code<{ node: string; message: string }>({
		message: (f) => `the connection was lost while ${f.node} ran: ${f.message}`,
		next: () => "tfm retry takes up what is missing",
		explain:
			"The connection to the database ended while a statement was under way. Statements whose effect is unknown are not sent again by themselves.",
	}),
	"TFM-RUN-006": code<{ node: string; rows: number; columns: number }>({
		message: (f) =>
			`${f.node} must count its failures in one row of three columns, but returned ${f.rows} row(s) of ${f.columns} column(s)`,
		hint: () => "fail_calc, warn_if and error_if must each give one value, and get_test_sql one row",
		explain:
			"A test is wrapped into a query that gives the number of failures and whether to warn and to fail. An overridden get_test_sql, or a fail_calc that is not an aggregate, gave something else.",
	}),
	"TFM-RUN-007": code<{ node: string; column: string; value: string }>({
		message: (f) =>
			`${f.node} gave "${f.value}" for ${f.column}, which is not a ${f.column === "failures" ? "number" : "yes or no"}`,
		hint: () => "failures must be a number, should_warn and should_error true/false or 1/0",
		dbt: (f) => (f.column === "failures" ? undefined : `'get_test_sql' returns '${f.value}'`),
		explain:
			"The wrapped query of a test must return a number and two truth values. Look at fail_calc, warn_if and error_if.",
	}),
	"TFM-RUN-008": code<{ node: string; macro: string }>({
		message: (f) => `the macro ${f.macro} gave no SQL for ${f.node}`,
		hint: () => "an override of a built-in macro must write the statement",
		explain:
			"The statement that builds a node comes from a macro that a project may override. This one rendered to nothing.",
	}),
	"TFM-RUN-009": code<{ label: string; message: string; sqlstate: string | undefined; hint?: string | undefined }>({
		message: (f) => `${f.label} failed: ${f.message}${sqlstateOf(f.sqlstate)}`,
		hint: (f) => f.hint,
		explain:
			"A hook's statement was refused by the database. A failing on-run-start hook skips every node; a failing pre-hook or post-hook fails its node.",
	}),
	"TFM-RUN-010": code<{ node: string; message: string }>({
		message: (f) => `${f.node} is published, but a hook after it failed: ${f.message}`,
		hint: () => "post-hooks with transaction: false run after the publish and cannot undo it",
		next: () => "correct the hook and run the node again",
		explain:
			"A post-hook with transaction: false runs when readers already see the new relation. Its failure is reported, the relation stays.",
	}),
	"TFM-RUN-011": code<{ unit: string; message: string; sqlstate: string | undefined; hint?: string | undefined }>({
		hint: (f) => f.hint,
		message: (f) => `publishing ${f.unit} failed, nothing was changed: ${f.message}${sqlstateOf(f.sqlstate)}`,
		next: () => "tfm retry publishes what was built, once the cause is gone",
		explain:
			"The gate had passed, but the transaction that puts the new relations in place was refused. It was rolled back: readers see what they saw before. The candidates are kept.",
	}),
	"TFM-RUN-012": code<{ node: string; message: string }>({
		message: (f) => `tfm itself failed while working on ${f.node}: ${f.message}`,
		hint: () => "this is a defect of tfm, not of the project",
		next: () => "the log file has the stack; please report it with the node's SQL",
		explain: "An assumption inside tfm did not hold. The node counts as failed; the rest of the run goes on.",
	}),
	"TFM-RUN-013": code<{
		seconds: number;
		/** Null: no run, but somebody's lock. */
		holder: { runId: string; command: string; host: string; pid: number; startedAt: string } | null;
		relations: readonly string[];
	}>({
		message: (f) =>
			f.holder === null
				? `waited ${f.seconds} s in vain: another session has locked what tfm must change before a run`
				: `waited ${f.seconds} s in vain for run ${f.holder.runId} (tfm ${f.holder.command} on ${f.holder.host}, process ${f.holder.pid}, since ${f.holder.startedAt}), which writes ${f.relations[0] ?? ""}${f.relations.length > 1 ? ` and ${f.relations.length - 1} more of what this run writes` : ""}`,
		hint: (f) =>
			f.holder === null
				? "it holds tfm's table of leases, or a candidate of an earlier run that must go"
				: "runs that write the same relations go one after the other; nothing was changed",
		next: () => "start again when it has ended, wait longer with --lock-timeout, or select other nodes",
		explain:
			"A run leases every relation that it writes before it begins, so that two runs never write the same one at a time. Runs that write different relations go on together. A run whose process is gone holds nothing: its leases are taken over at once.",
	}),
	"TFM-RUN-014": code<{ run: string }>({
		message: (f) => `run ${f.run} lost its connections, and another run has taken over what it was to write`,
		hint: () => "what it had published stays; everything else is left to the other run",
		next: () => "wait for the other run, then tfm retry",
		explain:
			"A run is known to be alive by its database sessions. When all of them were lost, another run may take over its relations; the first one then stops as soon as it is connected again, and its publishes are refused.",
	}),
	"TFM-RUN-015": code<{ run: string; recent: readonly string[] }>({
		message: (f) => `this project has no run ${f.run} on this target`,
		hint: (f) => (f.recent.length === 0 ? "no run is recorded there yet" : `the last ones: ${f.recent.join(", ")}`),
		next: () => "tfm history lists runs with their ids",
		explain:
			"Runs are recorded in the database that they write, in tfm_state.runs. Each target of the project has its own, also where two of them share a database: name the target (--target) that the run was of.",
	}),
	"TFM-RUN-016": code<{ run: string; layer: string; held: readonly string[]; letThroughBy: string | null }>({
		message: (f) => `run ${f.run} held nothing back in layer ${f.layer}`,
		hint: (f) =>
			f.letThroughBy !== null
				? `what it had held was let through by run ${f.letThroughBy}`
				: f.held.length === 0
					? "no gate of that run held anything back"
					: `it held back ${f.held.join(", ")}`,
		next: () => "tfm history lists runs and what they held back",
		explain: "`tfm publish` lets through what the gate of one layer held back in one run.",
	}),
	"TFM-RUN-017": code<{ run: string; layer: string; missing: readonly string[]; command: string }>({
		message: (f) =>
			`layer ${f.layer} of run ${f.run} was held back by ${f.missing.length === 1 ? "a test that is" : `${f.missing.length} tests that are`} not accepted: ${f.missing.join(", ")}`,
		hint: () => "each test that failed must be accepted by name",
		next: (f) => f.command,
		explain:
			"Letting a layer through means to answer for every test that held it back. Each is named with --accept, and the reason is written down with your name.",
	}),
	"TFM-RUN-018": code<{ run: string; layer: string; failed: readonly string[]; why: string }>({
		message: (f) =>
			`layer ${f.layer} of run ${f.run} cannot be let through: ${f.failed.join(", ")} failed, and ${f.why}`,
		next: () => "correct it, then tfm retry",
		explain:
			"A test's failure may be accepted; a model that could not be built leaves nothing to publish. With gate_scope: layer, or in a publish group, nothing may be published without it.",
	}),
	"TFM-RUN-019": code<{ run: string; layer: string; changed: readonly string[] }>({
		message: (f) =>
			`what layer ${f.layer} of run ${f.run} held back is no longer there as it was: ${f.changed.slice(0, 5).join(", ")}${f.changed.length > 5 ? ` and ${f.changed.length - 5} more` : ""}`,
		hint: () =>
			"a later run has dropped, rebuilt or published these candidates, or the project has no such node any more",
		next: () => "tfm retry, or tfm run, builds them anew",
		explain:
			"Held candidates are kept for `tfm retry` and `tfm publish`; the next plain run drops them. Only what the named run held back, row for row, may be let through.",
	}),
	"TFM-RUN-020": code<{
		test: string;
		run: string;
		layer: string;
		failed: readonly string[];
		suggestion?: string | undefined;
	}>({
		message: (f) => `${f.test} is not among the tests that held back layer ${f.layer} of run ${f.run}`,
		hint: (f) =>
			didYouMean(f.suggestion) ?? (f.failed.length === 0 ? "no test held it back" : `those are ${f.failed.join(", ")}`),
		explain: "`--accept` takes the name of a test that failed in that run and held the layer back.",
	}),
	"TFM-RUN-021": code<{
		layer: string;
		run: string;
		problems: readonly string[];
		/** Runs of whose state all is kept; null: not looked for. */
		possible: readonly string[] | null;
	}>({
		message: (f) =>
			`layer ${f.layer} cannot go back to what it was after run ${f.run}: ${f.problems.slice(0, 5).join("; ")}${f.problems.length > 5 ? `; and ${f.problems.length - 5} more` : ""}`,
		hint: (f) =>
			f.possible === null
				? undefined
				: f.possible.length === 0
					? "what is kept of this layer is enough for no other run"
					: `it can go back to ${f.possible.join(", ")}`,
		next: () => "tfm history lists runs; keep_generations says how many are kept",
		explain:
			"A layer goes back as a whole or not at all. What is needed for it are the rows of every table as that run left them, which keep_generations keeps for a number of publishes, and the queries of the views.",
	}),
	"TFM-RUN-024": code<{ node: string; macro: string; problem: string; hint: string; dbt?: string }>({
		message: (f) => `the materialization of ${f.node} (${f.macro}) ${f.problem}`,
		hint: (f) => f.hint,
		dbt: (f) => f.dbt,
		explain:
			"A materialization that a project or a package brings returns its relations as {'relations': [...]}, runs the statement that builds the node as statement 'main', and takes models of the languages that it names, as in dbt. Where it builds aside, to be tested and published by its layer, it leaves one table under the name of {{ this }} and nothing else.",
	}),
	"TFM-RUN-025": code<{ node: string; materialized: string; macro: string; layer: string | null }>({
		message: (f) =>
			`${f.node} is materialized as "${f.materialized}" by ${f.macro}, and nothing says how that goes together with ${f.layer === null ? "layers" : `the gate of layer ${f.layer}`}`,
		hint: () =>
			"publish: swap – it makes {{ this }} whole and anew, so it can be built aside, tested and published; publish: direct – it works on what is published (adds rows to it, makes several relations), so readers see it at once and no gate holds it",
		next: (f) => `set publish: swap or publish: direct on ${f.node}`,
		explain:
			"What a materialization of a project or a package does with the relation that stands there cannot be seen before it runs. One that adds to the published rows would start from nothing each time if it were built aside, and what it had collected would be lost with the publish. So the author says which it is.",
	}),
	"TFM-RUN-026": code<{ node: string; macro: string }>({
		message: (f) => `the materialization of ${f.node} (${f.macro}) never committed, so what it did was rolled back`,
		hint: () => "{{ adapter.commit() }} stands before its last hooks",
		explain:
			"As in dbt on Postgres, a materialization runs in one transaction until it commits, and what was not committed is rolled back at its end. The node still counts as built.",
	}),
	"TFM-RUN-023": code<{ node: string; key: string; value: string; expected: string }>({
		message: (f) => `${f.key} of ${f.node} is ${f.value}, not ${f.expected}`,
		next: () => "correct the config",
		explain:
			"timeout and statement_timeout of a node are times such as 90s, 5m or 1h (a bare number is seconds), retries a whole number: how often a failure that passes is tried again.",
	}),
	"TFM-RUN-031": code<{ node: string; message: string; statement: string }>({
		message: (f) => `an index of ${f.node} cannot be made: ${f.message}`,
		hint: (f) => f.statement,
		next: () => "correct `indexes` in the config of the node, or the rows",
		explain:
			"An entry of the `indexes` config was refused by the database. Its columns are written into the statement as they are, so a name with a blank or a capital letter needs its own double quotes, and an expression its parentheses.",
	}),
	"TFM-RUN-032": code<{ node: string; problem: string; hint: string; dbt?: string | undefined }>({
		message: (f) => `${f.node} ${f.problem}`,
		hint: (f) => f.hint,
		dbt: (f) => f.dbt,
		explain:
			"Python models and functions in other languages than SQL run inside a warehouse that hosts the language (Snowflake, BigQuery, Databricks); Postgres does not. The project is read, and the node is in the manifest; building it fails, and what reads it is skipped.",
	}),
	"TFM-RUN-040": code<{ nodes: number; last: string }>({
		message: (f) =>
			`the run stops: the database could not be reached for ${f.nodes} nodes in a row, last for ${f.last}`,
		hint: () => "the nodes that were not begun are skipped; nothing of them has changed",
		next: () => "tfm retry goes on where this run stopped, once the database is there",
		explain:
			"When one node after the other fails because the connection is lost or refused, although each was tried again, the others are not tried at all. How many it takes is `connection_failure_limit` under `flags:` in the project file, by default 3; 0 never stops.",
	}),
	"TFM-RUN-041": code<{ node: string; limit: string }>({
		message: (f) => `${f.node} was stopped: it took longer than its timeout of ${f.limit}`,
		next: () => "allow more time with the node's `timeout` config, or make it cheaper",
		explain:
			"`timeout` of a node is for all of its work: compiling, every statement of its build with its hooks, and the attempts after failures that pass. `statement_timeout` is for each statement alone. What the node was doing was cancelled on the server, and nothing of it was kept.",
	}),
	"TFM-RUN-042": code<{ function: string; failed: readonly string[]; all: number; messages: readonly string[] }>({
		message: (f) =>
			`${f.failed.length} of ${f.all} overloads of ${f.function} could not be created:\n${f.messages.join("\n")}`,
		next: () => "tfm retry creates those that failed",
		explain:
			"A function and each of its `overloads` are created one after the other, and the failure of one does not stop the next. The function counts as a partial success: what reads it is skipped.",
	}),
	"TFM-RUN-022": code<{ layer: string }>({
		message: (f) => `no generations of layer ${f.layer} are kept`,
		hint: () =>
			"keep_generations: 1 on the layer, or on the project, keeps what a publish replaces; it takes room for every table",
		next: () => "set it, and run twice",
		explain: "`tfm rollback` puts back what earlier publishes replaced, and by default that is dropped at once.",
	}),
} satisfies Record<string, CodeEntry<never>>;
