import { expect, test } from "vitest";
import { COMMANDS } from "./commandTable.ts";
import golden from "./dbtFlags.golden.json" with { type: "json" };

/** What the parser itself knows. */
const OWN = ["--help", "-h", "--version", "-V", "-v"];

const { "every command": everywhere, ...commands } = golden;

function flagsOf(command: string): ReadonlySet<string> {
	const [group, last = ""] = [command.split(" ").slice(0, -1).join(" "), command.split(" ").at(-1)];
	const spec = COMMANDS.find(({ name, alias }) => name === command || (alias === last && name.startsWith(group)));
	const known = spec?.options.flatMap(({ long, short }) => [
		`--${long}`,
		...(short === undefined ? [] : [`-${short}`]),
	]);
	return new Set([...OWN, ...(known ?? [])]);
}

test.each(Object.entries(commands))("every flag of dbt 1.12's %s is taken", (command, flags) => {
	const known = flagsOf(command);
	// click takes `--store_failures` too; nobody is told of it.
	const missing = [...everywhere, ...flags].filter((flag) => !known.has(flag.replaceAll("_", "-")));
	expect(missing).toEqual([]);
});
