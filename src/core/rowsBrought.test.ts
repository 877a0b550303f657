import { expect, it } from "vitest";
import { rowsBrought } from "./rowsBrought.ts";

it("takes no count where the database told none: -1, and Snowflake's one row that says that something was created", () => {
	expect(rowsBrought({ _message: "SELECT 1", code: "SELECT", rows_affected: 1 })).toBe(1);
	expect(rowsBrought({ _message: "SUCCESS 2", code: "SUCCESS", rows_affected: 2 })).toBe(2);
	expect(rowsBrought({ _message: "SUCCESS 0", code: "SUCCESS", rows_affected: 0 })).toBe(0);
	expect(rowsBrought({ _message: "SUCCESS 1", code: "SUCCESS", rows_affected: 1 })).toBeNull();
	expect(rowsBrought({ _message: "CREATE VIEW", code: "CREATE VIEW", rows_affected: -1 })).toBeNull();
	expect(rowsBrought({})).toBeNull();
});
