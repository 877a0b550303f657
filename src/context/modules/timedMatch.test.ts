import { describe, expect, it } from "vitest";
import { TfmError } from "../../core/diagnostic.ts";
import { timedMatch } from "./timedMatch.ts";

const search = (regex: RegExp, text: string) => timedMatch(regex, text, () => regex.exec(text)?.[0] ?? null);

describe("matching within a time", () => {
	it("answers as without", () => {
		expect(search(/(\w+)@(\w+)\.org/u, `${"x ".repeat(20_000)}ada@mail.org`)).toBe("ada@mail.org");
		expect(search(/(\w+)@(\w+)\.org/u, "nothing")).toBeNull();
		expect(search(/a+/u, "caab")).toBe("aa");
	});

	it("ends a pattern that would go on for ever with a coded error", () => {
		const text = `${"a".repeat(60)}!`;
		try {
			search(/^(a+)+$/u, text);
			expect.unreachable();
		} catch (error) {
			if (!(error instanceof TfmError)) throw error;
			expect(error.diagnostics.map(({ code, message }) => `${code} ${message}`)).toEqual([
				"TFM-JINJA-027 the pattern ^(a+)+$ did not come to an end within 3 seconds on a text of 61 characters",
			]);
		}
	});
});
