import { type Answer, TIME_COLUMN, texts, wireTime } from "../answer.ts";
import type { ScriptedGrant } from "../scriptedGrant.ts";
import { unsupported } from "../snowflakeError.ts";
import type { Cursor } from "../sql/cursor.ts";
import { printed } from "../sql/names.ts";
import type { Statement } from "./statement.ts";

const NAMES = [
	"created_on",
	"privilege",
	"granted_on",
	"name",
	"granted_to",
	"grantee_name",
	"grant_option",
	"granted_by",
];

const answer = (rows: readonly (readonly string[])[]): Answer => texts(NAMES, rows, { created_on: TIME_COLUMN });

const row = (createdOn: Date, { privilege, on, name }: ScriptedGrant, role: string): readonly string[] => [
	wireTime(createdOn),
	privilege,
	on,
	name,
	"ROLE",
	role,
	String(privilege === "OWNERSHIP"),
	role,
];

/**
 * SHOW GRANTS, from behind the second word. ON an object: the owner's privilege and no others, since grants are not
 * kept. TO ROLE: what the server's script says; without one a role owns all that there is.
 */
export function showGrants(cursor: Cursor, { session, runtime, sql }: Statement): Answer {
	runtime.ledger.note("grant or revoke", sql);
	if (cursor.take("to", "role")) {
		const role = cursor.identifier();
		cursor.end();
		return toRole(role, { session, runtime });
	}
	if (!cursor.take("on")) throw unsupported("SHOW GRANTS other than ON an object and TO ROLE");
	const kind = cursor.next().text.toUpperCase();
	const parts = cursor.name();
	cursor.end();
	const database = kind === "DATABASE" ? runtime.catalog.databases.get(parts.join(".")) : undefined;
	if (database !== undefined) {
		const owned = { privilege: "OWNERSHIP", on: kind, name: printed(database.name) };
		return answer([row(database.createdOn, owned, "PUBLIC")]);
	}
	if (kind !== "TABLE" && kind !== "VIEW") return answer([]);
	const ref = runtime.catalog.refer(parts, session);
	const relation = runtime.catalog.get(ref, session);
	const name = [ref.database, ref.schema, ref.name].map(printed).join(".");
	return answer([row(relation.createdOn, { privilege: "OWNERSHIP", on: kind, name }, relation.owner)]);
}

function toRole(role: string, { session, runtime }: Pick<Statement, "session" | "runtime">): Answer {
	if (runtime.grants !== undefined) {
		const scripted = runtime.grants[role] ?? [];
		return answer(scripted.map((grant) => row(new Date(0), grant, role)));
	}
	const own = (on: string, name: readonly string[], createdOn: Date): readonly string[] =>
		row(createdOn, { privilege: "OWNERSHIP", on, name: name.map(printed).join(".") }, role);
	const databases = [...runtime.catalog.databases.values()];
	return answer([
		...(session.warehouse ? [own("WAREHOUSE", [session.warehouse], new Date(0))] : []),
		...databases.map(({ name, createdOn }) => own("DATABASE", [name], createdOn)),
		...databases.flatMap(({ name, schemas }) =>
			[...schemas.values()].map((schema) => own("SCHEMA", [name, schema.name], schema.createdOn)),
		),
	]);
}
