import { expect, test } from "vitest";
import type { OutputOptions } from "../core/invocation.ts";
import { recorder } from "./eventFixtures.ts";
import { createLook } from "./look.ts";

const width = (isTTY: boolean, columns: number, asked?: number): number =>
	createLook(recorder(isTTY, columns), { color: "never", width: asked } as unknown as OutputOptions, {}).width;

test("lines are as wide as the terminal, as asked for, or as a CI log where no width is known", () => {
	expect(width(true, 120)).toBe(120);
	expect(width(true, 20)).toBe(40);
	expect(width(true, 120, 60)).toBe(60);
	expect(width(false, 30)).toBe(100);
	expect(width(true, 0)).toBe(100);
});
