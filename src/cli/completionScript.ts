import { COMMAND_GROUPS, COMMANDS, type CommandSpec } from "./commandTable.ts";
import type { OptionSpec } from "./optionSpec.ts";

/** After these options a model's name is completed; asking for the names costs a parse, so only then. */
const TAKE_NODES = ["--select", "-s", "--exclude", "--failures", "--rejects"];
const NODE_NAMES = "tfm ls --output name --quiet 2>/dev/null";

/** The completion script of a shell, made from the tables of commands and options. Null for another shell. */
export function completionScript(shell: string): string | null {
	switch (shell) {
		case "bash":
			return bash();
		case "zsh":
			return zsh();
		case "fish":
			return fish();
		default:
			return null;
	}
}

const visible = (options: readonly OptionSpec[]): OptionSpec[] => options.filter((option) => option.hidden !== true);

const spellings = (option: OptionSpec): string[] => [
	`--${option.long}`,
	...(option.short === undefined ? [] : [`-${option.short}`]),
];

const GROUPS = Object.keys(COMMAND_GROUPS).join("|");

/** First words: commands of one word, and groups once each. */
const firstWords = (): string[] => [...new Set(COMMANDS.map((command) => command.name.split(" ")[0] ?? ""))];

const membersOf = (group: string): string[] =>
	COMMANDS.flatMap(({ name }) => (name.startsWith(`${group} `) ? [name.slice(group.length + 1)] : []));

/** What a user may type for it. */
function namesOf({ name, alias }: CommandSpec): string[] {
	if (alias === undefined) return [name];
	return [name, name.includes(" ") ? name.replace(/ .*/, ` ${alias}`) : alias];
}

/** All options with a closed set of values, once each. */
function optionsWithChoices(): { readonly command: string; readonly option: OptionSpec }[] {
	return COMMANDS.flatMap((command) =>
		visible(command.options)
			.filter((option) => option.choices !== undefined)
			.map((option) => ({ command: command.name, option })),
	);
}

function bash(): string {
	const words = COMMANDS.map((command) => {
		const names = namesOf(command).map((name) => (name.includes(" ") ? `"${name}"` : name));
		const options = visible(command.options).map((option) => `--${option.long}`);
		return `\t\t${names.join("|")}) words="${[...options, "--help"].join(" ")}" ;;`;
	});
	const values = optionsWithChoices().map(
		({ command, option }) =>
			`\t\t${spellings(option)
				.map((spelling) => `"${command} ${spelling}"`)
				.join("|")}) words="${option.choices!.join(" ")}" ;;`,
	);
	return `# tfm completion for bash:  eval "$(tfm completion bash)"
_tfm() {
	local current previous command words word
	current="\${COMP_WORDS[COMP_CWORD]}"
	previous="\${COMP_WORDS[COMP_CWORD-1]}"
	command=""
	for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
		case "$word" in
			-*) ;;
			*) command="\${command:+$command }$word"; case "$command" in ${GROUPS}) ;; *) break ;; esac ;;
		esac
	done
	case "$command" in
		"")
			COMPREPLY=($(compgen -W "${firstWords().join(" ")} --help --version" -- "$current"))
			return ;;
${Object.keys(COMMAND_GROUPS)
	.map(
		(group) =>
			`\t\t${group})\n\t\t\tCOMPREPLY=($(compgen -W "${membersOf(group).join(" ")} --help" -- "$current"))\n\t\t\treturn ;;`,
	)
	.join("\n")}
	esac
	case "$previous" in
		${TAKE_NODES.join("|")})
			COMPREPLY=($(compgen -W "$(${NODE_NAMES})" -- "$current"))
			return ;;
		--project-dir|--profiles-dir|--target-path|--log-path)
			COMPREPLY=($(compgen -d -- "$current"))
			return ;;
	esac
	case "$command $previous" in
		"completion completion") words="bash zsh fish" ;;
${values.join("\n")}
		*) words="" ;;
	esac
	if [ -z "$words" ]; then case "$command" in
${words.join("\n")}
	esac; fi
	COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F _tfm tfm
`;
}

function zsh(): string {
	const quote = (text: string): string => text.replaceAll("'", "'\\''").replace(/[[\]:]/g, "\\$&");
	const commands = firstWords().map((word) => {
		const says = COMMAND_GROUPS[word] ?? COMMANDS.find((command) => command.name === word)?.summary ?? "";
		return `\t\t'${word}:${quote(says)}'`;
	});
	const members = Object.keys(COMMAND_GROUPS).map(
		(group) =>
			`\t\t${group}) if (( CURRENT == 2 )); then compadd ${membersOf(group).join(" ")}; return; fi; command="${group} $words[2]"; shift words; (( CURRENT-- )) ;;`,
	);
	const cases = COMMANDS.map((command) => {
		const options = visible(command.options).flatMap((option) =>
			spellings(option).map((spelling) => `\t\t\t\t'*${spelling}[${quote(option.help)}]${zshValue(option, spelling)}'`),
		);
		const names = namesOf(command)
			.map((name) => name.replace(" ", "\\ "))
			.join("|");
		const positional = command.name === "completion" ? ["\t\t\t\t'1:shell:(bash zsh fish)'"] : [];
		const lines = [...options, "\t\t\t\t'--help[Show the help page]'", ...positional];
		return `\t\t${names})\n\t\t\t_arguments -s \\\n${lines.join(" \\\n")}\n\t\t\t;;`;
	});
	return `#compdef tfm
# tfm completion for zsh:  eval "$(tfm completion zsh)"
_tfm_nodes() {
	local -a nodes
	nodes=(\${(f)"$(${NODE_NAMES})"})
	compadd -a nodes
}
_tfm() {
	local -a commands
	commands=(
${commands.join("\n")}
	)
	if (( CURRENT == 2 )); then
		_describe 'command' commands
		return
	fi
	local command=$words[2]
	shift words
	(( CURRENT-- ))
	case $command in
${members.join("\n")}
	esac
	case $command in
${cases.join("\n")}
	esac
}
compdef _tfm tfm
`;
}

function zshValue(option: OptionSpec, spelling: string): string {
	if (option.value === undefined) return "";
	const name = option.value.replace("...", "");
	if (TAKE_NODES.includes(spelling)) return `:${name}:_tfm_nodes`;
	if (option.choices !== undefined) return `:${name}:(${option.choices.join(" ")})`;
	return name === "folder" ? `:${name}:_files -/` : `:${name}:_files`;
}

function fish(): string {
	const quote = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
	const lines = COMMANDS.flatMap((command) => {
		const [first = "", second] = command.name.split(" ");
		const last = second ?? first;
		const names = command.alias === undefined ? last : `${last} ${command.alias}`;
		const group = second === undefined ? "" : `__fish_seen_subcommand_from ${first}; and `;
		const seen = `-n '${group}__fish_seen_subcommand_from ${names}'`;
		const options = visible(command.options).map((option) => {
			const short = option.short === undefined ? "" : ` -s ${option.short}`;
			return `complete -c tfm ${seen}${short} -l ${option.long} -d ${quote(option.help)}${fishValue(option)}`;
		});
		const offered =
			second === undefined
				? "__fish_use_subcommand"
				: `'__fish_seen_subcommand_from ${first}; and not __fish_seen_subcommand_from ${membersOf(first).join(" ")}'`;
		return [`complete -c tfm -n ${offered} -a ${last} -d ${quote(command.summary)}`, ...options];
	});
	for (const [group, says] of Object.entries(COMMAND_GROUPS))
		lines.push(`complete -c tfm -n __fish_use_subcommand -a ${group} -d ${quote(says)}`);
	return `# tfm completion for fish:  tfm completion fish > ~/.config/fish/completions/tfm.fish
complete -c tfm -f
${lines.join("\n")}
complete -c tfm -n '__fish_seen_subcommand_from completion' -a 'bash zsh fish'
`;
}

function fishValue(option: OptionSpec): string {
	if (option.value === undefined) return "";
	if (TAKE_NODES.includes(`--${option.long}`)) return ` -x -a '(${NODE_NAMES})'`;
	if (option.choices !== undefined) return ` -x -a '${option.choices.join(" ")}'`;
	return option.value === "folder" || option.value === "file" ? " -r -F" : " -x";
}
