/**
 * A table that stays, and a config that has changed since it was made: the indexes of the config are made and dropped in
 * the publish, what only a new table can have is told. Indexes of others, and those that hooks make, are left alone.
 */
import type { ConfiguredTable, Dialect, PublishWay } from "../../../core/adapter.ts";
import { type Diagnostic, diagnostic } from "../../../core/diagnostic.ts";
import type { NodeId } from "../../../core/node.ts";
import type { IndexFacts, RelationFacts } from "./catalogFacts.ts";
import { indexOn, isConfigIndex, shapeOf, splitIndex } from "./dress.ts";
import type { Member } from "./members.ts";
import { type Blame, qualified, type Step, step } from "./statements.ts";

export interface IndexChanges {
	/** Before the publish, in a transaction of their own, because they may take long; readers go on. */
	readonly before: readonly Step[];
	/** Under the locks of the publish: unique ones, which the rows of before may not allow, and those that go. */
	readonly within: readonly Step[];
}

/** `btree (Id, lower(name))` and what the server prints of it, without what it adds: casts, quotes, parentheses. */
const loosely = (definition: string): string =>
	definition
		.toLowerCase()
		.replace(/::[a-z_]+( varying)?/g, "")
		.replace(/[\s"()]+/g, "");

interface Wanted {
	readonly unique: boolean;
	readonly create: string;
	readonly has: (index: IndexFacts) => boolean;
}

function wantedByConfig(config: ConfiguredTable, old: RelationFacts): readonly Wanted[] {
	return config.indexes.map(({ name, unique, definition, create }) => ({
		unique,
		create,
		has: (index) => {
			if (index.name === name) return true;
			const [head, tail] = splitIndex(index, old);
			return head.includes("UNIQUE") === unique && loosely(tail) === loosely(definition);
		},
	}));
}

const wantedByCandidate = (dialect: Dialect, { old, fresh }: Member): readonly Wanted[] =>
	fresh.indexes.filter(isConfigIndex).map((index) => ({
		unique: index.definition.startsWith("CREATE UNIQUE"),
		create: indexOn(dialect, qualified(dialect, old!.schema, old!.name), { index, table: fresh }),
		has: (other) => shapeOf(other, old!) === shapeOf(index, fresh),
	}));

/** Unchanged tables answer with two empty lists. */
export function indexChanges(dialect: Dialect, member: Member, way: PublishWay): IndexChanges {
	const old = member.old!;
	const config = member.candidate.apply?.table;
	const wanted =
		way === "keep" ? wantedByCandidate(dialect, member) : config === undefined ? null : wantedByConfig(config, old);
	if (wanted === null) return { before: [], within: [] };
	const blame: Blame = { code: "TFM-PUB-011", nodes: [member.candidate.node], what: member.label };
	const plain = old.indexes.filter((index) => index.constraint === null);
	const missing = wanted.filter(({ has }) => !plain.some(has));
	const useless = plain.filter((index) => isConfigIndex(index) && !wanted.some(({ has }) => has(index)));
	const making = (unique: boolean): readonly Step[] =>
		missing.flatMap((w): readonly Step[] => (w.unique === unique ? [{ sql: w.create, path: "session", blame }] : []));
	const drops = useless.map((index) => step(`drop index ${qualified(dialect, old.schema, index.name)}`, blame));
	return { before: making(false), within: [...making(true), ...drops] };
}

/** What the config asks for beyond indexes, of the config itself or as the candidate has it. */
function storageOf(member: Member, way: PublishWay): Pick<ConfiguredTable, "unlogged" | "partitioned"> | undefined {
	if (way === "apply") return member.candidate.apply!.table;
	const { unlogged, partitionKey, partitions } = member.fresh;
	const partitioned = partitionKey === null ? null : { key: partitionKey, partitions: partitions.map((p) => p.name) };
	return { unlogged, partitioned };
}

/** Only what the config asks for counts: a table that somebody made unlogged or partitioned by hand may stay so. */
export function ignoredConfig(
	member: Member,
	way: PublishWay,
): readonly { readonly node: NodeId; readonly diagnostic: Diagnostic }[] {
	if (way !== "apply" && way !== "keep") return [];
	const wanted = storageOf(member, way);
	const old = member.old!;
	if (wanted === undefined) return [];
	const differences: string[] = [];
	if (wanted.unlogged && !old.unlogged && old.kind !== "p") differences.push("unlogged");
	const { partitioned } = wanted;
	if (partitioned !== null) {
		const [key, known] = [partitioned.key, new Set(old.partitions.map((p) => p.name))];
		const missing = partitioned.partitions.filter((name) => !known.has(name)).sort();
		if (old.partitionKey === null) differences.push(`partitioned by ${key.toLowerCase()}`);
		else if (loosely(old.partitionKey) !== loosely(key))
			differences.push(`partitioned by ${key.toLowerCase()}, not by ${old.partitionKey.toLowerCase()}`);
		else if (missing.length > 0) differences.push(`partitions that are not there: ${missing.join(", ")}`);
	}
	if (differences.length === 0) return [];
	const facts = { target: member.label, differences, way };
	const remark = diagnostic("TFM-PUB-015", facts, { severity: "warning" });
	return [{ node: member.candidate.node, diagnostic: remark }];
}
