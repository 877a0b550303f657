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
		/** A name that dbt knows. */
		planned: boolean;
		suggestion?: string | undefined;
	}>({
		message: (f) =>
			f.planned
				? `${f.node} is materialized as "${f.materialized}", which is not in this version yet`
				: `${f.node} is materialized as "${f.materialized}", which does not exist`,
		hint: (f) => didYouMean(f.suggestion) ?? `this version builds ${f.available.join(", ")}`,
		next: () => "choose one of them with the materialized config, or leave the node out with --exclude",
		explain:
			"The node asks for a materialization that this version does not build: incremental models, snapshots and materialized views are not there yet, and neither are materializations defined by a project or a package.",
	}),
	"TFM-RUN-003": code<{ node: string; materialized: string; macro: string }>({
		message: (f) =>
			`${f.node} is materialized as "${f.materialized}", for which the project brings its own materialization (${f.macro})`,
		hint: () => "materializations written by a project or a package are not in this version yet",
		next: () => "remove the override, or override the SQL it needs (create_table_as, create_view_as) instead",
		explain:
			"A project or package that defines a materialization block of this name expects it to run in place of the built-in one. This version cannot run it and does not silently use another.",
	}),
	"TFM-RUN-004": code<{ node: string; timeoutMs: number | undefined }>({
		message: (f) =>
			`${f.node} was stopped: a statement took longer than ${f.timeoutMs === undefined ? "the time allowed" : `${f.timeoutMs / 1000} s`}`,
		next: () => "allow more time with --statement-timeout, or make the statement cheaper",
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
		explain:
			"The wrapped query of a test must return a number and two truth values. Look at fail_calc, warn_if and error_if.",
	}),
	"TFM-RUN-008": code<{ node: string; macro: string }>({
		message: (f) => `the macro ${f.macro} gave no SQL for ${f.node}`,
		hint: () => "an override of a built-in macro must write the statement",
		explain:
			"The statement that builds a node comes from a macro that a project may override. This one rendered to nothing.",
	}),
	"TFM-RUN-009": code<{ label: string; message: string; sqlstate: string | undefined }>({
		message: (f) => `${f.label} failed: ${f.message}${sqlstateOf(f.sqlstate)}`,
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
	"TFM-RUN-011": code<{ unit: string; message: string; sqlstate: string | undefined }>({
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
} satisfies Record<string, CodeEntry<never>>;
