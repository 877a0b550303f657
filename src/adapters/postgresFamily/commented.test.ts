import { expect, it } from "vitest";
import { commented } from "./commented.ts";

const execute = (sql: string) => ({ kind: "execute", sql }) as const;
const refusal = { position: "9" } as Parameters<ReturnType<typeof commented>["inText"]>[0];

it("puts a comment on a line before the text, and counts positions from the text's own beginning", () => {
	const { request, inText } = commented(execute("select x"), { text: "by é", append: false });
	expect(request.sql).toBe("/* by é */\nselect x");
	expect(inText({ ...refusal, position: "19" } as typeof refusal)).toMatchObject({ position: "8" });
});

it("puts a comment behind the text, before its last semicolon", () => {
	const comment = { text: "by me", append: true };
	expect(commented(execute("select 1;\n"), comment).request.sql).toBe("select 1\n/* by me */;");
	expect(commented(execute("select 1"), comment).request.sql).toBe("select 1\n/* by me */");
	expect(commented(execute("select 1"), comment).inText(refusal)).toBe(refusal);
});

it("leaves a text without a comment as it is", () => {
	const request = execute("select 1");
	expect(commented(request, undefined).request).toBe(request);
});
