import type { Candidate, Dialect, Session } from "../../../core/adapter.ts";
import type { RelationName } from "../../../core/relation.ts";
import { cellsOf } from "../catalog.ts";

interface Grant {
	readonly privilege: string;
	/** `ROLE`, `SHARE`, `DATABASE_ROLE`. */
	readonly to: string;
	readonly name: string;
}

const GRANTEES: Readonly<Record<string, string>> = { ROLE: "role", SHARE: "share", DATABASE_ROLE: "database role" };

async function grantsOn(session: Session, dialect: Dialect, relation: RelationName): Promise<readonly Grant[]> {
	const table = await session.query(`show grants on table ${dialect.render(relation)}`);
	return cellsOf(table).flatMap((cells) => {
		const grant = {
			privilege: String(cells.get("privilege") ?? "").toUpperCase(),
			to: String(cells.get("granted_to") ?? "").toUpperCase(),
			name: String(cells.get("grantee_name") ?? ""),
		};
		return grant.privilege === "OWNERSHIP" || GRANTEES[grant.to] === undefined ? [] : [grant];
	});
}

/**
 * Grants belong to a table and do not follow a swap, so the table that goes in gets, before, those of the one that goes
 * out; where the config names grantees of a privilege, these alone.
 */
export async function carryGrants(
	session: Session,
	dialect: Dialect,
	{ candidate, replaces }: { readonly candidate: Candidate; readonly replaces: boolean },
): Promise<void> {
	const wanted = new Map(
		Object.entries(candidate.grants ?? {}).map(([privilege, to]) => [privilege.toUpperCase(), to] as const),
	);
	const there = replaces ? await grantsOn(session, dialect, candidate.target) : [];
	const relation = dialect.render(candidate.candidate);
	for (const { privilege, to, name } of there) {
		if (wanted.has(privilege)) continue;
		await session.execute(`grant ${privilege} on table ${relation} to ${GRANTEES[to]} ${dialect.quote(name)}`);
	}
	for (const [privilege, grantees] of wanted)
		for (const name of grantees) await session.execute(`grant ${privilege} on table ${relation} to role ${name}`);
}

/** A view keeps its grants when it is replaced (`copy grants`); the config's come after. */
export async function grantAsConfigured(session: Session, dialect: Dialect, candidate: Candidate): Promise<void> {
	const word = candidate.kind === "view" ? "view" : "table";
	const relation = dialect.render(candidate.target);
	for (const [privilege, grantees] of Object.entries(candidate.grants ?? {}))
		for (const name of grantees) await session.execute(`grant ${privilege} on ${word} ${relation} to role ${name}`);
}
