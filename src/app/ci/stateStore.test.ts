import { expect, it } from "vitest";
import { statesOfBase } from "./stateStore.ts";

const commands = { kind: "commands", get: 'echo "state of $TFM_STATE_KEY"', put: null } as const;
const of = (env: { readonly [name: string]: string }) =>
	statesOfBase(commands, ".", { env: { ...env, PATH: process.env.PATH }, signal: new AbortController().signal });

it("the base's state comes from the project's commands, and from none of a fork's", async () => {
	expect(await of({})?.get("dev/4711.json")).toBe("state of dev/4711.json\n");
	expect(of({ SYSTEM_PULLREQUEST_ISFORK: "True" })).toBeNull();
});
