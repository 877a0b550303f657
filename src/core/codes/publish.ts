import { code } from "./entry.ts";
import { sqlName } from "./sqlName.ts";

/** Why a built relation could not take its target's place. Nothing is changed in the database when one of these is given. */
export const PUBLISH_CODES = {
	"TFM-PUB-001": code<{ target: string; column: string; dependent: string; owner: string | null }>({
		message: (f) =>
			`${f.target} cannot be published: ${f.dependent}${f.owner === null ? "" : ` (owner ${f.owner})`} needs column ${f.column}, which the new version does not have`,
		hint: (f) => `keep ${f.column} in the model, or change or drop ${f.dependent} first`,
		explain:
			"Something outside the run reads a column that the new version of the relation no longer has. Publishing would break it, so the old version stays. Add the column back, or change or drop the dependent object, then run again.",
	}),
	"TFM-PUB-002": code<{ target: string; reasons: readonly string[]; change: string; kept?: boolean }>({
		message: (f) => `${f.target} cannot be replaced by a new one because of ${f.reasons.join(", ")}, and ${f.change}`,
		hint: () => "such a relation can only have its rows replaced, and that needs the same columns",
		next: (f) =>
			f.kept
				? "take `publish: keep` away for one run, so that a new table takes its place, or give the model its old columns"
				: "drop what hangs on it, or give the model the columns that the published table has",
		explain:
			"Materialized views over a table, foreign keys from other tables, publications, row types, identity columns, owned sequences and inheritance hang on the table itself, not on its name. tfm then keeps the table and replaces its rows, which works only while the columns are the same and it stays a table. `publish: keep` on a node asks for the same.",
	}),
	"TFM-PUB-003": code<{ target: string; object: string; owner: string; role: string; keepable: boolean }>({
		message: (f) =>
			`${f.target} cannot be published: ${f.object} belongs to ${f.owner}, and ${f.role} is not a member of that role`,
		hint: (f) => `${f.role} must be able to act as ${f.owner}: a member that inherits the role's privileges`,
		next: (f) =>
			`have an administrator run: grant ${sqlName(f.owner)} to ${sqlName(f.role)}${f.keepable ? "; or set `publish: keep` for the model: its table then stays, and nothing of others is touched while its columns are the same" : ""}`,
		explain:
			"A relation that must be moved, or a view, rule or function that must be re-created over the new version, belongs to a role that the connected role is not a member of, so the database would refuse to touch it.",
	}),
	"TFM-PUB-004": code<{ unit: string; seconds: number; holders: readonly string[] }>({
		message: (f) =>
			`${f.unit} was not published: its locks were not free within ${f.seconds} s${f.holders.length === 0 ? "" : ` (held by ${f.holders.join(", ")})`}`,
		hint: () => "the tests passed and nothing was changed",
		next: () => "`tfm retry` publishes what has been built, or raise --lock-timeout",
		explain:
			"Publishing waits for transactions that read the relations to end, and gives up after --lock-timeout. The candidates stay, so a retry does not build them again.",
	}),
	"TFM-PUB-005": code<{ unit: string; needed: number; held: number; slots: number }>({
		message: (f) =>
			`${f.unit} was not published: its one transaction needs about ${f.needed} locks; the server has room for ${f.slots}, ${f.held} of which are held, and a quarter is left to others`,
		next: () => "raise max_locks_per_transaction on the server, or split the layer",
		explain:
			"Everything that is published together is locked together. A transaction that uses up the server's shared lock table makes other sessions fail with `out of shared memory`. So tfm does not begin one that would leave less than a quarter of the table free, with what others hold at that moment.",
	}),
	"TFM-PUB-006": code<{ database: string; role: string; schemas: readonly string[] }>({
		message: (f) => `${f.role} may not create schemas in database ${f.database}; missing: ${f.schemas.join(", ")}`,
		next: (f) => `grant create on database ${sqlName(f.database)} to ${sqlName(f.role)}`,
		explain:
			"Candidates stand in schemas of their own (`tfm_c_…`), which tfm creates where they are missing. That needs the privilege `create` on the database.",
	}),
	"TFM-PUB-007": code<{ candidate: string; objects: readonly string[] }>({
		message: (f) => `${f.candidate} cannot be dropped: ${f.objects.join(", ")} hangs on it and is not tfm's`,
		hint: () => "candidates are dropped and rebuilt by every run; nothing lasting should read them",
		next: () => "drop that object, or let it read the published relation",
		explain:
			"Somebody created an object on a candidate in a shadow schema. tfm never drops what it did not make, so the candidate cannot be removed until that object is.",
	}),
	"TFM-PUB-008": code<{ target: string; kind: string }>({
		message: (f) => `${f.target} cannot be published: the existing relation is ${f.kind}`,
		next: () => "give the model another alias or schema, or drop the existing relation",
		explain:
			"A partition of another table, a foreign table (or a table with foreign partitions), a sequence, a type, or a member of an extension stands where the model would be published. tfm replaces only tables, views and materialized views.",
	}),
	"TFM-PUB-009": code<{ target: string; candidate: string; problem: string }>({
		message: (f) => `${f.target} cannot be published: its candidate ${f.candidate} ${f.problem}`,
		next: () => "run the model again",
		explain:
			"The relation that was built aside is gone or is neither a table nor a view, for example because a hook dropped or replaced it.",
	}),
	"TFM-PUB-010": code<{ target: string; dependent: string; problem: string }>({
		message: (f) =>
			`${f.target} cannot be published: ${f.dependent} cannot be re-created over the new version: ${f.problem}`,
		next: (f) =>
			`change ${f.dependent} so that it works with both versions, or drop it; a model of a later layer that changes in the same run needs \`publish_scope: run\``,
		explain:
			"A view, rule or function outside the run reads the relation and must be re-created over the new version; the database refuses it, mostly because a column has another type now, or it names columns by their position and the order has changed.",
	}),
	"TFM-PUB-011": code<{ target: string; problem: string; detail: string | null }>({
		message: (f) =>
			`${f.target} cannot be published: its rows cannot take the place of the published ones: ${f.problem}${f.detail === null ? "" : ` (${f.detail})`}`,
		explain:
			"While the rows of a table were replaced in place, or a foreign key was pointed at the new version of the table it refers to, the database reported a violated constraint.",
	}),
	"TFM-PUB-012": code<{ target: string; problem: string }>({
		message: (f) => `${f.target} cannot be published: its grants, comments or labels cannot be applied: ${f.problem}`,
		hint: () => "check the node's `grants` config: the roles must exist",
		explain:
			"The grants of the node's config, or the grants, comments and security labels that the published relation had, could not be given to the new version. It is not published without them.",
	}),
	"TFM-PUB-017": code<{ target: string; what: string; owner: string | null; why: string }>({
		message: (f) =>
			`${f.what}${f.owner === null ? "" : ` (owner ${f.owner})`} was dropped with the old ${f.target}: ${f.why}`,
		next: () => "create it again where it is still wanted; dbt drops such objects without a word",
		explain:
			"Without layers a relation is replaced as dbt replaces it: a view, a materialized view or a foreign key that cannot stay over the new version is dropped with the old one (`drop … cascade`), and with it the views above. Views that can stay are kept. What the same run builds again is not told. In a layered project the publish is refused instead.",
	}),
	"TFM-PUB-013": code<{ unit: string }>({
		message: (f) => `${f.unit} was not published: another run has taken over what this one was writing`,
		hint: () => "nothing was changed",
		next: () => "look at the other run's outcome, then run again",
		explain:
			"A run holds a lease on every relation that it writes. When its process seems to be dead, another run may take the lease over. Should the first one turn out to be alive after all, it must not publish any more: the check is made inside the publishing transaction.",
	}),
	"TFM-PUB-014": code<{ target: string; problem: string }>({
		message: (f) =>
			`${f.target} cannot be published: its new rows were computed for the table as it was, and ${f.problem}`,
		hint: () => "nothing was changed",
		next: () => "run the model again; with --full-refresh it is built anew",
		explain:
			"An incremental model or a snapshot is built as a set of new rows for the published table, and tested together with the rows that are there. If that table is dropped, replaced or altered by somebody else before the publish, what was tested is no longer what would be published.",
	}),
	"TFM-PUB-015": code<{ target: string; differences: readonly string[]; way: "apply" | "keep" }>({
		message: (f) =>
			`${f.target} stays the table that it is, and its config asks for another: ${f.differences.join("; ")}`,
		hint: (f) =>
			f.way === "apply"
				? "only a new table can have that; its rows and indexes are up to date"
				: "something hangs on the table itself, or it has `publish: keep`, so only its rows are replaced",
		next: (f) =>
			f.way === "apply"
				? "run the model with --full-refresh"
				: "drop what hangs on the table, or take `publish: keep` away for one run",
		explain:
			"An incremental model, a snapshot and a table that is kept go on living in the table that was made at first. `unlogged` and `partition_by` are decided when a table is made, so a change of them waits until it is made anew. dbt says nothing of it. Indexes of the `indexes` config follow at once.",
	}),
	"TFM-PUB-016": code<{
		target: string;
		relation: string;
		missing: readonly string[];
		columns: readonly string[];
	}>({
		message: (f) => `${f.target} is documented with columns that it does not have: ${f.missing.join(", ")}`,
		hint: (f) => `its columns: ${f.columns.join(", ")}`,
		next: () => "correct the columns of its YAML; a column with `quote: true` is meant in exactly that case",
		dbt: (f) =>
			`In relation ${f.relation}: The following columns are specified in the schema but are not present in the database: ${f.missing.join(", ")}`,
		explain:
			"With `persist_docs: {columns: true}` the descriptions of columns become comments in the database, and the YAML names columns that the relation does not have. The others get their comments.",
	}),
};
