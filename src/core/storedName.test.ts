import { expect, test } from "vitest";
import { storedName } from "./storedName.ts";

const dialect = { fold: (name: string) => name.toLowerCase(), storedDatabase: (name: string) => name };
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
		(rendered) => storedName(node(rendered), { fold, storedDatabase: fold }).database,
	);
	expect(names).toEqual(["DB", "db", "DB"]);
});
