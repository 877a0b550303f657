/**
 * Where a relation stands until it is published, and how it comes to its place. `apart`: under its own name in a schema
 * of tfm's, where readers have no access, so that whole layers can be built and tested over each other. `beside`: in the
 * target's own schema under a name of tfm's, for a role that may create no schemas; a node at a time, as dbt does it.
 */
import { hash } from "node:crypto";
import type { Dialect } from "../../../core/adapter.ts";
import type { RelationName } from "../../../core/relation.ts";
import { candidateOf, cutToBytes, shadowSchema } from "./candidateNames.ts";
import type { RelationFacts } from "./catalogFacts.ts";
import { kindWord, qualified } from "./statements.ts";

/** A relation, an index or a statistics object, by where it stands. */
export interface Place {
	readonly schema: string;
	readonly name: string;
}

export interface Placement {
	readonly kind: "apart" | "beside";
	candidateOf(project: string, target: RelationName): RelationName;
	/** A pattern (POSIX and JavaScript) of the names that candidates of the target have; null: they have its own. */
	namesOf(project: string, target: RelationName): string | null;
	/** True for a relation that is a candidate of the project; `published`: its candidate schemas. */
	isCandidate(
		place: { readonly schema: string | null; readonly name: string | null },
		published: ReadonlyMap<string, string>,
	): boolean;
	/** What an index or statistics object of the target is called while it stands on the candidate. */
	partName(name: string): string;
	/** Schemas that the publish makes for old relations of these schemas, and drops. */
	oldSchemas(project: string, schemas: readonly string[]): readonly string[];
	/** Where an old relation stands until it is dropped. */
	oldPlace(project: string, relation: Place): Place;
	/** Takes an old relation, with the partitions beside it, out of the way. */
	takeOut(project: string, relation: RelationFacts): readonly string[];
	/** Brings a candidate to its target's place; `old`: the relation that stood there. */
	bringIn(candidate: {
		readonly fresh: RelationFacts;
		readonly target: RelationName;
		readonly old: RelationFacts | null;
	}): readonly string[];
}

/** Partitions that stand beside their table have names that others of the new version will take; those elsewhere stay. */
export const besides = (r: RelationFacts) => r.partitions.filter((p) => p.schema === r.schema);

const digest = (text: string, length: number): string => hash("sha256", text, "hex").slice(0, length);

export function placedApart(dialect: Dialect): Placement {
	const maxBytes = dialect.maxIdentifierBytes;
	const oldSchema = (project: string, schema: string) => shadowSchema("o", project, schema, maxBytes);
	const move = (part: Pick<RelationFacts, "kind" | "schema" | "name">, schema: string): string =>
		`alter ${kindWord(part.kind)} ${qualified(dialect, part.schema, part.name)} set schema ${dialect.quote(schema)}`;
	return Object.freeze({
		kind: "apart",
		candidateOf: (project, target) => candidateOf(project, target, maxBytes),
		namesOf: () => null,
		isCandidate: ({ schema }, published) => published.has(schema ?? ""),
		partName: (name) => name,
		oldSchemas: (project, schemas) => schemas.map((schema) => oldSchema(project, schema)),
		oldPlace: (project, { schema, name }) => ({ schema: oldSchema(project, schema), name }),
		takeOut: (project, relation) =>
			[relation, ...besides(relation)].map((part) => move(part, oldSchema(project, relation.schema))),
		bringIn: ({ fresh, target }) => [fresh, ...besides(fresh)].map((part) => move(part, target.schema)),
	} satisfies Placement);
}

/** `tfm_c_`, 8 digits of the target, 8 of the run: runs side by side, each of other nodes, do not meet. */
const CANDIDATE = /^tfm_c_[0-9a-f]{16}/;

/** `owner`: an id of the run, so that what two runs build has two names. */
export function placedBeside(dialect: Dialect, owner: string): Placement {
	const stem = (project: string, target: Omit<RelationName, "database">): string =>
		`tfm_c_${digest(`${project}\0${target.schema}\0${target.identifier}`, 8)}`;
	const rename = (kind: string, { schema, name }: Place, to: string): readonly string[] =>
		name === to ? [] : [`alter ${kind} ${qualified(dialect, schema, name)} rename to ${dialect.quote(to)}`];
	const oldName = (name: string): string => `tfm_o_${digest(name, 16)}`;
	const partName = (name: string): string => `tfm_i_${digest(name, 16)}`;
	return Object.freeze({
		kind: "beside",
		candidateOf: (project, target) => ({ ...target, identifier: `${stem(project, target)}${digest(owner, 8)}` }),
		namesOf: (project, target) => `^${stem(project, target)}[0-9a-f]{8}$`,
		isCandidate: ({ name }) => CANDIDATE.test(name ?? ""),
		partName,
		oldSchemas: () => [],
		oldPlace: (_project, { schema, name }) => ({ schema, name: oldName(name) }),
		// Indexes share the names of the schema: those of the old relation make room for those of the new one.
		takeOut: (_project, relation) => [
			...[relation, ...besides(relation)].flatMap((part) => rename(kindWord(part.kind), part, oldName(part.name))),
			...relation.indexes.flatMap(({ name }) => rename("index", { schema: relation.schema, name }, oldName(name))),
		],
		bringIn({ fresh, target, old }) {
			const { schema, name: stands } = fresh;
			/** What the server, or the macro for partitions, made of the candidate's name. */
			const named = (name: string): string =>
				name.startsWith(stands)
					? cutToBytes(`${target.identifier}${name.slice(stands.length)}`, dialect.maxIdentifierBytes)
					: name;
			const lent = new Map((old?.indexes ?? []).map(({ name }) => [partName(name), name] as const));
			const lentStatistics = new Map((old?.statistics ?? []).map(({ name }) => [partName(name), name] as const));
			return [
				...rename(kindWord(fresh.kind), fresh, target.identifier),
				...besides(fresh).flatMap((part) => rename(kindWord(part.kind), part, named(part.name))),
				...fresh.indexes.flatMap(({ name }) => rename("index", { schema, name }, lent.get(name) ?? named(name))),
				...fresh.statistics.flatMap((s) => rename("statistics", s, lentStatistics.get(s.name) ?? s.name)),
			];
		},
	} satisfies Placement);
}
