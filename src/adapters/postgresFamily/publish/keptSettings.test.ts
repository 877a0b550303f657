import { expect, test } from "vitest";
import { keptSettings } from "./keptSettings.ts";

test("settings are kept in settings of our own, by whom they are kept for, for the transaction alone", () => {
	expect(keptSettings("publish", ["search_path", "jit"])).toEqual({
		keep: "select set_config('tfm.publish_search_path', current_setting('search_path'), true), set_config('tfm.publish_jit', current_setting('jit'), true)",
		giveBack:
			"select set_config('search_path', current_setting('tfm.publish_search_path'), true), set_config('jit', current_setting('tfm.publish_jit'), true)",
	});
});

test("two that keep the same setting at a time do not meet", () => {
	const kept = (["publish", "work", "locks"] as const).map((whom) => keptSettings(whom, ["jit"]).keep);
	expect(new Set(kept).size).toBe(3);
});
