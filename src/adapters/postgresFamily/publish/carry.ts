import type { Dialect, PublishWay } from "../../../core/adapter.ts";
import type { AclItem, Catalog, PolicyFacts, RelationFacts } from "./catalogFacts.ts";
import { commentsByColumn } from "./columnComments.ts";
import { grantStatements, joinAcl, withConfigGrants } from "./grants.ts";
import type { Member } from "./members.ts";
import { type Blame, isTable, kindWord, mergeOptions, optionList, qualified, type Step, step } from "./statements.ts";

const COMMANDS = { r: "select", a: "insert", w: "update", d: "delete", "*": "all" } as const;
const ENABLED = { D: "disable", R: "enable replica", A: "enable always" } as const;

function createPolicy(dialect: Dialect, relation: string, policy: PolicyFacts): readonly string[] {
	const roles = policy.roles.map((r) => (r === null ? "public" : dialect.quote(r))).join(", ");
	const name = dialect.quote(policy.name);
	return [
		`create policy ${name} on ${relation} as ${policy.permissive ? "permissive" : "restrictive"} for ${COMMANDS[policy.command]} to ${roles}` +
			(policy.using === null ? "" : ` using (${policy.using})`) +
			(policy.check === null ? "" : ` with check (${policy.check})`),
		...(policy.comment === null
			? []
			: [`comment on policy ${name} on ${relation} is ${dialect.literal(policy.comment)}`]),
	];
}

/** Triggers and rules are re-created from the server's own text, which names the published relation. */
function triggersAndRules(
	dialect: Dialect,
	from: RelationFacts,
	relation: string,
	has: RelationFacts | null,
): readonly string[] {
	return (["triggers", "rules"] as const).flatMap((part) => {
		const taken = new Set(has?.[part].map((p) => p.name));
		const word = part === "triggers" ? "trigger" : "rule";
		return from[part].flatMap((p) =>
			taken.has(p.name)
				? []
				: [
						p.definition.replace(/;\s*$/, ""),
						...(p.enabled === "O" || !isTable(from)
							? []
							: [`alter table ${relation} ${ENABLED[p.enabled]} ${word} ${dialect.quote(p.name)}`]),
						...(p.comment === null
							? []
							: [`comment on ${word} ${dialect.quote(p.name)} on ${relation} is ${dialect.literal(p.comment)}`]),
					],
		);
	});
}

/** What a candidate view's own hook put on it, retold for the published name: the candidate is dropped, not moved. */
function ownTriggers(fresh: RelationFacts, relation: string): readonly string[] {
	return [...fresh.triggers, ...fresh.rules].map((part) =>
		part.definition.replace(/;\s*$/, "").replace(` ${fresh.printed} `, () => ` ${relation} `),
	);
}

const bornWith = (catalog: Catalog, schema: string): readonly AclItem[] =>
	joinAcl(catalog.defaults.everywhere, catalog.defaults.inSchema.get(schema) ?? [], []);

/** Comments: the config's, else the candidate's own, else what the published relation had. */
function comments(dialect: Dialect, member: Member, relation: string, now: RelationFacts | null): readonly string[] {
	const { candidate, old, fresh } = member;
	const word = kindWord(candidate.apply === undefined ? fresh.kind : old!.kind);
	const statements: string[] = [];
	const text = candidate.comment ?? fresh.comment ?? old?.comment ?? null;
	if (text !== null && text !== (now?.comment ?? null))
		statements.push(`comment on ${word} ${relation} is ${dialect.literal(text)}`);
	const documented = commentsByColumn(
		candidate,
		fresh.columns.map((c) => c.name),
	);
	for (const column of fresh.columns) {
		const before = old?.columns.find((c) => c.name === column.name)?.comment ?? null;
		const want = documented.get(column.name) ?? column.comment ?? before;
		const has = now?.columns.find((c) => c.name === column.name)?.comment ?? null;
		if (want !== null && want !== has)
			statements.push(`comment on column ${relation}.${dialect.quote(column.name)} is ${dialect.literal(want)}`);
	}
	return statements;
}

/** Security labels (masking rules are kept in them): those of the candidate win. */
function labels(dialect: Dialect, { old, fresh }: Member, relation: string): readonly string[] {
	const columns = new Set(fresh.columns.map((c) => c.name));
	const own = new Set(fresh.labels.map((l) => `${l.provider}\0${l.column}`));
	return (old?.labels ?? [])
		.filter((l) => (l.column === null || columns.has(l.column)) && !own.has(`${l.provider}\0${l.column}`))
		.map((l) => {
			const on =
				l.column === null ? `${kindWord(fresh.kind)} ${relation}` : `column ${relation}.${dialect.quote(l.column)}`;
			return `security label for ${dialect.quote(l.provider)} on ${on} is ${dialect.literal(l.label)}`;
		});
}

/** Table and column privileges that the published relation must have in the end, minus those it has already. */
function privileges(
	dialect: Dialect,
	catalog: Catalog,
	member: Member,
	on: { relation: string; owner: string; now: RelationFacts | null },
): readonly string[] {
	const { candidate, old, fresh } = member;
	const schema = candidate.target.schema;
	const born = on.now?.acl ?? bornWith(catalog, schema);
	const base = old?.acl ?? bornWith(catalog, schema);
	const want = withConfigGrants(joinAcl(base, fresh.acl, catalog.defaults.everywhere), candidate.grants);
	const statements = [...grantStatements(dialect, on, born, want)];
	for (const column of fresh.columns) {
		const had = old?.columns.find((c) => c.name === column.name)?.acl ?? [];
		const has = on.now?.columns.find((c) => c.name === column.name)?.acl ?? [];
		statements.push(
			...grantStatements(dialect, { ...on, column: column.name }, has, joinAcl(had, column.acl ?? [], [])),
		);
	}
	return statements;
}

/**
 * Statements that give the published relation all that belongs to it and not to its rows: owner, privileges, comments,
 * row security, triggers, rules. They run when every relation stands under its final name.
 */
export function carryMember(
	dialect: Dialect,
	catalog: Catalog,
	about: {
		readonly member: Member;
		readonly way: PublishWay;
		/** It was made in this transaction, the candidate has not moved. */
		readonly created: boolean;
	},
): readonly Step[] {
	const { member, way, created } = about;
	const { candidate, old, fresh } = member;
	const relation = qualified(dialect, candidate.target.schema, candidate.target.identifier);
	const word = kindWord(fresh.kind);
	const moved = way === "swap" || way === "new";
	/** What stands under the final name by now: the candidate itself, the old relation, or a view just created. */
	const now = moved ? (created ? null : fresh) : old;
	const born = now?.owner ?? catalog.role;
	const owner = old !== null && moved && fresh.owner === catalog.role ? old.owner : moved ? fresh.owner : born;
	const grantBlame: Blame = { code: "TFM-PUB-012", nodes: [candidate.node], what: member.label };
	const plain: string[] = [];
	if (owner !== born) plain.push(`alter ${word} ${relation} owner to ${dialect.quote(owner)}`);
	const granted = [
		...privileges(dialect, catalog, member, { relation, owner, now }),
		...comments(dialect, member, relation, now),
		...(way === "swap" ? labels(dialect, member, relation) : []),
	];
	const rest: string[] = [];
	if (way === "apply") {
		// The table stays, with all that it has.
	} else if (isTable(fresh)) {
		const from = way === "keep" ? fresh : isTable(old) ? old : null;
		const has = way === "keep" ? old : fresh;
		if (from?.rowSecurity && !has!.rowSecurity) rest.push(`alter table ${relation} enable row level security`);
		if (from?.forceRowSecurity && !has!.forceRowSecurity) rest.push(`alter table ${relation} force row level security`);
		const named = new Set(has!.policies.map((p) => p.name));
		for (const policy of from?.policies ?? [])
			if (!named.has(policy.name)) rest.push(...createPolicy(dialect, relation, policy));
		if (way === "swap" && isTable(old)) rest.push(...triggersAndRules(dialect, old!, relation, fresh));
	} else {
		if (moved) rest.push(...ownTriggers(fresh, relation));
		if (way === "swap" && old!.kind === "v") rest.push(...triggersAndRules(dialect, old!, relation, fresh));
	}
	return [
		...plain.map((sql) => step(sql)),
		...granted.map((sql) => step(sql, grantBlame)),
		...rest.map((sql) => step(sql)),
	];
}

/** Options of a view about to be created or replaced: the statement would otherwise reset them. */
export function carriedOptions(dialect: Dialect, { old, fresh }: Member): string {
	const options = mergeOptions(old?.kind === fresh.kind ? old.options : [], fresh.options);
	return options.length === 0 ? "" : ` with (${optionList(dialect, options)})`;
}

/** A view outside the run that was dropped and made anew gets everything it had. */
export function carryForeignView(
	dialect: Dialect,
	catalog: Catalog,
	view: RelationFacts,
	blame: Blame,
): readonly Step[] {
	const relation = qualified(dialect, view.schema, view.name);
	const statements: string[] = [];
	const word = kindWord(view.kind);
	if (view.owner !== catalog.role) statements.push(`alter ${word} ${relation} owner to ${dialect.quote(view.owner)}`);
	const on = { relation, owner: view.owner };
	statements.push(...grantStatements(dialect, on, bornWith(catalog, view.schema), view.acl));
	if (view.comment !== null) statements.push(`comment on ${word} ${relation} is ${dialect.literal(view.comment)}`);
	for (const column of view.columns) {
		const name = dialect.quote(column.name);
		if (column.acl !== null)
			statements.push(...grantStatements(dialect, { ...on, column: column.name }, [], column.acl));
		if (column.comment !== null)
			statements.push(`comment on column ${relation}.${name} is ${dialect.literal(column.comment)}`);
		if (column.default !== null)
			statements.push(`alter view ${relation} alter column ${name} set default ${column.default}`);
	}
	statements.push(...triggersAndRules(dialect, view, relation, null));
	return statements.map((sql) => step(sql, blame));
}
