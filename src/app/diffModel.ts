import { join, relative } from "node:path";
import { DatabaseError } from "../core/databaseError.ts";
import { type DiagnosticPlaces, fail } from "../core/diagnostic.ts";
import type { ExitCode, Invocation } from "../core/invocation.ts";
import { findNode } from "../core/manifest.ts";
import { type GraphNode, isStored, type SourceNode, type StoredNode } from "../core/node.ts";
import type { RelationName } from "../core/relation.ts";
import { sqlPath } from "../core/sqlPath.ts";
import { storedName } from "../core/storedName.ts";
import { suggestName } from "../core/suggestName.ts";
import { matchesAny } from "../diff/comparedColumns.ts";
import { compareRows, type DiffSide, type RowDiff } from "../diff/diff.ts";
import { isMasked, manifestFacts } from "../report/report.ts";
import { maskDiff, rowDiffText } from "../report/rowDiffText.ts";
import { writeCompiled } from "./artifacts.ts";
import { personalColumns } from "./columnLineage/personalColumns.ts";
import { candidateBinding, type Database, failRefused, PUBLISHED, withDatabase } from "./database.ts";
import { nodeNamed } from "./nodeNamed.ts";
import { type OpenProject, openProject } from "./openProject.ts";
import { diffSide, keyOf, listed } from "./rowDiff/diffSide.ts";

type Compared = StoredNode | SourceNode;

/** Where the query's rows stand while they are compared; the session's own, gone with it. */
const ASIDE = "tfm_diff_head";

/** `tfm diff MODEL`: the rows that it would have, or has in this target, beside those that readers see. */
export async function diffCommand(invocation: Invocation): Promise<ExitCode> {
	const options = readOptions(invocation);
	// All rows of an incremental model, not those that a run would add.
	const project = await openProject(everyRow(invocation));
	const node = nodeNamed(project, String(invocation.flags.extra.model));
	const { held, against } = invocation.flags.extra;
	const computed = held !== true && typeof against !== "string";
	if (!isCompared(node) || (computed && node.resource_type !== "model"))
		return fail("TFM-DIFF-003", { name: node.name, kind: kindOf(node) });
	const base = await baseRelation(invocation, project, node);
	const { diff, titles } = await withDatabase(invocation, project, async (database) => {
		const { session } = database;
		const { dialect } = project.engine;
		const key = options.key ?? keyOf(node);
		// Before the query is computed: where there is nothing to compare with, its work would be for nothing.
		const side = async ({ stands, title }: Side): Promise<DiffSide> => {
			const found = await diffSide(session, stands, { dialect, key });
			const relation = dialect.render(stands).replaceAll('"', "");
			const next = await waysToBuild({ invocation, project, database, node });
			return found.columns.length > 0
				? found
				: fail("TFM-DIFF-001", { relation, name: node.name, where: ` (${title})`, next });
		};
		const standing = await side(base);
		const head = await headRelation({ invocation, project, database, node, near: base.stands });
		const request = { base: standing, head: await side(head) };
		checkIgnored(request, options.ignore, node.name);
		const { signal } = invocation;
		const compared = await compareRows(
			{
				...request,
				...options,
				key,
				name: node.name,
				dialect,
				near: head.stands,
			},
			async (sql) => (await session.query(sql, [], { signal })).rows,
		).catch((error: unknown) => failRefused(error, node.name));
		return { diff: compared, titles: { base: base.title, head: head.title } };
	});
	const isPersonal = await personalColumns(invocation, project, node.unique_id);
	print({ invocation, project, node, diff, titles, isPersonal });
	return 0;
}

/** Throws TFM-DIFF-008. Of one model that is a slip; `tfm ci` has patterns for all models, of which most lack the column. */
function checkIgnored(
	{ base, head }: { readonly base: DiffSide; readonly head: DiffSide },
	ignore: readonly string[],
	name: string,
): void {
	const names = [...new Set([...base.columns, ...head.columns].map((column) => column.name))];
	const patterns = ignore.filter((pattern) => !names.some((column) => matchesAny(column, [pattern])));
	if (patterns.length > 0) fail("TFM-DIFF-008", { name, patterns, suggestion: suggestName(patterns[0] ?? "", names) });
}

const everyRow = (invocation: Invocation): Invocation => ({
	...invocation,
	flags: { ...invocation.flags, fullRefresh: true },
});

const kindOf = (node: GraphNode): string =>
	node.resource_type === "model" ? "ephemeral model" : node.resource_type.replace("_", " ");

const isCompared = (node: GraphNode): node is Compared =>
	node.resource_type === "source" ||
	(isStored(node) && node.resource_type !== "test" && node.config.materialized !== "ephemeral");

function readOptions({ flags: { extra } }: Invocation) {
	const number = (name: string, value: unknown, expected: string, allowed: (n: number) => boolean): number => {
		const read = Number(value);
		return String(value).trim() !== "" && allowed(read)
			? read
			: fail("TFM-DIFF-006", { option: `--${name}`, value: String(value), expected });
	};
	const { tolerance, samples, key } = extra;
	return {
		key: key === undefined ? null : keyWritten(key),
		ignore: listed(extra.ignore),
		tolerance:
			tolerance === undefined
				? {}
				: { floatRelative: number("tolerance", tolerance, "a part of one, such as 1e-9", (n) => n >= 0 && n < 1) },
		samples:
			samples === undefined
				? 5
				: number("samples", samples, "a number of rows up to 1000", (n) => Number.isInteger(n) && n >= 0 && n <= 1000),
	};
}

function keyWritten(written: unknown): readonly string[] {
	const columns = [...new Set(listed(written))];
	return columns.length > 0
		? columns
		: fail("TFM-DIFF-006", { option: "--key", value: String(written), expected: "columns, such as order_id,line" });
}

interface Side {
	readonly stands: RelationName;
	/** What a person calls it. */
	readonly title: string;
}

/** What stands: the published relation, or that of the target that `--against` names. */
async function baseRelation(invocation: Invocation, project: OpenProject, node: Compared): Promise<Side> {
	const { against } = invocation.flags.extra;
	const { dialect } = project.engine;
	const own = storedName(node, dialect);
	if (typeof against !== "string") return { stands: own, title: "published" };
	if (against === project.config.target.targetName) return fail("TFM-DIFF-007", { target: against });
	const other = await openProject({ ...everyRow(invocation), flags: { ...invocation.flags, target: against } });
	const twin = findNode(other.manifest, node.unique_id);
	const named = twin !== undefined && isCompared(twin) ? storedName(twin, dialect) : own;
	if (named.database !== own.database)
		return fail("TFM-DIFF-004", { target: against, theirs: named.database, ours: own.database });
	return { stands: named, title: `target ${against}` };
}

interface HeadRequest {
	readonly invocation: Invocation;
	readonly project: OpenProject;
	readonly database: Database;
	readonly node: Compared;
}

/** What would take its place: the query's rows, what a gate holds back, or this target's relation. */
async function headRelation({
	invocation,
	project,
	database,
	node,
	near,
}: HeadRequest & {
	/** What it is compared with. */
	readonly near: RelationName;
}): Promise<Side> {
	const { held, against } = invocation.flags.extra;
	const { dialect } = project.engine;
	if (held === true) {
		const candidate = await heldOf({ project, database, node });
		if (candidate === undefined) return fail("TFM-DIFF-005", { name: node.name });
		return { stands: candidate, title: "held back" };
	}
	if (typeof against === "string")
		return { stands: storedName(node, dialect), title: `target ${project.config.target.targetName}` };
	const { compiled } = await database.render((journal) =>
		database.compiler.compileNode(node.unique_id, journal, PUBLISHED),
	);
	const header = typeof node.config.sql_header === "string" ? `${node.config.sql_header}\n` : "";
	const { session } = database;
	const { signal } = invocation;
	const stands = dialect.comparing.aside(ASIDE, near);
	const fill = dialect.comparing.fillAside(dialect.render(stands));
	const before = `${header}${fill.before}`;
	await session
		.execute([`${before}${compiled.sql}\n`, ...fill.after].join(";\n"), { signal })
		.catch((error: unknown) => {
			if (!isStored(node)) throw error;
			writeCompiled(project, node.unique_id, compiled.sql);
			return failRefused(error, node.name, placesOf(error, { project, node, before, sql: compiled.sql }));
		});
	return { stands, title: "its query" };
}

/** The marked line of the compiled SQL, which has just been written; without one the model's file. */
function placesOf(
	error: unknown,
	about: {
		readonly project: OpenProject;
		readonly node: StoredNode;
		readonly before: string;
		readonly sql: string;
	},
): DiagnosticPlaces {
	const { project, node, before, sql } = about;
	const position = error instanceof DatabaseError ? error.position : undefined;
	const at = position === undefined ? -1 : position - 1 - before.length;
	if (at < 0 || at > sql.length) return { at: node.location };
	const lines = sql.slice(0, at).split("\n");
	const file = join(relative(project.config.project.root, project.config.targetDir), sqlPath("compiled", node));
	return {
		at: { file, line: lines.length, column: (lines.at(-1) ?? "").length + 1 },
		source: sql.split("\n")[lines.length - 1],
		related: [{ label: "declared here", at: node.location }],
	};
}

/** What the last run held back of it; nothing where no run has made tfm's tables yet. */
async function heldOf({ project, database, node }: Omit<HeadRequest, "invocation">): Promise<RelationName | undefined> {
	const { fold } = project.engine.dialect;
	const candidates = { database: "", schema: fold("tfm_state"), identifier: fold("candidates") };
	const there = await database.session.listColumns([candidates]);
	return there.size > 0 ? (await candidateBinding(database, project)).relationOf(node.unique_id) : undefined;
}

/** What makes the relation that is missing; what a gate holds back is not published by building it once more. */
async function waysToBuild({ invocation, project, database, node }: HeadRequest): Promise<string> {
	const { against } = invocation.flags.extra;
	if (typeof against === "string") return `tfm run --select ${node.name} --target ${against}`;
	return (await heldOf({ project, database, node })) !== undefined
		? `nothing of it was ever published, and its first build is held back: tfm retry, or tfm show --select ${node.name}`
		: `tfm run --select ${node.name}`;
}

interface Printed {
	readonly invocation: Invocation;
	readonly project: OpenProject;
	readonly node: Compared;
	readonly diff: RowDiff;
	readonly titles: { readonly base: string; readonly head: string };
	readonly isPersonal: (column: string) => boolean;
}

function print({ invocation, project, node, diff, titles, isPersonal }: Printed): void {
	const facts = manifestFacts(project.manifest, project.config.targetDir)(node.unique_id);
	const shown = maskDiff(diff, (column) => isMasked(column, facts) || isPersonal(column));
	invocation.stdout.write(
		invocation.flags.extra.output === "json"
			? `${JSON.stringify({ v: 1, node: node.unique_id, base: titles.base, head: titles.head, ...shown }, null, 2)}\n`
			: rowDiffText({ name: facts?.label ?? node.name, ...titles, diff: shown }),
	);
}
