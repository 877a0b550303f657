import { Command, CommanderError, Option } from "commander";
import { TFM_VERSION } from "../core/version.ts";
import { COMMAND_GROUPS, COMMANDS, type CommandSpec } from "./commandTable.ts";
import type { OptionSpec } from "./optionSpec.ts";

/** Values as typed: switches are booleans, counts numbers, the rest text; several spellings share one key. */
export interface Given {
	readonly [key: string]: boolean | number | string | readonly string[];
}

export type ParsedArgv =
	| { readonly kind: "help"; readonly text: string }
	/** `tfm docs`: the group's page, and a mistake, as in dbt. */
	| { readonly kind: "incomplete"; readonly text: string }
	| {
			readonly kind: "command";
			readonly command: CommandSpec;
			readonly given: Given;
			/** The positional argument, if there was one. */
			readonly argument: string | undefined;
			/** Spellings used that dbt calls deprecated: `--models`. */
			readonly deprecated: readonly string[];
	  };

/**
 * Words of the command line → a command and what was given, or the text of a help page. Throws TFM-CLI-001 … 007.
 * Commander finds the options; wording, values and defaults are ours.
 */
export async function parseArgv(argv: readonly string[], width: number): Promise<ParsedArgv> {
	const words = moveCommandFirst(argv);
	const asked = askedCommand(words);
	const program = rootCommand(width);
	let outcome: ParsedArgv | undefined;
	let help = "";
	const byName: Commands = new Map();
	const groups = new Map<string, Command>();
	// To make all commands takes a third of the time that node takes to start: only pages of many have a use for them.
	for (const spec of asked === undefined ? COMMANDS : [asked]) {
		const given: Record<string, boolean | number | string | string[]> = {};
		const deprecated: string[] = [];
		const command = listed(spec);
		// Of a listed one only that it takes options is shown.
		if (spec === asked) addOptions(command, { spec, given, deprecated });
		else if (spec.options.length > 0) command.addOption(new Option("--any"));
		command.action(() => {
			outcome = { kind: "command", command: spec, given, argument: command.args[0], deprecated };
		});
		const [first = "", second] = spec.name.split(" ");
		if (second === undefined) program.addCommand(command);
		else {
			const group = groups.get(first) ?? groupCommand(first, spec);
			if (!groups.has(first)) program.addCommand(group);
			groups.set(first, group);
			group.addCommand(command);
		}
		byName.set(spec.name, { spec, command });
		if (spec.alias !== undefined) byName.set(aliased(spec.name, spec.alias), { spec, command });
	}
	for (const command of [program, ...program.commands, ...[...groups.values()].flatMap((group) => group.commands)]) {
		command
			.exitOverride()
			.configureOutput({ writeOut: (text) => void (help += text), writeErr: () => {}, getOutHelpWidth: () => width });
	}
	if (words.length === 0) {
		program.outputHelp();
		return { kind: "help", text: help };
	}
	try {
		program.parse([...words], { from: "user" });
	} catch (error) {
		if (!(error instanceof CommanderError)) throw error;
		const group = groups.get(words[0] ?? "");
		if (error.code.startsWith("commander.help"))
			return help === "" && group !== undefined
				? { kind: "incomplete", text: group.helpInformation() }
				: { kind: "help", text: help };
		return await explain(error, words, byName);
	}
	if (outcome === undefined) return { kind: "help", text: help || program.helpInformation() };
	return outcome;
}

type Commands = Map<string, { spec: CommandSpec; command: Command }>;

/** `tfm source`: a name for commands that belong together. */
const groupCommand = (name: string, first: CommandSpec): Command =>
	new Command(name)
		.description(COMMAND_GROUPS[name] ?? first.summary)
		.helpGroup(`${first.heading}:`)
		.helpOption("-h, --help", "Show this page")
		.helpCommand(false);

function rootCommand(width: number): Command {
	const root = new Command("tfm")
		.usage("<command> [options]")
		.description("SQL transformations in layers: every layer is built aside, tested, then published at once.")
		.helpOption("-h, --help", "Show this page, or with a command the command's own")
		.helpCommand(false)
		.addHelpText(
			"after",
			"\nExamples:\n  tfm init shop              start a project\n  tfm run                    build, test and publish everything\n  tfm run --select +orders   orders and all it is made of\n  tfm retry                  take up a failed run\n\ntfm <command> --help tells more. Options may stand before or after the command.",
		)
		.configureHelp({ helpWidth: width });
	// Shown on the page only: main answers --version before commander is even loaded.
	root.version(TFM_VERSION, "-V, --version", "Show the version");
	return root;
}

const HEADINGS: Readonly<Record<OptionSpec["group"], string>> = {
	Selection: "Selection:",
	State: "Earlier runs:",
	Running: "Running:",
	Command: "Options:",
	Project: "Project:",
	Output: "Output:",
	Accepted: "Accepted:",
};

/** The command that is meant, if it is one. */
function askedCommand([first = "", second = ""]: readonly string[]): CommandSpec | undefined {
	const words = Object.hasOwn(COMMAND_GROUPS, first) ? `${first} ${second}` : first;
	return COMMANDS.find(({ name, alias }) => name === words || (alias !== undefined && aliased(name, alias) === words));
}

/** The name of a command with its alias in place of the last word. */
const aliased = (name: string, alias: string): string => name.replace(/\S+$/, alias);

/** As a list of commands shows it. */
function listed(spec: CommandSpec): Command {
	const command = new Command(spec.name.split(" ").at(-1) ?? spec.name)
		.summary(spec.summary)
		.description(spec.sentence);
	if (spec.alias !== undefined) command.alias(spec.alias);
	if (spec.argument !== undefined) {
		const { name, required, help } = spec.argument;
		command.argument(required ? `<${name}>` : `[${name}]`, help);
	}
	command.helpGroup(`${spec.heading}:`);
	command.helpOption("-h, --help", "Show this page");
	return command;
}

function addOptions(
	command: Command,
	{
		spec,
		given,
		deprecated,
	}: {
		readonly spec: CommandSpec;
		readonly given: Record<string, boolean | number | string | string[]>;
		readonly deprecated: string[];
	},
): void {
	for (const option of spec.options) {
		const short = option.short === undefined ? "" : `-${option.short}, `;
		const value = option.value === undefined ? "" : ` <${option.value}>`;
		command.addOption(
			new Option(`${short}--${option.long}${value}`, option.help)
				.hideHelp(option.hidden ?? false)
				.helpGroup(HEADINGS[option.group]),
		);
		command.on(`option:${option.long}`, (text?: string) => {
			take(given, option, text);
			if (option.deprecated === true) deprecated.push(`--${option.long}`);
		});
	}
	const widest = Math.max(0, ...spec.examples.map((example) => example.line.length));
	const examples = spec.examples.map((example) => `  ${example.line.padEnd(widest)}   ${example.says}`);
	command.addHelpText("after", `\nExamples:\n${examples.join("\n")}`);
}

function take(given: Record<string, boolean | number | string | string[]>, option: OptionSpec, text?: string): void {
	const before = given[option.key];
	if (option.kind === "switch") given[option.key] = option.sets ?? true;
	else if (option.kind === "count") given[option.key] = (typeof before === "number" ? before : 0) + 1;
	else if (option.kind === "list") given[option.key] = [...(Array.isArray(before) ? before : []), text ?? ""];
	else given[option.key] = text ?? "";
}

/**
 * dbt takes global flags before the command as well (`dbt --target prod run`): such options are moved behind it.
 * Which of them is followed by a value is known from the tables.
 */
export function moveCommandFirst(argv: readonly string[]): readonly string[] {
	if (argv[0] === "help") return [...argv.slice(1), "--help"];
	let known: ReadonlySet<string> | undefined;
	const takesValue = (word: string): boolean => {
		// Asked for alone more often than all that is looked up among a thousand options.
		if (word === "--help" || word === "-h") return false;
		known ??= optionsWithValue();
		return known.has(word);
	};
	const skipOptions = (from: number): number => {
		let at = from;
		while (at < argv.length && argv[at]!.startsWith("-")) at += takesValue(argv[at]!) ? 2 : 1;
		return at;
	};
	const at = skipOptions(0);
	const command = argv[at];
	if (command === undefined) return argv;
	const before = argv.slice(0, at);
	if (!Object.hasOwn(COMMAND_GROUPS, command)) return [command, ...before, ...argv.slice(at + 1)];
	const next = skipOptions(at + 1);
	const second = argv[next];
	if (second === undefined) return [command, ...before, ...argv.slice(at + 1)];
	return [command, second, ...before, ...argv.slice(at + 1, next), ...argv.slice(next + 1)];
}

function optionsWithValue(): ReadonlySet<string> {
	const found = new Set<string>();
	for (const { long, short, value } of COMMANDS.flatMap((command) => command.options)) {
		if (value === undefined) continue;
		found.add(`--${long}`);
		if (short !== undefined) found.add(`-${short}`);
	}
	return found;
}

/** Commander's refusals in our words. Its messages are read for the name in quotes; tests hold them to it. */
async function explain(
	error: CommanderError,
	words: readonly string[],
	byName: ReadonlyMap<string, { spec: CommandSpec; command: Command }>,
): Promise<never> {
	const group = Object.hasOwn(COMMAND_GROUPS, words[0] ?? "") ? `${words[0]} ` : "";
	const { fail } = await import("../core/diagnostic.ts");
	const { suggestName } = await import("../core/suggestName.ts");
	const quoted = /'([^']*)'/.exec(error.message)?.[1] ?? "";
	const found = byName.get(group === "" ? (words[0] ?? "") : `${group}${words[1] ?? ""}`);
	const command = found?.spec.name ?? "";
	switch (error.code) {
		case "commander.unknownCommand":
			return fail("TFM-CLI-001", { name: group + quoted, suggestion: suggestName(group + quoted, byName.keys()) });
		case "commander.unknownOption": {
			if (found === undefined) {
				const name = group === "" ? (words[0] ?? quoted) : `${group}${words[1] ?? ""}`.trim();
				return fail("TFM-CLI-001", { name, suggestion: suggestName(name, byName.keys()) });
			}
			const names = found.spec.options.flatMap((o) => (o.hidden === true ? [] : [`--${o.long}`]));
			return fail("TFM-CLI-002", { option: quoted, command, suggestion: suggestName(quoted, names) });
		}
		case "commander.optionMissingArgument":
			return fail("TFM-CLI-004", { option: /--[\w-]+/.exec(quoted)?.[0] ?? quoted, command });
		case "commander.missingArgument":
			return fail("TFM-CLI-005", { argument: `a ${quoted}`, command });
		case "commander.excessArguments": {
			const expected = found?.spec.argument === undefined ? 0 : 1;
			const argument = found?.command.args[expected] ?? "";
			const selects = expected === 0 && found?.spec.options.some((o) => o.long === "select") === true;
			return fail("TFM-CLI-006", { argument, command, selects });
		}
		default:
			throw error;
	}
}
