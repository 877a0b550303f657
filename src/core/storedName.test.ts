import { expect, test } from "vitest";
import { isWritable, storedName } from "./storedName.ts";

const asIs = (name: string): string => name;
const dialect = { fold: (name: string) => name.toLowerCase(), storedDatabase: asIs, storedSchema: asIs };
const node = (relation_name: string | null) => ({ database: "db", schema: "Dev", alias: "Orders", relation_name });

test("a part that is not quoted is folded as the database does it, a quoted one stays", () => {
	const names = ['"db"."Dev"."Orders"', '"db".Dev."Orders"', "db.Dev.Orders", '"Dev"."a "".b"', null].map(
		(rendered) => {
			const { schema, identifier } = storedName(node(rendered), dialect);
			return [schema, identifier];
		},
	);
	expect(names).toEqual([
		["Dev", "Orders"],
		["dev", "Orders"],
		["dev", "orders"],
		["Dev", 'a ".b'],
		["Dev", "Orders"],
	]);
});

test("the database of a bare name is called what the engine stores, and a quoted one is itself", () => {
	const fold = (name: string) => name.toUpperCase();
	const names = ["db.dev.orders", '"db".dev.orders', "dev.orders"].map(
		(rendered) => storedName(node(rendered), { fold, storedDatabase: fold, storedSchema: asIs }).database,
	);
	expect(names).toEqual(["DB", "db", "DB"]);
});

test("a name that only quotes would make one is folded part by part, and told from those that can be written", () => {
	const fold = (name: string) => name.toUpperCase();
	const spelled = (relation_name: string, alias: string, schema = "dev") => {
		const node = { database: "db", schema, alias, relation_name };
		const stored = storedName(node, { fold, storedDatabase: fold, storedSchema: asIs });
		return [isWritable(node), stored.database, stored.schema, stored.identifier];
	};
	expect(spelled('db.dev.a"b', 'a"b')).toEqual([false, "DB", "DEV", 'A"B']);
	expect(spelled('db.dev.b"', 'b"')).toEqual([false, "DB", "DEV", 'B"']);
	expect(spelled("db.dev.v1.orders", "v1.orders")).toEqual([false, "DB", "DEV", "V1.ORDERS"]);
	expect(spelled('"db".a"b; drop.orders', "orders", 'a"b; drop')).toEqual([false, "db", 'A"B; DROP', "ORDERS"]);
	// Quotes that the config itself holds.
	expect(spelled('"My DB".dev."Orders"', '"Orders"')).toEqual([true, "My DB", "DEV", "Orders"]);
	expect(spelled('db.dev."a""b"', 'a"b')).toEqual([true, "DB", "DEV", 'a"b']);
});

test("a schema is called what the database makes of its name, quoted or not; a relation is never called otherwise", () => {
	const cutting = { ...dialect, storedSchema: (name: string) => name.slice(0, 2) };
	const names = ['"db"."Dev"."Orders"', "db.Dev.Orders", null].map((rendered) => storedName(node(rendered), cutting));
	expect(names.map((n) => `${n.schema}.${n.identifier}`)).toEqual(["De.Orders", "de.orders", "De.Orders"]);
});
