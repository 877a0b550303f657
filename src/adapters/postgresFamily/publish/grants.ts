import type { Dialect } from "../../../core/adapter.ts";
import type { AclItem } from "./catalogFacts.ts";

const who = (item: AclItem): string => (item.owner ? "\0owner" : (item.grantee ?? "\0public"));
const keyOf = (item: AclItem): string => `${who(item)}\0${item.privilege}`;
const index = (items: readonly AclItem[]) => new Map(items.map((item) => [keyOf(item), item] as const));

/** `a` and what `b` has beyond `without`: privileges that somebody really gave, not those a new relation is born with. */
export function joinAcl(a: readonly AclItem[], b: readonly AclItem[], without: readonly AclItem[]): readonly AclItem[] {
	const born = index(without);
	const joined = index(a);
	for (const item of b) {
		const before = born.get(keyOf(item));
		if (!item.owner && (before === undefined || (item.grantable && !before.grantable))) joined.set(keyOf(item), item);
	}
	return [...joined.values()];
}

/** A grantee as dbt's `grants` config has it, where it goes into the statement bare: folded, unless it is quoted. */
function configRole(text: string): string | null {
	const name = text.trim();
	if (/^".*"$/s.test(name)) return name.slice(1, -1).replaceAll('""', '"');
	if (/^public$/i.test(name)) return null;
	return /^[A-Za-z_][\w$]*$/.test(name) ? name.toLowerCase() : name;
}

/**
 * dbt's meaning of `grants`: when anything is given, the relation ends up with exactly that (the owner apart); an empty
 * map, like none, leaves what is there.
 */
export function withConfigGrants(
	items: readonly AclItem[],
	grants: Readonly<Record<string, readonly string[]>> | undefined,
): readonly AclItem[] {
	if (grants === undefined || Object.keys(grants).length === 0) return items;
	const asked = Object.entries(grants).flatMap(([privilege, grantees]) =>
		grantees.map(
			(g): AclItem => ({
				grantee: configRole(g),
				owner: false,
				privilege: privilege.trim().toUpperCase(),
				grantable: false,
			}),
		),
	);
	return [...items.filter((item) => item.owner), ...asked];
}

/** The fewest statements that lead from `have` to `want`, on a relation or one of its columns. */
export function grantStatements(
	dialect: Dialect,
	on: { readonly relation: string; readonly owner: string; readonly column?: string },
	have: readonly AclItem[],
	want: readonly AclItem[],
): readonly string[] {
	const settle = (item: AclItem): AclItem => (item.grantee === on.owner ? { ...item, owner: true } : item);
	const before = index(have.map(settle));
	const after = index(want.map(settle));
	const column = on.column === undefined ? "" : ` (${dialect.quote(on.column)})`;
	const groups = new Map<string, { head: string; tail: string; privileges: string[] }>();
	const add = (verb: "grant" | "revoke" | "revoke grant option for", item: AclItem, suffix = "") => {
		const role = item.owner ? dialect.quote(on.owner) : item.grantee === null ? "public" : dialect.quote(item.grantee);
		const tail = `on ${on.relation} ${verb === "grant" ? "to" : "from"} ${role}${suffix}`;
		const group = groups.get(`${verb}\0${tail}`) ?? { head: verb, tail, privileges: [] };
		group.privileges.push(`${item.privilege.toLowerCase()}${column}`);
		groups.set(`${verb}\0${tail}`, group);
	};
	for (const [key, item] of before) {
		const then = after.get(key);
		if (then === undefined) add("revoke", item);
		else if (item.grantable && !then.grantable && !item.owner) add("revoke grant option for", item);
	}
	for (const [key, item] of after) {
		const then = before.get(key);
		const more = item.grantable && !item.owner;
		if (then === undefined || (more && !then.grantable)) add("grant", item, more ? " with grant option" : "");
	}
	return [...groups.values()].map((group) => `${group.head} ${group.privileges.join(", ")} ${group.tail}`);
}
