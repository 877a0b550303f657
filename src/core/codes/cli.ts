import { code, didYouMean } from "./entry.ts";

/** Mistakes on the command line and in the machine around it. All of them end with exit code 2. */
export const CLI_CODES = {
	"TFM-CLI-001": code<{ name: string; suggestion: string | undefined }>({
		message: (f) => `there is no command "${f.name}"`,
		hint: (f) => didYouMean(f.suggestion),
		next: () => "tfm --help",
		explain: "The first word after tfm is not a command. `tfm --help` lists them all.",
	}),
	"TFM-CLI-002": code<{ option: string; command: string; suggestion: string | undefined }>({
		message: (f) => `tfm ${f.command} has no option ${f.option}`,
		hint: (f) => didYouMean(f.suggestion),
		next: (f) => `tfm ${f.command} --help`,
		explain:
			"The command does not take this option. Options may stand before or after the command; each command's `--help` lists its own.",
	}),
	"TFM-CLI-003": code<{
		option: string;
		value: string;
		expected: string;
		suggestion?: string | undefined;
		dbt?: string;
	}>({
		message: (f) => `${f.option} cannot be "${f.value}"`,
		hint: (f) => `expected ${f.expected}${f.suggestion === undefined ? "" : `; ${didYouMean(f.suggestion)}`}`,
		dbt: (f) => f.dbt,
		explain:
			"The option, or the environment variable that stands for it, was given a value of the wrong shape. The hint says what is expected.",
	}),
	"TFM-CLI-004": code<{ option: string; command: string }>({
		message: (f) => `${f.option} needs a value`,
		next: (f) => `tfm ${f.command} --help`,
		explain: "The option was the last word of the line, or another option followed where its value should stand.",
	}),
	"TFM-CLI-005": code<{ argument: string; command: string }>({
		message: (f) => `tfm ${f.command} needs ${f.argument}`,
		next: (f) => `tfm ${f.command} --help`,
		dbt: (f) =>
			f.command === "run-operation" ? "Either a macro name or --sql must be passed to run-operation" : undefined,
		explain: "The command cannot work without this argument, for example the macro of `tfm run-operation`.",
	}),
	"TFM-CLI-006": code<{ argument: string; command: string; selects: boolean }>({
		message: (f) => `tfm ${f.command} does not take the argument "${f.argument}"`,
		hint: (f) => (f.selects ? `to pick nodes, write  tfm ${f.command} --select ${f.argument}` : undefined),
		next: (f) => `tfm ${f.command} --help`,
		explain: "A word that belongs to no option was left over. Names of nodes are given with `--select`.",
	}),
	"TFM-CLI-008": code<{ first: string; second: string }>({
		message: (f) => `${f.first} and ${f.second} cannot be used together`,
		hint: () => "leave one of them out",
		dbt: (f) => {
			const key = / (error|warn)$/.exec(f.first)?.[1];
			if (key !== undefined) return `Only \`${f.second}\` or \`${key}\` can be specified`;
			return f.first === "--args" ? `${f.first} cannot be used with ${f.second}` : undefined;
		},
		explain: "The two options ask for different things. Leave one of them out.",
	}),
	"TFM-CLI-009": code<{ option: string; problem: string }>({
		message: (f) => `${f.option} is not a YAML or JSON mapping: ${f.problem}`,
		hint: (f) => `for example  ${f.option} '{start_date: "2026-01-01", limit: 10}'`,
		explain: "The value must be a mapping of names to values, written as YAML or JSON and quoted for the shell.",
	}),
	"TFM-CLI-010": code<{ path: string; reason: string }>({
		message: (f) => `no permission to use ${f.path} (${f.reason})`,
		hint: () => "check the owner and mode of the folder, or choose another with --target-path or --log-path",
		explain:
			"The operating system refused access to a file or folder that tfm reads or writes. Artifacts go to the target folder, logs to the log folder; both can be moved with flags.",
	}),
	"TFM-CLI-011": code<{ path: string }>({
		message: (f) => `no space left on the device that holds ${f.path}`,
		hint: () => "free some space, or choose another place with --target-path or --log-path",
		explain: "A file could not be written because the disk, or the user's quota on it, is full.",
	}),
	"TFM-CLI-012": code<{ path: string; reason: string }>({
		message: (f) => `${f.path} cannot be used: ${f.reason}`,
		explain:
			"The operating system refused a file operation: a file stands where a folder should be, a name is too long, or too many files are open.",
	}),
	"TFM-CLI-013": code<{ problem: string; hint: string | undefined }>({
		message: (f) => `the database refused: ${f.problem}`,
		hint: (f) => f.hint,
		next: () => "tfm debug",
		explain:
			"The database could not be reached or refused a statement outside of any node, for example while connecting. `tfm debug` checks the connection step by step.",
	}),
	"TFM-CLI-014": code<{ shell: string }>({
		message: (f) => `there is no completion for the shell "${f.shell}"`,
		hint: () => "choose bash, zsh or fish",
		explain: "`tfm completion` prints a script for bash, zsh or fish.",
	}),
	"TFM-INTERNAL-001": code<{ problem: string; logFile: string | undefined }>({
		message: (f) => `internal error: ${f.problem}`,
		hint: (f) =>
			f.logFile === undefined ? "run again with -vv to see where it happened" : `the details are in ${f.logFile}`,
		next: () => "report it, with that file and the command you ran",
		explain:
			"tfm itself broke: this is not your mistake. The published relations are as the last finished publish left them. Please report it with the details from the log file.",
	}),
	"TFM-CLI-015": code<{ given: string; missing: string }>({
		message: (f) => `${f.given} needs ${f.missing} beside it`,
		hint: () => "for example  --event-time-start 2026-01-01 --event-time-end 2026-02-01",
		dbt: (f) => `When specifying \`${f.given}\`, \`${f.missing}\` must also be present.`,
		explain:
			"A microbatch model builds the batches of a window of time, which has a beginning and an end. Give both, or neither: then the model's own configuration says which batches are due.",
	}),
};
