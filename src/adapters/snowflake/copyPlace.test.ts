import { expect, test } from "vitest";
import { DatabaseError } from "../../core/databaseError.ts";
import { placedInCopy } from "./copyPlace.ts";

const refused = (file: string) =>
	new DatabaseError(
		`Error parsing JSON: {oops}\n  File 'tfm/0b02341f/${file}', line 2, character 4\n  Row 2, column "DOCS"["Full ""Doc""":2]\n  If you would like to continue loading`,
		{ sqlstate: "22P02", detail: "Snowflake 100069" },
	);

test("what COPY refuses is told by row and column, without the name of a file that only tfm knows", () => {
	expect(placedInCopy(refused("rows-0.csv.gz"), "DOCS")).toMatchObject({
		message: "Error parsing JSON: {oops}",
		detail: 'COPY DOCS, line 2, column Full "Doc": Snowflake 100069',
		sqlstate: "22P02",
	});
});

test("in a later file, and of any other refusal, nothing is known of the place", () => {
	const later = refused("rows-1.csv.gz");
	const other = new DatabaseError("no such stage");
	expect([placedInCopy(later, "DOCS"), placedInCopy(other, "DOCS")]).toEqual([later, other]);
});
